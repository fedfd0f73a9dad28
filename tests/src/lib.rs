//! Servers and fixtures for the end-to-end tests.

pub mod author;
pub mod bare;
pub mod certificates;
pub mod cosign;
pub mod distribution;
pub mod fleet;
pub mod forges;
pub mod generations;
pub mod git_http;
pub mod github_apps;
pub mod gpg;
pub mod loopback;
pub mod measured;
pub mod program;
pub mod proxy;
pub mod pusher;
pub mod registry;
pub mod replay;
pub mod sample_image;
pub mod scene;
pub mod skipped;
pub mod sshd;
pub mod stand_in;
pub mod tinyproxy;
pub mod tls_front;
pub mod token_server;
