//! Bitbucket Data Center: REST `latest`.

use async_trait::async_trait;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tagwarden_core::spec::MergeMethod;
use tagwarden_reconcile::ports::{
    ClosedRequest, ForgeError, ForgeErrorKind as Kind, OpenRequest, Remark, RequestText,
};
use url::Url;

use crate::{
    dialect::{Dialect, MAX_PAGES, gone, lacks, remark},
    http::Api,
};

/// The first version that merges by itself. An older one would merge at once.
const AUTO_MERGE_SINCE: (u32, u32) = (8, 15);

pub(crate) struct BitbucketDataCenter {
    pub path: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    values: Vec<Pull>,
    is_last_page: bool,
    next_page_start: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pull {
    id: u64,
    version: u64,
    title: String,
    description: Option<String>,
    state: String,
    closed_date: Option<u64>,
    from_ref: Side,
    to_ref: Side,
    #[serde(default)]
    reviewers: Vec<Reviewer>,
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
struct Reviewer {
    user: User,
}

#[derive(Deserialize)]
struct User {
    name: String,
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

#[derive(Deserialize)]
struct Properties {
    version: String,
}

fn short(name: &str) -> String {
    name.strip_prefix("refs/heads/").unwrap_or(name).to_owned()
}

fn full(name: &str) -> String {
    format!("refs/heads/{name}")
}

impl Pull {
    fn is_own(&self) -> bool {
        self.from_ref.repository.id == self.to_ref.repository.id
    }

    fn url(&self) -> String {
        self.links.own.first().map(|link| link.href.clone()).unwrap_or_default()
    }

    fn opened(self) -> OpenRequest {
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

    fn closed(self) -> ClosedRequest {
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

impl BitbucketDataCenter {
    fn within(&self, api: &Api, module: &str, below: &[&str], query: &[(&str, &str)]) -> Url {
        let [project, repository] = [&self.path[0], &self.path[1]];
        let mut path = vec![module, "latest", "projects", project, "repos", repository];
        path.extend(below);
        api.at(&path, query)
    }

    fn at(&self, api: &Api, below: &[&str], query: &[(&str, &str)]) -> Url {
        self.within(api, "api", below, query)
    }

    fn pull(&self, api: &Api, number: u64, below: &[&str], query: &[(&str, &str)]) -> Url {
        let number = number.to_string();
        let mut path = vec!["pull-requests", number.as_str()];
        path.extend(below);
        self.at(api, &path, query)
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
            let page: Page = api.get(self.at(api, &["pull-requests"], &query)).await?;
            found.extend(page.values.into_iter().filter(Pull::is_own));
            match page.next_page_start {
                Some(next) if !page.is_last_page => start = next,
                _ => break,
            }
        }
        Ok(found)
    }

    /// Replaces title, body and reviewers; whoever changed it meanwhile makes it
    /// a question asked twice.
    async fn put(
        &self,
        api: &Api,
        number: u64,
        change: &(dyn Fn(&Pull) -> Value + Sync),
    ) -> Result<u64, ForgeError> {
        let url = || self.pull(api, number, &[], &[]);
        let mut tried = false;
        loop {
            let current: Pull = api.get(url()).await?;
            match api.send::<Pull>(Method::PUT, url(), &change(&current)).await {
                Ok(pull) => return Ok(pull.version),
                Err(error) if error.kind == Kind::Refused && !tried => tried = true,
                Err(error) => return Err(error),
            }
        }
    }

    async fn auto_merge(
        &self,
        api: &Api,
        number: u64,
        method: MergeMethod,
        remarks: &mut Vec<Remark>,
    ) -> Result<(), ForgeError> {
        let about = api.at(&["api", "latest", "application-properties"], &[]);
        let version = api.get::<Properties>(about).await?.version;
        if !is_since(&version, AUTO_MERGE_SINCE) {
            let name = format!("Bitbucket Data Center {version}");
            remarks.push(lacks(&name, "automatic merge; it came with 8.15"));
            return Ok(());
        }
        let pull: Pull = api.get(self.pull(api, number, &[], &[])).await?;
        let strategy = match method {
            MergeMethod::Merge => "no-ff",
            MergeMethod::Squash => "squash",
            MergeMethod::Rebase => "rebase-ff-only",
        };
        let body = json!({"autoMerge": true, "strategyId": strategy, "version": pull.version});
        let version = pull.version.to_string();
        let url = self.pull(api, number, &["merge"], &[("version", &version)]);
        remark(remarks, "autoMerge", api.tell(Method::POST, url, Some(&body)).await)
    }
}

fn is_since(version: &str, since: (u32, u32)) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= since
}

fn named(reviewers: &[Reviewer]) -> Vec<Value> {
    reviewers.iter().map(|reviewer| json!({"user": {"name": reviewer.user.name}})).collect()
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
        let [project, repository] = [&self.path[0], &self.path[1]];
        let side = |branch: &str| {
            json!({
                "id": full(branch),
                "repository": {"slug": repository, "project": {"key": project}},
            })
        };
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
        let url = self.at(api, &["pull-requests"], &[]);
        let pull: Pull = api.send(Method::POST, url, &body).await?;
        Ok(pull.opened())
    }

    async fn furnish(
        &self,
        api: &Api,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<Vec<Remark>, ForgeError> {
        let mut remarks = Vec::new();
        let number = request.number;
        if !wanted.reviewers.is_empty() {
            let change = |pull: &Pull| {
                let mut reviewers = named(&pull.reviewers);
                reviewers.extend(wanted.reviewers.iter().map(|n| json!({"user": {"name": n}})));
                reviewers.dedup();
                json!({
                    "version": pull.version,
                    "title": pull.title,
                    "description": pull.description,
                    "reviewers": reviewers,
                })
            };
            let done = self.put(api, number, &change).await;
            remark(&mut remarks, "reviewers", done.map(drop))?;
        }
        let absent = [
            (!wanted.labels.is_empty(), "labels on pull requests"),
            (!wanted.assignees.is_empty(), "assignees of pull requests"),
        ];
        let absent = absent.iter().filter(|(asked, _)| *asked);
        remarks.extend(absent.map(|(_, what)| lacks("Bitbucket Data Center", what)));
        if let Some(method) = wanted.auto_merge {
            self.auto_merge(api, number, method, &mut remarks).await?;
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
        // Reviewers that are not named again are taken off.
        let change = |pull: &Pull| {
            json!({
                "version": pull.version,
                "title": title,
                "description": body,
                "reviewers": named(&pull.reviewers),
            })
        };
        self.put(api, request.number, &change).await.map(drop)
    }

    async fn close(&self, api: &Api, request: &OpenRequest, body: &str) -> Result<(), ForgeError> {
        let change = |pull: &Pull| {
            json!({
                "version": pull.version,
                "title": pull.title,
                "description": body,
                "reviewers": named(&pull.reviewers),
            })
        };
        let version = self.put(api, request.number, &change).await?;
        let text = version.to_string();
        let url = self.pull(api, request.number, &["decline"], &[("version", &text)]);
        api.tell(Method::POST, url, Some(&json!({"version": version}))).await
    }

    async fn delete_branch(&self, api: &Api, branch: &str) -> Result<(), ForgeError> {
        let url = self.within(api, "branch-utils", &["branches"], &[]);
        let body = json!({"name": full(branch), "dryRun": false});
        gone(api.tell(Method::DELETE, url, Some(&body)).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_compared_by_its_numbers() {
        for (version, new) in
            [("8.15.0", true), ("8.9.2", false), ("10.0.0", true), ("7.21", false), ("x", false)]
        {
            assert_eq!(is_since(version, AUTO_MERGE_SINCE), new, "{version}");
        }
    }
}
