//! What became of a request on a forge.

use serde::Serialize;

use super::Proposal;
use crate::{
    Failed,
    ports::{OpenRequest, RequestText},
};

/// A request on a forge, and what became of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Requested {
    /// The group of changes it is for; empty where there is but one.
    pub group: String,
    /// Its branch.
    pub head: String,
    /// Its number, once it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Where people look at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What it says; none where it has nothing left to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestText>,
    /// The commit on its branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// What was done.
    #[serde(flatten)]
    pub step: RequestStep,
    /// What the forge does not have, or does not give.
    pub remarks: Vec<String>,
}

/// What was done with a request.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum RequestStep {
    /// Nothing: this is what would be.
    Planned,
    /// It was opened.
    Opened,
    /// It got another branch, title or body.
    Updated,
    /// It is as it should be.
    Unchanged,
    /// It had nothing left to change, and was closed.
    Closed,
    /// It could not be seen to.
    Failed(Failed),
}

impl Requested {
    /// A request that is about to be seen to.
    pub(crate) fn of(group: &str, head: &str) -> Self {
        Self {
            group: group.to_owned(),
            head: head.to_owned(),
            number: None,
            url: None,
            request: None,
            proposal: None,
            step: RequestStep::Closed,
            remarks: Vec::new(),
        }
    }

    /// Takes up what the forge calls it.
    pub(crate) fn see(&mut self, open: &OpenRequest) {
        self.number = Some(open.number);
        self.url = Some(open.url.clone());
    }

    /// What went wrong, if anything did.
    #[must_use]
    pub fn failure(&self) -> Option<&Failed> {
        match &self.step {
            RequestStep::Failed(failed) => Some(failed),
            _ => None,
        }
    }
}
