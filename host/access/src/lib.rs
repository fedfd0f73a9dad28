//! What opens a Git host, and the forge beside it.
//!
//! Both take Flux's Git secrets and the tokens of CI systems, so that one secret
//! is enough to push and to open a pull request. What such a secret means is
//! read here, once: tokens, certificates, proxies, and GitHub Apps, whose
//! [`Question`]s whoever talks to GitHub asks in its own way.
//!
//! Invariant: nothing here touches the network, the disk or the clock, and an
//! error names a secret and the key in it, never their content.

mod github_app;
mod host_token;
mod proxy;
mod refusal;
mod secret;
mod tls;

pub use github_app::{GitHubApp, Installation, InstallationToken, Question, Step};
pub use host_token::{HostToken, host_tokens};
pub use proxy::ProxyAddress;
pub use refusal::{Refusal, RefusalKind};
pub use secret::{entry, wrong};
pub use tls::{ClientCertificate, authorities};
