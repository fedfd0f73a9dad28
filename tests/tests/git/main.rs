//! The Git adapter against real repositories and real servers.
#![expect(clippy::unwrap_used, reason = "what tests share may fail them")]

mod fixture;
mod hostile;
mod http;
mod local;
mod logins;
mod memory;
mod mirror;
mod passes;
mod push;
mod signing;
mod ssh;
mod tls;
