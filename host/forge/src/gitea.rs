//! Gitea and Forgejo: REST version 1.

mod wire;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::json;
use tagwarden_core::spec::MergeMethod;
use tagwarden_reconcile::ports::{ClosedRequest, ForgeError, OpenRequest, Remark, RequestText};
use url::Url;

use self::wire::{Label, Pull};
use crate::{
    dialect::{Dialect, MAX_PAGES, drafted, gone, merge_remark, people_and_teams, remark},
    http::Api,
    place::Place,
};

const DRAFT: &str = "WIP: ";
/// The colour of a label that was not there.
const COLOUR: &str = "#1d76db";

pub(crate) struct Gitea(Place);

impl Gitea {
    pub fn new(path: &[String]) -> Self {
        Self(Place::new(&["repos"], path.iter().map(String::as_str)))
    }

    fn pull(&self, api: &Api, number: u64, below: &[&str]) -> Url {
        self.0.numbered(api, "pulls", number, below)
    }

    /// A list cannot be asked for one branch, so it is looked through, the
    /// latest first; of those that are over, until one is of the branch.
    async fn pulls(
        &self,
        api: &Api,
        state: &str,
        head: Option<&str>,
    ) -> Result<Vec<Pull>, ForgeError> {
        let url = self.0.at(
            api,
            &["pulls"],
            &[("state", state), ("sort", "recentupdate"), ("limit", "50")],
        );
        let is_found = |page: &[Pull]| state == "closed" && page.iter().any(|p| p.is_from(head));
        let mut pulls: Vec<Pull> = api.list(&url, MAX_PAGES, is_found).await?;
        pulls.retain(|pull| pull.is_from(head));
        Ok(pulls)
    }

    /// Labels by their numbers; those that are not there are made.
    async fn labels(&self, api: &Api, names: &[String]) -> Result<Vec<u64>, ForgeError> {
        let url = self.0.at(api, &["labels"], &[("limit", "50")]);
        let there: Vec<Label> = api.list(&url, MAX_PAGES, |_| false).await?;
        let mut ids = Vec::new();
        for name in names {
            let known = there.iter().find(|label| label.name == *name).map(|label| label.id);
            let id = match known {
                Some(id) => id,
                None => {
                    let body = json!({"name": name, "color": COLOUR});
                    let url = self.0.at(api, &["labels"], &[]);
                    api.send::<Label>(Method::POST, url, &body).await?.id
                }
            };
            ids.push(id);
        }
        Ok(ids)
    }

    async fn label(&self, api: &Api, number: u64, names: &[String]) -> Result<(), ForgeError> {
        let ids = self.labels(api, names).await?;
        let url = self.0.numbered(api, "issues", number, &["labels"]);
        api.tell(Method::POST, url, Some(&json!({"labels": ids}))).await
    }

    async fn merge(&self, api: &Api, number: u64, method: MergeMethod) -> Result<(), ForgeError> {
        let body = json!({
            "do": method.as_str(),
            "merge_when_checks_succeed": true,
            "delete_branch_after_merge": true,
        });
        api.tell(Method::POST, self.pull(api, number, &["merge"]), Some(&body)).await
    }
}

#[async_trait]
impl Dialect for Gitea {
    async fn open(&self, api: &Api, head: Option<&str>) -> Result<Vec<OpenRequest>, ForgeError> {
        let pulls = self.pulls(api, "open", head).await?;
        Ok(pulls.into_iter().map(Pull::opened).collect())
    }

    async fn closed(&self, api: &Api, head: &str) -> Result<Vec<ClosedRequest>, ForgeError> {
        let mut pulls = self.pulls(api, "closed", Some(head)).await?;
        pulls.sort_by_key(|pull| std::cmp::Reverse(pull.number));
        Ok(pulls.into_iter().map(Pull::closed).collect())
    }

    async fn create(&self, api: &Api, wanted: &RequestText) -> Result<OpenRequest, ForgeError> {
        let body = json!({
            "title": drafted(DRAFT, &wanted.title, wanted.draft),
            "body": wanted.body,
            "head": wanted.head,
            "base": wanted.base,
        });
        let url = self.0.at(api, &["pulls"], &[]);
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
        if !wanted.labels.is_empty() {
            remark(&mut remarks, "labels", self.label(api, number, &wanted.labels).await)?;
        }
        if !wanted.assignees.is_empty() {
            let body = json!({"assignees": wanted.assignees});
            let url = self.pull(api, number, &[]);
            remark(&mut remarks, "assignees", api.tell(Method::PATCH, url, Some(&body)).await)?;
        }
        if !wanted.reviewers.is_empty() {
            let (people, teams) = people_and_teams(&wanted.reviewers);
            let body = json!({"reviewers": people, "team_reviewers": teams});
            let url = self.pull(api, number, &["requested_reviewers"]);
            remark(&mut remarks, "reviewers", api.tell(Method::POST, url, Some(&body)).await)?;
        }
        if let Some(method) = wanted.auto_merge {
            merge_remark(&mut remarks, self.merge(api, number, method).await)?;
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
        let title = drafted(DRAFT, title, request.title.starts_with(DRAFT));
        let url = self.pull(api, request.number, &[]);
        api.tell(Method::PATCH, url, Some(&json!({"title": title, "body": body}))).await
    }

    async fn close(&self, api: &Api, request: &OpenRequest, body: &str) -> Result<(), ForgeError> {
        let url = self.pull(api, request.number, &[]);
        api.tell(Method::PATCH, url, Some(&json!({"state": "closed", "body": body}))).await
    }

    async fn delete_branch(&self, api: &Api, branch: &str) -> Result<(), ForgeError> {
        let mut path = vec!["branches"];
        path.extend(branch.split('/'));
        gone(api.tell(Method::DELETE, self.0.at(api, &path, &[]), None).await)
    }
}
