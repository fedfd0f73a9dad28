//! What GitHub says of a request.

use serde::Deserialize;
use tagwarden_reconcile::ports::{ClosedRequest, OpenRequest};

#[derive(Deserialize)]
pub(super) struct Pull {
    pub number: u64,
    node_id: String,
    html_url: String,
    title: String,
    body: Option<String>,
    head: Side,
    base: Side,
    pub merged_at: Option<String>,
    closed_at: Option<String>,
}

#[derive(Deserialize)]
struct Side {
    #[serde(rename = "ref")]
    name: String,
    /// None where the fork is gone.
    repo: Option<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    id: u64,
}

#[derive(Deserialize)]
pub(super) struct Issue {
    pub closed_by: Option<User>,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub login: String,
}

impl Pull {
    /// Whether both of its branches are of this repository, not of a fork.
    pub fn is_own(&self) -> bool {
        match (&self.head.repo, &self.base.repo) {
            (Some(head), Some(base)) => head.id == base.id,
            _ => false,
        }
    }

    pub fn opened(self) -> OpenRequest {
        OpenRequest {
            number: self.number,
            id: Some(self.node_id),
            url: self.html_url,
            head: self.head.name,
            base: self.base.name,
            title: self.title,
            body: self.body.unwrap_or_default(),
        }
    }

    pub fn closed(self, by: Option<String>) -> ClosedRequest {
        ClosedRequest {
            number: self.number,
            url: self.html_url,
            merged: self.merged_at.is_some(),
            by,
            at: self.merged_at.or(self.closed_at),
            base: self.base.name,
            body: self.body.unwrap_or_default(),
        }
    }
}
