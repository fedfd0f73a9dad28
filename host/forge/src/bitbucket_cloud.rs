//! Bitbucket Cloud: REST version 2.0.

use async_trait::async_trait;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tagwarden_reconcile::ports::{ClosedRequest, ForgeError, OpenRequest, Remark, RequestText};
use url::Url;

use crate::{
    dialect::{Dialect, MAX_PAGES, gone, lacks, remark},
    http::Api,
};

pub(crate) struct BitbucketCloud {
    pub path: Vec<String>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    values: Vec<Pull>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Pull {
    id: u64,
    title: String,
    description: Option<String>,
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
struct Account {
    display_name: Option<String>,
}

impl Pull {
    fn is_own(&self) -> bool {
        match (&self.source.repository, &self.destination.repository) {
            (Some(source), Some(destination)) => source.full_name == destination.full_name,
            _ => false,
        }
    }

    fn opened(self) -> OpenRequest {
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

    fn closed(self) -> ClosedRequest {
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

impl BitbucketCloud {
    fn at(&self, api: &Api, below: &[&str], query: &[(&str, &str)]) -> Url {
        let mut path = vec!["repositories"];
        path.extend(self.path.iter().map(String::as_str));
        path.extend(below);
        api.at(&path, query)
    }

    fn pull(&self, api: &Api, request: &OpenRequest, below: &[&str]) -> Url {
        let number = request.number.to_string();
        let mut path = vec!["pullrequests", number.as_str()];
        path.extend(below);
        self.at(api, &path, &[])
    }

    async fn pulls(
        &self,
        api: &Api,
        states: &str,
        head: Option<&str>,
        pages: u32,
    ) -> Result<Vec<Pull>, ForgeError> {
        // The name of a branch of ours has no quotes and no backslashes.
        let of_branch = head.map(|head| format!(" AND source.branch.name = \"{head}\""));
        let filter = format!("({states}){}", of_branch.unwrap_or_default());
        let mut found = Vec::new();
        for page in 1..=pages {
            let page = page.to_string();
            let query =
                [("q", filter.as_str()), ("sort", "-id"), ("pagelen", "50"), ("page", &page)];
            let page: Page = api.get(self.at(api, &["pullrequests"], &query)).await?;
            found.extend(page.values.into_iter().filter(Pull::is_own));
            if page.next.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

/// A reviewer by `{uuid}` or by account id: names are no longer taken.
fn reviewer(name: &str) -> Value {
    match name.starts_with('{') {
        true => json!({"uuid": name}),
        false => json!({"account_id": name}),
    }
}

#[async_trait]
impl Dialect for BitbucketCloud {
    async fn open(&self, api: &Api, head: Option<&str>) -> Result<Vec<OpenRequest>, ForgeError> {
        let pulls = self.pulls(api, "state = \"OPEN\"", head, MAX_PAGES).await?;
        Ok(pulls.into_iter().map(Pull::opened).collect())
    }

    async fn closed(&self, api: &Api, head: &str) -> Result<Vec<ClosedRequest>, ForgeError> {
        let over = "state = \"MERGED\" OR state = \"DECLINED\" OR state = \"SUPERSEDED\"";
        let pulls = self.pulls(api, over, Some(head), 1).await?;
        Ok(pulls.into_iter().map(Pull::closed).collect())
    }

    async fn create(&self, api: &Api, wanted: &RequestText) -> Result<OpenRequest, ForgeError> {
        let body = json!({
            "title": wanted.title,
            "description": wanted.body,
            "source": {"branch": {"name": wanted.head}},
            "destination": {"branch": {"name": wanted.base}},
            "close_source_branch": true,
            "draft": wanted.draft,
        });
        let url = self.at(api, &["pullrequests"], &[]);
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
        if !wanted.reviewers.is_empty() {
            let reviewers: Vec<_> = wanted.reviewers.iter().map(|name| reviewer(name)).collect();
            let body = json!({"title": request.title, "reviewers": reviewers});
            let done = api.tell(Method::PUT, self.pull(api, request, &[]), Some(&body)).await;
            remark(&mut remarks, "reviewers", done)?;
        }
        let absent = [
            (!wanted.labels.is_empty(), "labels on pull requests"),
            (!wanted.assignees.is_empty(), "assignees of pull requests"),
            (wanted.auto_merge.is_some(), "automatic merge in its interface"),
        ];
        let absent = absent.iter().filter(|(asked, _)| *asked);
        remarks.extend(absent.map(|(_, what)| lacks("Bitbucket Cloud", what)));
        Ok(remarks)
    }

    async fn reword(
        &self,
        api: &Api,
        request: &OpenRequest,
        title: &str,
        body: &str,
    ) -> Result<(), ForgeError> {
        let body = json!({"title": title, "description": body});
        api.tell(Method::PUT, self.pull(api, request, &[]), Some(&body)).await
    }

    async fn close(&self, api: &Api, request: &OpenRequest, body: &str) -> Result<(), ForgeError> {
        self.reword(api, request, &request.title, body).await?;
        api.tell(Method::POST, self.pull(api, request, &["decline"]), None).await
    }

    async fn delete_branch(&self, api: &Api, branch: &str) -> Result<(), ForgeError> {
        let url = self.at(api, &["refs", "branches", branch], &[]);
        gone(api.tell(Method::DELETE, url, None).await)
    }
}
