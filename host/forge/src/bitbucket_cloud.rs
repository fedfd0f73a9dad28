//! Bitbucket Cloud: REST version 2.0.

mod wire;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value, json};
use tagwarden_reconcile::ports::{ClosedRequest, ForgeError, OpenRequest, Remark, RequestText};
use url::Url;

use self::wire::{Page, Pull};
use crate::{
    dialect::{Dialect, MAX_PAGES, gone, lacking, remark},
    http::Api,
    place::Place,
};

pub(crate) struct BitbucketCloud(Place);

impl BitbucketCloud {
    pub fn new(path: &[String]) -> Self {
        Self(Place::new(&["repositories"], path.iter().map(String::as_str)))
    }

    fn pull(&self, api: &Api, request: &OpenRequest, below: &[&str]) -> Url {
        self.0.numbered(api, "pullrequests", request.number, below)
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
            let page: Page = api.get(self.0.at(api, &["pullrequests"], &query)).await?;
            found.extend(page.values.into_iter().filter(Pull::is_own));
            if page.next.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// Replaces title and body, and adds reviewers: those that are there and not
    /// named again would be taken off.
    async fn put(
        &self,
        api: &Api,
        request: &OpenRequest,
        title: Option<&str>,
        body: Option<&str>,
        more: &[String],
    ) -> Result<(), ForgeError> {
        let now: Pull = api.get(self.pull(api, request, &[])).await?;
        let mut reviewers: Vec<Value> =
            now.reviewers.iter().map(|there| json!({"uuid": there.uuid})).collect();
        for name in more.iter().map(|name| reviewer(name)) {
            if !reviewers.contains(&name) {
                reviewers.push(name);
            }
        }
        let body = json!({
            "title": title.unwrap_or(&now.title),
            "description": body.or(now.description.as_deref()).unwrap_or_default(),
            "reviewers": reviewers,
        });
        api.tell(Method::PUT, self.pull(api, request, &[]), Some(&body)).await
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
        let url = self.0.at(api, &["pullrequests"], &[]);
        Ok(api.send::<Pull>(Method::POST, url, &body).await?.opened())
    }

    async fn furnish(
        &self,
        api: &Api,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<Vec<Remark>, ForgeError> {
        let mut remarks = lacking(
            "Bitbucket Cloud",
            &[
                (!wanted.labels.is_empty(), "labels on pull requests"),
                (!wanted.assignees.is_empty(), "assignees of pull requests"),
                (wanted.auto_merge.is_some(), "automatic merge in its interface"),
            ],
        );
        if !wanted.reviewers.is_empty() {
            let done = self.put(api, request, None, None, &wanted.reviewers).await;
            remark(&mut remarks, "reviewers", done)?;
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
        self.put(api, request, Some(title), Some(body), &[]).await
    }

    async fn close(&self, api: &Api, request: &OpenRequest, body: &str) -> Result<(), ForgeError> {
        self.put(api, request, None, Some(body), &[]).await?;
        api.tell(Method::POST, self.pull(api, request, &["decline"]), None).await
    }

    async fn delete_branch(&self, api: &Api, branch: &str) -> Result<(), ForgeError> {
        let url = self.0.at(api, &["refs", "branches", branch], &[]);
        gone(api.tell(Method::DELETE, url, None).await)
    }
}
