//! GitHub: REST version 2022-11-28, and GraphQL where REST cannot (automatic merge).

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
    dialect::{Dialect, MAX_PAGES, gone, remark},
    http::Api,
    words,
};

/// How many closed requests are asked who closed them.
const MAX_CLOSERS: usize = 3;
const PAGE: usize = 100;

pub(crate) struct GitHub {
    pub path: Vec<String>,
}

#[derive(Deserialize)]
struct Pull {
    number: u64,
    node_id: String,
    html_url: String,
    title: String,
    body: Option<String>,
    head: Side,
    base: Side,
    merged_at: Option<String>,
    closed_at: Option<String>,
}

#[derive(Deserialize)]
struct Side {
    #[serde(rename = "ref")]
    name: String,
    repo: Option<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    id: u64,
}

#[derive(Deserialize)]
struct Issue {
    closed_by: Option<User>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

impl Pull {
    /// Whether both of its branches are of this repository, not of a fork.
    fn is_own(&self) -> bool {
        match (&self.head.repo, &self.base.repo) {
            (Some(head), Some(base)) => head.id == base.id,
            _ => false,
        }
    }

    fn opened(self) -> OpenRequest {
        OpenRequest {
            number: self.number,
            id: Some(self.node_id),
            url: self.html_url,
            head: self.head.name,
            base: self.base.name,
            title: self.title,
            body: self.body.unwrap_or_default(),
        }
    }

    fn closed(self, by: Option<String>) -> ClosedRequest {
        ClosedRequest {
            number: self.number,
            url: self.html_url,
            merged: self.merged_at.is_some(),
            by,
            at: self.merged_at.or(self.closed_at),
            base: self.base.name,
            body: self.body.unwrap_or_default(),
        }
    }
}

impl GitHub {
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

    async fn pulls(
        &self,
        api: &Api,
        query: &[(&str, &str)],
        head: Option<&str>,
        pages: u32,
    ) -> Result<Vec<Pull>, ForgeError> {
        let head = head.map(|head| format!("{}:{head}", self.path[0]));
        let mut found = Vec::new();
        for page in 1..=pages {
            let page = page.to_string();
            let mut query = query.to_vec();
            query.extend(head.as_deref().map(|head| ("head", head)));
            query.extend([("per_page", "100"), ("page", page.as_str())]);
            let pulls: Vec<Pull> = api.get(self.at(api, &["pulls"], &query)).await?;
            let last = pulls.len() < PAGE;
            found.extend(pulls.into_iter().filter(Pull::is_own));
            if last {
                break;
            }
        }
        Ok(found)
    }

    async fn closer(&self, api: &Api, number: u64) -> Option<String> {
        let issue = api.get::<Issue>(self.pull(api, "issues", number, &[])).await;
        // Who it was is good to know, and nothing hangs on it.
        Some(issue.ok()?.closed_by?.login)
    }

    async fn auto_merge(
        &self,
        api: &Api,
        request: &OpenRequest,
        method: MergeMethod,
    ) -> Result<(), ForgeError> {
        let method = match method {
            MergeMethod::Merge => "MERGE",
            MergeMethod::Squash => "SQUASH",
            MergeMethod::Rebase => "REBASE",
        };
        let query = "mutation($request: ID!, $method: PullRequestMergeMethod!) { \
                     enablePullRequestAutoMerge(input: \
                     {pullRequestId: $request, mergeMethod: $method}) { clientMutationId } }";
        let body = json!({"query": query, "variables": {"request": request.id, "method": method}});
        let answer: Value = api.send(Method::POST, graphql(&api.root), &body).await?;
        // GraphQL refuses with 200.
        match answer.get("errors").filter(|errors| !errors.is_null()) {
            None => Ok(()),
            Some(errors) => {
                let said = words::of(errors.to_string().as_bytes()).unwrap_or_default();
                Err(api.error(Kind::Refused, format!("it refuses: {said}")))
            }
        }
    }
}

/// Beside REST: `/graphql` on github.com, `/api/graphql` on an Enterprise server.
fn graphql(root: &Url) -> Url {
    let mut url = root.clone();
    match root.path().strip_suffix("/api/v3") {
        Some(folder) => url.set_path(&format!("{folder}/api/graphql")),
        None => url.set_path("/graphql"),
    }
    url
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
        let post = |url, body| async move { api.tell(Method::POST, url, Some(&body)).await };
        if !wanted.labels.is_empty() {
            let url = self.pull(api, "issues", number, &["labels"]);
            let done = post(url, json!({"labels": wanted.labels})).await;
            remark(&mut remarks, "labels", done)?;
        }
        if !wanted.assignees.is_empty() {
            let url = self.pull(api, "issues", number, &["assignees"]);
            let done = post(url, json!({"assignees": wanted.assignees})).await;
            remark(&mut remarks, "assignees", done)?;
        }
        if !wanted.reviewers.is_empty() {
            let url = self.pull(api, "pulls", number, &["requested_reviewers"]);
            remark(&mut remarks, "reviewers", post(url, reviewers(&wanted.reviewers)).await)?;
        }
        if let Some(method) = wanted.auto_merge {
            remark(&mut remarks, "autoMerge", self.auto_merge(api, request, method).await)?;
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
        let url = self.pull(api, "pulls", request.number, &[]);
        api.tell(Method::PATCH, url, Some(&json!({"title": title, "body": body}))).await
    }

    async fn close(&self, api: &Api, request: &OpenRequest, body: &str) -> Result<(), ForgeError> {
        let url = self.pull(api, "pulls", request.number, &[]);
        api.tell(Method::PATCH, url, Some(&json!({"state": "closed", "body": body}))).await
    }

    async fn delete_branch(&self, api: &Api, branch: &str) -> Result<(), ForgeError> {
        let mut path = vec!["git", "refs", "heads"];
        path.extend(branch.split('/'));
        let deleted = api.tell(Method::DELETE, self.at(api, &path, &[]), None).await;
        match gone(deleted) {
            // GitHub's way of saying that it is not there.
            Err(error) if error.message.contains("Reference does not exist") => Ok(()),
            result => result,
        }
    }
}

/// A name with a slash is a team of an organisation.
fn reviewers(names: &[String]) -> Value {
    let team = |name: &String| name.split_once('/').map(|(_, team)| team.to_owned());
    let teams: Vec<String> = names.iter().filter_map(team).collect();
    let people: Vec<&String> = names.iter().filter(|name| !name.contains('/')).collect();
    json!({"reviewers": people, "team_reviewers": teams})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphql_is_beside_rest() {
        for (root, want) in [
            ("https://api.github.com/", "https://api.github.com/graphql"),
            ("https://ghe.example/api/v3", "https://ghe.example/api/graphql"),
        ] {
            assert_eq!(graphql(&Url::parse(root).unwrap()).as_str(), want);
        }
    }

    #[test]
    fn a_name_with_a_slash_is_a_team() {
        let names = ["alice".to_owned(), "org/platform".to_owned()];
        let want = json!({"reviewers": ["alice"], "team_reviewers": ["platform"]});
        assert_eq!(reviewers(&names), want);
    }
}
