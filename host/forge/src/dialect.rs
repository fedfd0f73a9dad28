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
    noted(remarks, what, result, |_| false)
}

/// The same for a merge: a forge that is still finding out whether it could
/// merge at all refuses, and may not refuse the next time.
pub(crate) fn merge_remark(
    remarks: &mut Vec<Remark>,
    result: Result<(), ForgeError>,
) -> Result<(), ForgeError> {
    noted(remarks, "autoMerge", result, |kind| kind == Kind::Refused)
}

fn noted(
    remarks: &mut Vec<Remark>,
    what: &str,
    result: Result<(), ForgeError>,
    again: fn(Kind) -> bool,
) -> Result<(), ForgeError> {
    let Err(error) = result else {
        return Ok(());
    };
    match error.kind {
        // The token has just opened or found the request: GitLab and Bitbucket
        // Data Center answer 401 where it may not do this one thing.
        Kind::Refused | Kind::Forbidden | Kind::Unauthorized | Kind::NotFound => {
            let text = format!("{what}: {}", error.message);
            remarks.push(Remark { text, again: again(error.kind) });
            Ok(())
        }
        _ => Err(error),
    }
}

/// What of the things that were asked for a forge does not have at all.
pub(crate) fn lacking(forge: &str, things: &[(bool, &str)]) -> Vec<Remark> {
    let asked = things.iter().filter(|(asked, _)| *asked);
    asked.map(|(_, what)| lacks(forge, what)).collect()
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

/// People, and teams without their organisation: a name with a slash is a team.
pub(crate) fn people_and_teams(names: &[String]) -> (Vec<&str>, Vec<&str>) {
    let teams = names.iter().filter_map(|name| Some(name.split_once('/')?.1));
    let people = names.iter().map(String::as_str).filter(|name| !name.contains('/'));
    (people.collect(), teams.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_slash_is_a_team() {
        let names = ["alice".to_owned(), "org/platform".to_owned()];
        assert_eq!(people_and_teams(&names), (vec!["alice"], vec!["platform"]));
    }
}
