//! What Bitbucket Data Center says of a request.

use serde::Deserialize;
use tagwarden_reconcile::ports::{ClosedRequest, OpenRequest};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    pub values: Vec<Pull>,
    pub is_last_page: bool,
    pub next_page_start: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pull {
    id: u64,
    pub version: u64,
    pub title: String,
    pub description: Option<String>,
    pub state: String,
    /// Missing in versions before 8.18.
    pub draft: Option<bool>,
    closed_date: Option<u64>,
    from_ref: Side,
    to_ref: Side,
    #[serde(default)]
    pub reviewers: Vec<Reviewer>,
    links: Links,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Side {
    id: String,
    repository: Repository,
}

#[derive(Deserialize)]
struct Repository {
    id: u64,
}

#[derive(Deserialize)]
pub(super) struct Reviewer {
    pub user: User,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub name: String,
}

#[derive(Deserialize)]
struct Links {
    #[serde(rename = "self", default)]
    own: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

fn short(name: &str) -> String {
    name.strip_prefix("refs/heads/").unwrap_or(name).to_owned()
}

pub(super) fn full(name: &str) -> String {
    format!("refs/heads/{name}")
}

impl Pull {
    pub fn is_own(&self) -> bool {
        self.from_ref.repository.id == self.to_ref.repository.id
    }

    fn url(&self) -> String {
        self.links.own.first().map(|link| link.href.clone()).unwrap_or_default()
    }

    pub fn opened(self) -> OpenRequest {
        OpenRequest {
            number: self.id,
            id: None,
            url: self.url(),
            head: short(&self.from_ref.id),
            base: short(&self.to_ref.id),
            title: self.title,
            body: self.description.unwrap_or_default(),
        }
    }

    pub fn closed(self) -> ClosedRequest {
        ClosedRequest {
            number: self.id,
            url: self.url(),
            merged: self.state == "MERGED",
            by: None,
            at: self.closed_date.map(|milliseconds| format!("@{}", milliseconds / 1000)),
            base: short(&self.to_ref.id),
            body: self.description.unwrap_or_default(),
        }
    }
}
