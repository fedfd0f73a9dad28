//! What each forge says in its own way.

use async_trait::async_trait;
use tagwarden_reconcile::ports::{
    ClosedRequest, ForgeError, ForgeErrorKind as Kind, OpenRequest, Remark, RequestText,
};

use crate::http::Api;

/// The most pages of a list that are read.
pub(crate) const MAX_PAGES: u32 = 20;

/// A forge's way of speaking of one repository.
#[async_trait]
pub(crate) trait Dialect: Send + Sync {
    /// The open requests, of one branch or of all.
    async fn open(&self, api: &Api, head: Option<&str>) -> Result<Vec<OpenRequest>, ForgeError>;

    /// The requests of a branch that are merged or closed, the latest first.
    async fn closed(&self, api: &Api, head: &str) -> Result<Vec<ClosedRequest>, ForgeError>;

    /// Opens a request.
    async fn create(&self, api: &Api, wanted: &RequestText) -> Result<OpenRequest, ForgeError>;

    /// Gives it labels, reviewers, assignees and automatic merge.
    async fn furnish(
        &self,
        api: &Api,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<Vec<Remark>, ForgeError>;

    /// Gives it another title and body.
    async fn reword(
        &self,
        api: &Api,
        request: &OpenRequest,
        title: &str,
        body: &str,
    ) -> Result<(), ForgeError>;

    /// Closes it.
    async fn close(&self, api: &Api, request: &OpenRequest, body: &str) -> Result<(), ForgeError>;

    /// Deletes a branch.
    async fn delete_branch(&self, api: &Api, branch: &str) -> Result<(), ForgeError>;
}

/// What is missing from a request, in words; what would fail everything else
/// as well stays an error.
pub(crate) fn remark(
    remarks: &mut Vec<Remark>,
    what: &str,
    result: Result<(), ForgeError>,
) -> Result<(), ForgeError> {
    match result {
        Ok(()) => Ok(()),
        Err(error) => match error.kind {
            Kind::Refused | Kind::Forbidden | Kind::NotFound => {
                let text = format!("{what}: {}", error.message);
                remarks.push(Remark { text, again: false });
                Ok(())
            }
            _ => Err(error),
        },
    }
}

/// What a forge does not have at all.
pub(crate) fn lacks(forge: &str, what: &str) -> Remark {
    Remark { text: format!("{forge} has no {what}"), again: false }
}

/// A branch that is not there is as good as deleted.
pub(crate) fn gone(result: Result<(), ForgeError>) -> Result<(), ForgeError> {
    match result {
        Err(error) if error.kind == Kind::NotFound => Ok(()),
        result => result,
    }
}

/// A title that marks a draft, where the title is what marks it.
pub(crate) fn drafted(prefix: &str, title: &str, draft: bool) -> String {
    match draft {
        true => format!("{prefix}{title}"),
        false => title.to_owned(),
    }
}
