//! What GitLab says of a merge request, and of people.

use serde::Deserialize;
use tagwarden_reconcile::ports::{ClosedRequest, OpenRequest};

#[derive(Deserialize)]
pub(super) struct MergeRequest {
    iid: u64,
    web_url: String,
    title: String,
    description: Option<String>,
    source_branch: String,
    target_branch: String,
    source_project_id: Option<u64>,
    target_project_id: u64,
    pub state: String,
    merged_at: Option<String>,
    closed_at: Option<String>,
    closed_by: Option<User>,
}

#[derive(Deserialize)]
struct User {
    username: String,
}

#[derive(Deserialize)]
pub(super) struct Found {
    pub id: u64,
}

impl MergeRequest {
    pub fn is_own(&self) -> bool {
        self.source_project_id == Some(self.target_project_id)
    }

    pub fn opened(self) -> OpenRequest {
        OpenRequest {
            number: self.iid,
            id: None,
            url: self.web_url,
            head: self.source_branch,
            base: self.target_branch,
            title: self.title,
            body: self.description.unwrap_or_default(),
        }
    }

    pub fn closed(self) -> ClosedRequest {
        ClosedRequest {
            number: self.iid,
            url: self.web_url,
            merged: self.state == "merged",
            by: self.closed_by.map(|user| user.username),
            at: self.merged_at.or(self.closed_at),
            base: self.target_branch,
            body: self.description.unwrap_or_default(),
        }
    }
}
