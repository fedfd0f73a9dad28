//! What Gitea and Forgejo say of a request.

use serde::Deserialize;
use tagwarden_reconcile::ports::{ClosedRequest, OpenRequest};

#[derive(Deserialize)]
pub(super) struct Pull {
    pub number: u64,
    html_url: String,
    title: String,
    body: Option<String>,
    head: Side,
    base: Side,
    #[serde(default)]
    merged: bool,
    merged_at: Option<String>,
    closed_at: Option<String>,
}

#[derive(Deserialize)]
struct Side {
    /// The branch, also when it is deleted; `ref` then names something else.
    label: String,
    repo_id: i64,
}

#[derive(Deserialize)]
pub(super) struct Label {
    pub id: u64,
    pub name: String,
}

impl Pull {
    pub fn is_from(&self, head: Option<&str>) -> bool {
        self.head.repo_id == self.base.repo_id && head.is_none_or(|head| self.head.label == head)
    }

    pub fn opened(self) -> OpenRequest {
        OpenRequest {
            number: self.number,
            id: None,
            url: self.html_url,
            head: self.head.label,
            base: self.base.label,
            title: self.title,
            body: self.body.unwrap_or_default(),
        }
    }

    pub fn closed(self) -> ClosedRequest {
        ClosedRequest {
            number: self.number,
            url: self.html_url,
            merged: self.merged,
            by: None,
            at: self.merged_at.or(self.closed_at),
            base: self.base.label,
            body: self.body.unwrap_or_default(),
        }
    }
}
