//! What Bitbucket Cloud says of a request.

use serde::Deserialize;
use tagwarden_reconcile::ports::{ClosedRequest, OpenRequest};

#[derive(Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    pub values: Vec<Pull>,
    pub next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Pull {
    id: u64,
    pub title: String,
    pub description: Option<String>,
    /// Missing in lists.
    #[serde(default)]
    pub reviewers: Vec<Reviewer>,
    state: String,
    source: Side,
    destination: Side,
    links: Links,
    updated_on: Option<String>,
    closed_by: Option<Account>,
}

#[derive(Deserialize)]
struct Side {
    branch: Branch,
    repository: Option<Repository>,
}

#[derive(Deserialize)]
struct Branch {
    name: String,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
}

#[derive(Deserialize)]
struct Links {
    html: Link,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

#[derive(Deserialize)]
pub(super) struct Reviewer {
    pub uuid: String,
}

#[derive(Deserialize)]
struct Account {
    display_name: Option<String>,
}

impl Pull {
    pub fn is_own(&self) -> bool {
        match (&self.source.repository, &self.destination.repository) {
            (Some(source), Some(destination)) => source.full_name == destination.full_name,
            _ => false,
        }
    }

    pub fn opened(self) -> OpenRequest {
        OpenRequest {
            number: self.id,
            id: None,
            url: self.links.html.href,
            head: self.source.branch.name,
            base: self.destination.branch.name,
            title: self.title,
            body: self.description.unwrap_or_default(),
        }
    }

    pub fn closed(self) -> ClosedRequest {
        ClosedRequest {
            number: self.id,
            url: self.links.html.href,
            merged: self.state == "MERGED",
            by: self.closed_by.and_then(|account| account.display_name),
            at: self.updated_on,
            base: self.destination.branch.name,
            body: self.description.unwrap_or_default(),
        }
    }
}
