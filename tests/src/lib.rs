//! Servers and fixtures for the end-to-end tests.

pub mod bare;
pub mod git_http;
pub mod sshd;
