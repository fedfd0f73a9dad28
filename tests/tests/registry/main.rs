//! The registry client against a registry of our own that misbehaves, and
//! against real ones.
#![expect(clippy::unwrap_used, reason = "what tests share may fail them")]

mod clouds;
mod demo;
mod digests;
mod distribution;
mod faults;
mod images;
mod logins;
mod matrix;
mod pages;
mod proxies;
mod recordings;
mod redirects;
mod signatures;
mod steps;
mod support;
