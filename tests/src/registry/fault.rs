//! Ways to misbehave.

use std::sync::Arc;

use tokio::sync::Barrier;

/// A request other than for a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// For a token.
    Token,
    /// For a manifest, or for its digest.
    Manifest,
}

/// What happens to one list request instead of a good answer.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This status, with these headers and this body.
    Status {
        /// The status code.
        status: u16,
        /// Further headers.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// The connection ends without an answer.
    Reset,
    /// No answer, ever.
    Silence,
    /// A good answer whose second half never comes.
    Stall,
    /// A good answer whose bytes come one at a time, and never all of them.
    Trickle,
    /// The connection ends in the middle of a good answer of announced length.
    Cut,
    /// The connection ends in the middle of a good answer in chunks.
    CutChunked,
    /// A good answer that announces more than it has.
    WrongLength,
    /// Status 200 with this body.
    Body(String),
    /// Status 200 with a body of this many bytes that does not say its length.
    Endless(usize),
    /// A good page with this `Link` header.
    Link(String),
    /// A good page whose `Link` leads to itself.
    Loop,
    /// A good page whose `Link` always leads to a new address.
    EverNew,
    /// The last page, with `"tags": null`.
    NullTags,
    /// A good answer, once as many requests are under way as the barrier wants.
    Gather(Arc<Barrier>),
    /// Status 400 with a body that repeats the `Authorization` header.
    Echo,
}

impl Fault {
    /// A status with an OCI error in its body.
    #[must_use]
    pub fn oci(status: u16, code: &str, message: &str) -> Self {
        Self::Status {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: serde_json::json!({"errors": [{"code": code, "message": message}]}).to_string(),
        }
    }

    /// A bare status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status { status, headers: vec![], body: String::new() }
    }

    /// 429 with this `Retry-After`.
    #[must_use]
    pub fn throttle(retry_after: &str) -> Self {
        Self::oci(429, "TOOMANYREQUESTS", "slow down").header("retry-after", retry_after)
    }

    /// A redirect.
    #[must_use]
    pub fn redirect(status: u16, to: &str) -> Self {
        Self::status(status).header("location", to)
    }

    /// The same status with one more header; any other fault as it is.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Status { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}
