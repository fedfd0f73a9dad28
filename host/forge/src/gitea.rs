//! Gitea and Forgejo: REST version 1.

use async_trait::async_trait;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use tagwarden_core::spec::MergeMethod;
use tagwarden_reconcile::ports::{
    ClosedRequest, ForgeError, ForgeErrorKind as Kind, OpenRequest, Remark, RequestText,
};
use url::Url;

use crate::{
    dialect::{Dialect, MAX_PAGES, drafted, gone, remark},
    http::Api,
};

const DRAFT: &str = "WIP: ";
/// How many pages of closed requests are looked through for a branch's.
const CLOSED_PAGES: u32 = 4;
/// The colour of a label that was not there.
const COLOUR: &str = "#1d76db";

pub(crate) struct Gitea {
    pub path: Vec<String>,
}

#[derive(Deserialize)]
struct Pull {
    number: u64,
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
struct Label {
    id: u64,
    name: String,
}

impl Pull {
    fn is_own(&self) -> bool {
        self.head.repo_id == self.base.repo_id
    }

    fn opened(self) -> OpenRequest {
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

    fn closed(self) -> ClosedRequest {
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

impl Gitea {
    fn at(&self, api: &Api, below: &[&str], query: &[(&str, &str)]) -> Url {
        let mut path = vec!["repos"];
        path.extend(self.path.iter().map(String::as_str));
        path.extend(below);
        api.at(&path, query)
    }

    fn pull(&self, api: &Api, kind: &str, number: u64, below: &[&str]) -> Url {
        let number = number.to_string();
        let mut path = vec![kind, number.as_str()];
        path.extend(below);
        self.at(api, &path, &[])
    }

    /// A list cannot be asked for one branch, so it is looked through.
    async fn pulls(
        &self,
        api: &Api,
        state: &str,
        head: Option<&str>,
        pages: u32,
    ) -> Result<Vec<Pull>, ForgeError> {
        let mut found = Vec::new();
        for page in 1..=pages {
            let page = page.to_string();
            let query = [
                ("state", state),
                ("sort", "recentupdate"),
                ("limit", "50"),
                ("page", page.as_str()),
            ];
            let url = self.at(api, &["pulls"], &query);
            let (pulls, more): (Vec<Pull>, bool) = api.page(url).await?;
            let fits = |p: &Pull| p.is_own() && head.is_none_or(|head| p.head.label == head);
            found.extend(pulls.into_iter().filter(fits));
            if !more {
                break;
            }
        }
        Ok(found)
    }

    /// Labels by their numbers; those that are not there are made.
    async fn labels(&self, api: &Api, names: &[String]) -> Result<Vec<u64>, ForgeError> {
        let mut there: Vec<Label> = Vec::new();
        for page in 1..=MAX_PAGES {
            let page = page.to_string();
            let url = self.at(api, &["labels"], &[("limit", "50"), ("page", page.as_str())]);
            let (labels, more): (Vec<Label>, bool) = api.page(url).await?;
            there.extend(labels);
            if !more {
                break;
            }
        }
        let mut ids = Vec::new();
        for name in names {
            let known = there.iter().find(|label| label.name == *name).map(|label| label.id);
            let id = match known {
                Some(id) => id,
                None => {
                    let body = json!({"name": name, "color": COLOUR});
                    let url = self.at(api, &["labels"], &[]);
                    api.send::<Label>(Method::POST, url, &body).await?.id
                }
            };
            ids.push(id);
        }
        Ok(ids)
    }

    async fn label(&self, api: &Api, number: u64, names: &[String]) -> Result<(), ForgeError> {
        let ids = self.labels(api, names).await?;
        let url = self.pull(api, "issues", number, &["labels"]);
        api.tell(Method::POST, url, Some(&json!({"labels": ids}))).await
    }

    async fn auto_merge(
        &self,
        api: &Api,
        number: u64,
        method: MergeMethod,
        remarks: &mut Vec<Remark>,
    ) -> Result<(), ForgeError> {
        let way = match method {
            MergeMethod::Merge => "merge",
            MergeMethod::Squash => "squash",
            MergeMethod::Rebase => "rebase",
        };
        let body = json!({
            "Do": way,
            "merge_when_checks_succeed": true,
            "delete_branch_after_merge": true,
        });
        let url = self.pull(api, "pulls", number, &["merge"]);
        match api.tell(Method::POST, url, Some(&body)).await {
            // It is still finding out whether it could merge at all.
            Err(error) if error.kind == Kind::Refused => {
                let text = format!("autoMerge: {}", error.message);
                remarks.push(Remark { text, again: true });
                Ok(())
            }
            result => remark(remarks, "autoMerge", result),
        }
    }
}

#[async_trait]
impl Dialect for Gitea {
    async fn open(&self, api: &Api, head: Option<&str>) -> Result<Vec<OpenRequest>, ForgeError> {
        let pulls = self.pulls(api, "open", head, MAX_PAGES).await?;
        Ok(pulls.into_iter().map(Pull::opened).collect())
    }

    async fn closed(&self, api: &Api, head: &str) -> Result<Vec<ClosedRequest>, ForgeError> {
        let mut pulls = self.pulls(api, "closed", Some(head), CLOSED_PAGES).await?;
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
        let pull: Pull = api.send(Method::POST, self.at(api, &["pulls"], &[]), &body).await?;
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
        if !wanted.labels.is_empty() {
            remark(&mut remarks, "labels", self.label(api, number, &wanted.labels).await)?;
        }
        if !wanted.assignees.is_empty() {
            let url = self.pull(api, "pulls", number, &[]);
            let body = json!({"assignees": wanted.assignees});
            remark(&mut remarks, "assignees", api.tell(Method::PATCH, url, Some(&body)).await)?;
        }
        if !wanted.reviewers.is_empty() {
            let team = |name: &String| name.split_once('/').map(|(_, team)| team.to_owned());
            let teams: Vec<_> = wanted.reviewers.iter().filter_map(team).collect();
            let people: Vec<_> = wanted.reviewers.iter().filter(|n| !n.contains('/')).collect();
            let body = json!({"reviewers": people, "team_reviewers": teams});
            let url = self.pull(api, "pulls", number, &["requested_reviewers"]);
            remark(&mut remarks, "reviewers", api.tell(Method::POST, url, Some(&body)).await)?;
        }
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
        let title = drafted(DRAFT, title, request.title.starts_with(DRAFT));
        let url = self.pull(api, "pulls", request.number, &[]);
        api.tell(Method::PATCH, url, Some(&json!({"title": title, "body": body}))).await
    }

    async fn close(&self, api: &Api, request: &OpenRequest, body: &str) -> Result<(), ForgeError> {
        let url = self.pull(api, "pulls", request.number, &[]);
        api.tell(Method::PATCH, url, Some(&json!({"state": "closed", "body": body}))).await
    }

    async fn delete_branch(&self, api: &Api, branch: &str) -> Result<(), ForgeError> {
        let mut path = vec!["branches"];
        path.extend(branch.split('/'));
        gone(api.tell(Method::DELETE, self.at(api, &path, &[]), None).await)
    }
}
