//! GitLab: REST version 4.

mod wire;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value, json};
use tagwarden_core::spec::MergeMethod;
use tagwarden_reconcile::ports::{ClosedRequest, ForgeError, OpenRequest, Remark, RequestText};
use url::Url;

use self::wire::{Found, MergeRequest};
use crate::{
    dialect::{Dialect, MAX_PAGES, drafted, gone, lacks, merge_remark, remark},
    http::Api,
    place::Place,
};

const DRAFT: &str = "Draft: ";

pub(crate) struct GitLab(Place);

impl GitLab {
    /// The project's path with its groups is one segment.
    pub fn new(path: &[String]) -> Self {
        Self(Place::new(&["projects"], [path.join("/").as_str()]))
    }

    fn request(&self, api: &Api, request: &OpenRequest, below: &[&str]) -> Url {
        self.0.numbered(api, "merge_requests", request.number, below)
    }

    async fn requests(
        &self,
        api: &Api,
        state: &str,
        head: Option<&str>,
        pages: u32,
    ) -> Result<Vec<MergeRequest>, ForgeError> {
        let mut query = vec![("state", state), ("per_page", "100")];
        query.extend(head.map(|head| ("source_branch", head)));
        let url = self.0.at(api, &["merge_requests"], &query);
        let mut requests: Vec<MergeRequest> = api.list(&url, pages, |_| false).await?;
        requests.retain(MergeRequest::is_own);
        Ok(requests)
    }

    /// People by their numbers, which is how GitLab wants them; those there are.
    async fn people(
        &self,
        api: &Api,
        names: &[String],
        remarks: &mut Vec<Remark>,
    ) -> Result<Vec<u64>, ForgeError> {
        let mut ids = Vec::new();
        for name in names {
            let url = api.at(&["users"], &[("username", name)]);
            match api.get::<Vec<Found>>(url).await?.first() {
                Some(found) => ids.push(found.id),
                None => {
                    let text = format!("GitLab knows nobody of the name {name}");
                    remarks.push(Remark { text, again: false });
                }
            }
        }
        Ok(ids)
    }

    async fn auto_merge(
        &self,
        api: &Api,
        request: &OpenRequest,
        method: MergeMethod,
        remarks: &mut Vec<Remark>,
    ) -> Result<(), ForgeError> {
        if method == MergeMethod::Rebase {
            remarks.push(lacks("GitLab", "automatic merge by rebase: it is the project's setting"));
        }
        // The newer name and the older one: a server that knew neither would
        // merge at once.
        let body = json!({
            "auto_merge": true,
            "merge_when_pipeline_succeeds": true,
            "should_remove_source_branch": true,
            "squash": method == MergeMethod::Squash,
        });
        let url = self.request(api, request, &["merge"]);
        merge_remark(remarks, api.tell(Method::PUT, url, Some(&body)).await)
    }
}

#[async_trait]
impl Dialect for GitLab {
    async fn open(&self, api: &Api, head: Option<&str>) -> Result<Vec<OpenRequest>, ForgeError> {
        let requests = self.requests(api, "opened", head, MAX_PAGES).await?;
        Ok(requests.into_iter().map(MergeRequest::opened).collect())
    }

    async fn closed(&self, api: &Api, head: &str) -> Result<Vec<ClosedRequest>, ForgeError> {
        let requests = self.requests(api, "all", Some(head), 1).await?;
        let over = |r: &MergeRequest| matches!(r.state.as_str(), "merged" | "closed");
        Ok(requests.into_iter().filter(over).map(MergeRequest::closed).collect())
    }

    async fn create(&self, api: &Api, wanted: &RequestText) -> Result<OpenRequest, ForgeError> {
        let body = json!({
            "source_branch": wanted.head,
            "target_branch": wanted.base,
            "title": drafted(DRAFT, &wanted.title, wanted.draft),
            "description": wanted.body,
            "remove_source_branch": true,
        });
        let url = self.0.at(api, &["merge_requests"], &[]);
        let request: MergeRequest = api.send(Method::POST, url, &body).await?;
        Ok(request.opened())
    }

    async fn furnish(
        &self,
        api: &Api,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<Vec<Remark>, ForgeError> {
        let mut remarks = Vec::new();
        let mut body = serde_json::Map::new();
        if !wanted.labels.is_empty() {
            body.insert("add_labels".into(), Value::from(wanted.labels.clone()));
        }
        for (field, names) in
            [("reviewer_ids", &wanted.reviewers), ("assignee_ids", &wanted.assignees)]
        {
            let ids = self.people(api, names, &mut remarks).await?;
            if !ids.is_empty() {
                body.insert(field.into(), Value::from(ids));
            }
        }
        if !body.is_empty() {
            let url = self.request(api, request, &[]);
            let done = api.tell(Method::PUT, url, Some(&Value::from(body))).await;
            remark(&mut remarks, "labels, reviewers and assignees", done)?;
        }
        if let Some(method) = wanted.auto_merge {
            self.auto_merge(api, request, method, &mut remarks).await?;
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
        let url = self.request(api, request, &[]);
        api.tell(Method::PUT, url, Some(&json!({"title": title, "description": body}))).await
    }

    async fn close(&self, api: &Api, request: &OpenRequest, body: &str) -> Result<(), ForgeError> {
        let url = self.request(api, request, &[]);
        let body = json!({"state_event": "close", "description": body});
        api.tell(Method::PUT, url, Some(&body)).await
    }

    async fn delete_branch(&self, api: &Api, branch: &str) -> Result<(), ForgeError> {
        let url = self.0.at(api, &["repository", "branches", branch], &[]);
        gone(api.tell(Method::DELETE, url, None).await)
    }
}
