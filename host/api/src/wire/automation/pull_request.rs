//! Tagwarden's extension `git.pullRequest`: a request in place of a push.

use tagwarden_core::spec::{ForgeKind, Grouping, MergeMethod, PullRequest};

use super::commit::text_of;
use crate::{
    fields::{Field, Fields},
    wire::{filled, flag, reference},
};

const FORGES: &[(&str, ForgeKind)] = &[
    ("github", ForgeKind::GitHub),
    ("gitlab", ForgeKind::GitLab),
    ("gitea", ForgeKind::Gitea),
    ("forgejo", ForgeKind::Forgejo),
    ("bitbucket", ForgeKind::BitbucketCloud),
    ("bitbucketserver", ForgeKind::BitbucketDataCenter),
];

const GROUPINGS: &[(&str, Grouping)] = &[
    ("automation", Grouping::Automation),
    ("policy", Grouping::Policy),
    ("namespace", Grouping::Namespace),
];

const METHODS: &[(&str, Option<MergeMethod>)] = &[
    ("merge", Some(MergeMethod::Merge)),
    ("squash", Some(MergeMethod::Squash)),
    ("rebase", Some(MergeMethod::Rebase)),
];

/// Reads the part.
pub(super) fn read(fields: &Fields<'_>) -> Option<PullRequest> {
    let forge = fields.required("provider").and_then(|f| f.choice(FORGES));
    let base_url = fields.optional("baseURL").map(|f| base_url(&f));
    let repository = filled(fields.optional("repository"));
    let secret = fields.optional("secretRef").map(|f| reference::local(&f));
    let base = filled(fields.optional("base"));
    let branch = text_of(fields, ["branch", "branchPlugin"], "branch, branchPlugin");
    let title = text_of(fields, ["title", "titlePlugin"], "title, titlePlugin");
    let body = text_of(fields, ["body", "bodyPlugin"], "body, bodyPlugin");
    let names = |name| fields.optional(name).map(|f| names(&f)).unwrap_or_default();
    let (labels, reviewers, assignees) = (names("labels"), names("reviewers"), names("assignees"));
    let draft = flag(fields.optional("draft"));
    let auto_merge = fields.optional("autoMerge").and_then(|f| auto_merge(&f)).flatten();
    let per = fields.optional("per").and_then(|f| f.choice(GROUPINGS));
    Some(PullRequest {
        forge: forge?,
        base_url: base_url.flatten(),
        repository,
        secret: secret.flatten(),
        base,
        branch: branch?,
        title: title?,
        body: body?,
        labels,
        reviewers,
        assignees,
        draft,
        auto_merge,
        per: per.unwrap_or_default(),
    })
}

/// The forge's address. Only its host and path count, so it holds nothing secret.
fn base_url(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, '@' | '?' | '#');
    if rest.is_some_and(|rest| !rest.trim_matches('/').is_empty() && rest.chars().all(plain)) {
        return Some(text.trim_end_matches('/').to_owned());
    }
    field.invalid(
        "is not an http:// or https:// URL without a user, query or fragment",
        Some("write the forge's address, e.g. `https://git.example.com`"),
    );
    None
}

/// A list of names, none of them empty.
fn names(field: &Field<'_>) -> Vec<String> {
    let names = field.texts().unwrap_or_default();
    if names.iter().any(|name| name.trim().is_empty()) {
        field.invalid("has an empty name", None);
    }
    names
}

/// `true` for a merge commit, or the word for another way.
fn auto_merge(field: &Field<'_>) -> Option<Option<MergeMethod>> {
    match field.node().text() {
        Some(_) => field.choice(METHODS),
        None => field.flag().map(|wanted| wanted.then_some(MergeMethod::Merge)),
    }
}
