//! GitHub: REST version 2022-11-28, and GraphQL where REST cannot.

mod auto_merge;
mod wire;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::json;
use tagwarden_reconcile::ports::{ClosedRequest, ForgeError, OpenRequest, Remark, RequestText};
use url::Url;

use self::wire::{Issue, Pull};
use crate::{
    dialect::{Dialect, MAX_PAGES, gone, people_and_teams, remark},
    http::Api,
    place::Place,
};

/// How many closed requests are asked who closed them.
const MAX_CLOSERS: usize = 3;

pub(crate) struct GitHub {
    owner: String,
    place: Place,
}

impl GitHub {
    pub fn new(path: &[String]) -> Self {
        let place = Place::new(&["repos"], path.iter().map(String::as_str));
        Self { owner: path.first().cloned().unwrap_or_default(), place }
    }

    fn pull(&self, api: &Api, number: u64, below: &[&str]) -> Url {
        self.place.numbered(api, "pulls", number, below)
    }

    fn issue(&self, api: &Api, number: u64, below: &[&str]) -> Url {
        self.place.numbered(api, "issues", number, below)
    }

    async fn pulls(
        &self,
        api: &Api,
        query: &[(&str, &str)],
        head: Option<&str>,
        pages: u32,
    ) -> Result<Vec<Pull>, ForgeError> {
        let head = head.map(|head| format!("{}:{head}", self.owner));
        let mut query = query.to_vec();
        query.extend(head.as_deref().map(|head| ("head", head)));
        query.push(("per_page", "100"));
        let mut pulls: Vec<Pull> =
            api.list(&self.place.at(api, &["pulls"], &query), pages, |_| false).await?;
        pulls.retain(Pull::is_own);
        Ok(pulls)
    }

    async fn closer(&self, api: &Api, number: u64) -> Option<String> {
        let issue = api.get::<Issue>(self.issue(api, number, &[])).await;
        // Who it was is good to know, and nothing hangs on it.
        Some(issue.ok()?.closed_by?.login)
    }
}

#[async_trait]
impl Dialect for GitHub {
    async fn open(&self, api: &Api, head: Option<&str>) -> Result<Vec<OpenRequest>, ForgeError> {
        let pulls = self.pulls(api, &[("state", "open")], head, MAX_PAGES).await?;
        Ok(pulls.into_iter().map(Pull::opened).collect())
    }

    async fn closed(&self, api: &Api, head: &str) -> Result<Vec<ClosedRequest>, ForgeError> {
        let query = [("state", "closed"), ("sort", "created"), ("direction", "desc")];
        let mut closed = Vec::new();
        for pull in self.pulls(api, &query, Some(head), 1).await? {
            let by = match pull.merged_at.is_none() && closed.len() < MAX_CLOSERS {
                true => self.closer(api, pull.number).await,
                false => None,
            };
            closed.push(pull.closed(by));
        }
        Ok(closed)
    }

    async fn create(&self, api: &Api, wanted: &RequestText) -> Result<OpenRequest, ForgeError> {
        let body = json!({
            "title": wanted.title,
            "body": wanted.body,
            "head": wanted.head,
            "base": wanted.base,
            "draft": wanted.draft,
        });
        let url = self.place.at(api, &["pulls"], &[]);
        Ok(api.send::<Pull>(Method::POST, url, &body).await?.opened())
    }

    async fn furnish(
        &self,
        api: &Api,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<Vec<Remark>, ForgeError> {
        let mut remarks = Vec::new();
        let number = request.number;
        let post = |url, body| async move { api.tell(Method::POST, url, Some(&body)).await };
        if !wanted.labels.is_empty() {
            let url = self.issue(api, number, &["labels"]);
            let done = post(url, json!({"labels": wanted.labels})).await;
            remark(&mut remarks, "labels", done)?;
        }
        if !wanted.assignees.is_empty() {
            let url = self.issue(api, number, &["assignees"]);
            let done = post(url, json!({"assignees": wanted.assignees})).await;
            remark(&mut remarks, "assignees", done)?;
        }
        if !wanted.reviewers.is_empty() {
            let (people, teams) = people_and_teams(&wanted.reviewers);
            let url = self.pull(api, number, &["requested_reviewers"]);
            let done = post(url, json!({"reviewers": people, "team_reviewers": teams})).await;
            remark(&mut remarks, "reviewers", done)?;
        }
        if let Some(method) = wanted.auto_merge {
            remark(&mut remarks, "autoMerge", auto_merge::enable(api, request, method).await)?;
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
        let url = self.pull(api, request.number, &[]);
        api.tell(Method::PATCH, url, Some(&json!({"title": title, "body": body}))).await
    }

    async fn close(&self, api: &Api, request: &OpenRequest, body: &str) -> Result<(), ForgeError> {
        let url = self.pull(api, request.number, &[]);
        api.tell(Method::PATCH, url, Some(&json!({"state": "closed", "body": body}))).await
    }

    async fn delete_branch(&self, api: &Api, branch: &str) -> Result<(), ForgeError> {
        let mut path = vec!["git", "refs", "heads"];
        path.extend(branch.split('/'));
        let deleted = api.tell(Method::DELETE, self.place.at(api, &path, &[]), None).await;
        match gone(deleted) {
            // GitHub's way of saying that it is not there.
            Err(error) if error.message.contains("Reference does not exist") => Ok(()),
            result => result,
        }
    }
}
