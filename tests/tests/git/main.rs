//! The Git adapter against real repositories and real servers.

mod fixture;
mod hostile;
mod http;
mod local;
mod mirror;
mod push;
mod ssh;
mod tls;
