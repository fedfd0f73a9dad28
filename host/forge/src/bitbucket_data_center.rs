//! Bitbucket Data Center: REST `latest`.

mod auto_merge;
mod wire;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value, json};
use tagwarden_reconcile::ports::{
    ClosedRequest, ForgeError, ForgeErrorKind as Kind, OpenRequest, Remark, RequestText,
};
use url::Url;

use self::wire::{Page, Pull, full};
use crate::{
    dialect::{Dialect, MAX_PAGES, gone, lacking, remark},
    http::Api,
    place::Place,
};

pub(crate) struct BitbucketDataCenter {
    project: String,
    repository: String,
}

impl BitbucketDataCenter {
    pub fn new(path: &[String]) -> Self {
        let part = |position: usize| path.get(position).cloned().unwrap_or_default();
        Self { project: part(0), repository: part(1) }
    }

    fn place(&self, module: &str) -> Place {
        let path = ["projects", &self.project, "repos", &self.repository];
        Place::new(&[module, "latest"], path)
    }

    fn pull(&self, api: &Api, number: u64, below: &[&str]) -> Url {
        self.place("api").numbered(api, "pull-requests", number, below)
    }

    fn at_version(&self, api: &Api, number: u64, deed: &str, version: u64) -> Url {
        let mut url = self.pull(api, number, &[deed]);
        url.query_pairs_mut().append_pair("version", &version.to_string());
        url
    }

    async fn pulls(
        &self,
        api: &Api,
        state: &str,
        head: Option<&str>,
        pages: u32,
    ) -> Result<Vec<Pull>, ForgeError> {
        let head = head.map(full);
        let mut start = 0;
        let mut found = Vec::new();
        for _ in 0..pages {
            let from = start.to_string();
            let mut query =
                vec![("state", state), ("order", "NEWEST"), ("limit", "100"), ("start", &from)];
            match &head {
                Some(head) => query.extend([("direction", "OUTGOING"), ("at", head)]),
                None => query.push(("direction", "INCOMING")),
            }
            let url = self.place("api").at(api, &["pull-requests"], &query);
            let page: Page = api.get(url).await?;
            found.extend(page.values.into_iter().filter(Pull::is_own));
            match page.next_page_start {
                Some(next) if !page.is_last_page => start = next,
                _ => break,
            }
        }
        Ok(found)
    }

    /// Changes some of a request; whoever changed it meanwhile makes it a question
    /// asked twice. What is not named again, such as reviewers, would be taken off.
    async fn put(
        &self,
        api: &Api,
        number: u64,
        change: &(dyn Fn(&mut Value) + Sync),
    ) -> Result<u64, ForgeError> {
        let url = || self.pull(api, number, &[]);
        let mut tried = false;
        loop {
            let mut wanted = same(&api.get(url()).await?);
            change(&mut wanted);
            match api.send::<Pull>(Method::PUT, url(), &wanted).await {
                Ok(pull) => return Ok(pull.version),
                Err(error) if error.kind == Kind::Refused && !tried => tried = true,
                Err(error) => return Err(error),
            }
        }
    }
}

/// What a request is told to stay as it is.
fn same(pull: &Pull) -> Value {
    let reviewers = pull.reviewers.iter().map(|reviewer| named(&reviewer.user.name));
    let mut same = json!({
        "version": pull.version,
        "title": pull.title,
        "description": pull.description.as_deref().unwrap_or_default(),
        "reviewers": reviewers.collect::<Vec<_>>(),
    });
    if let Some(draft) = pull.draft {
        same["draft"] = Value::from(draft);
    }
    same
}

fn named(name: &str) -> Value {
    json!({"user": {"name": name}})
}

#[async_trait]
impl Dialect for BitbucketDataCenter {
    async fn open(&self, api: &Api, head: Option<&str>) -> Result<Vec<OpenRequest>, ForgeError> {
        let pulls = self.pulls(api, "OPEN", head, MAX_PAGES).await?;
        Ok(pulls.into_iter().map(Pull::opened).collect())
    }

    async fn closed(&self, api: &Api, head: &str) -> Result<Vec<ClosedRequest>, ForgeError> {
        let pulls = self.pulls(api, "ALL", Some(head), 1).await?;
        let over = |pull: &Pull| pull.state != "OPEN";
        Ok(pulls.into_iter().filter(over).map(Pull::closed).collect())
    }

    async fn create(&self, api: &Api, wanted: &RequestText) -> Result<OpenRequest, ForgeError> {
        let repository = json!({"slug": self.repository, "project": {"key": self.project}});
        let side = |branch: &str| json!({"id": full(branch), "repository": repository});
        let mut body = json!({
            "title": wanted.title,
            "description": wanted.body,
            "fromRef": side(&wanted.head),
            "toRef": side(&wanted.base),
        });
        // Only versions from 8.18 know drafts, and are asked for one.
        if wanted.draft {
            body["draft"] = Value::from(true);
        }
        let url = self.place("api").at(api, &["pull-requests"], &[]);
        Ok(api.send::<Pull>(Method::POST, url, &body).await?.opened())
    }

    async fn furnish(
        &self,
        api: &Api,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<Vec<Remark>, ForgeError> {
        let mut remarks = lacking(
            "Bitbucket Data Center",
            &[
                (!wanted.labels.is_empty(), "labels on pull requests"),
                (!wanted.assignees.is_empty(), "assignees of pull requests"),
            ],
        );
        let number = request.number;
        if !wanted.reviewers.is_empty() {
            let add = |pull: &mut Value| {
                let Some(there) = pull["reviewers"].as_array_mut() else { return };
                for name in wanted.reviewers.iter().map(|name| named(name)) {
                    if !there.contains(&name) {
                        there.push(name);
                    }
                }
            };
            remark(&mut remarks, "reviewers", self.put(api, number, &add).await.map(drop))?;
        }
        if let Some(method) = wanted.auto_merge {
            auto_merge::enable(self, api, number, method, &mut remarks).await?;
        }
        Ok(remarks)
    }

    async fn reword(
        &self,
        api: &Api,
        request: &OpenRequest,
        title: &str,
        body: &str,
    ) -> Result<(), ForgeError> {
        let reword = |pull: &mut Value| {
            pull["title"] = Value::from(title);
            pull["description"] = Value::from(body);
        };
        self.put(api, request.number, &reword).await.map(drop)
    }

    async fn close(&self, api: &Api, request: &OpenRequest, body: &str) -> Result<(), ForgeError> {
        let leave = |pull: &mut Value| pull["description"] = Value::from(body);
        let version = self.put(api, request.number, &leave).await?;
        let url = self.at_version(api, request.number, "decline", version);
        api.tell(Method::POST, url, Some(&json!({"version": version}))).await
    }

    async fn delete_branch(&self, api: &Api, branch: &str) -> Result<(), ForgeError> {
        let url = self.place("branch-utils").at(api, &["branches"], &[]);
        let body = json!({"name": full(branch), "dryRun": false});
        gone(api.tell(Method::DELETE, url, Some(&body)).await)
    }
}
