//! ImageUpdateAutomation.

mod commit;
mod pull_request;

use tagwarden_core::{
    object::ObjectName,
    spec::{GitReference, ImageUpdateAutomation, PullRequest, Push},
};

use self::commit::Commit;
use super::{filled, flag, git::Reference, metadata::Metadata, reference, selector};
use crate::{
    context::Version,
    duration::{Units, duration},
    fields::{Field, Fields},
};

/// Reads the `spec`.
pub(crate) fn read(spec: &Fields<'_>, metadata: Option<Metadata>) -> Option<ImageUpdateAutomation> {
    for (name, now) in
        [("checkout", "git.checkout"), ("commit", "git.commit"), ("push", "git.push")]
    {
        spec.elsewhere(name, format!("it moved to `spec.{now}`"));
    }
    let owner = metadata.as_ref().map(|m| &m.name);
    let source = spec.required("sourceRef").and_then(|f| source(&f, owner));
    let git = spec.required("git").and_then(|f| f.record(Git::read));
    let interval = spec.required("interval").and_then(|f| duration(&f, Units::Interval));
    let selector = spec.since(Version::V1Beta2, "policySelector");
    let policy_selector = selector.and_then(|f| selector::full(&f));
    let path = spec.optional("update").and_then(|f| f.record(update));
    let suspend = flag(spec.optional("suspend"));
    let Git { checkout, commit, push, batch, pull_request, ignore_reverts } = git?;
    Some(ImageUpdateAutomation {
        name: metadata?.name,
        source: source?,
        checkout,
        push,
        pull_request: pull_request.map(Box::new),
        ignore_reverts,
        author: commit.author,
        message: commit.message,
        values: commit.values,
        signing_secret: commit.signing.as_ref().map(|(secret, _)| secret.clone()),
        signing_format: commit.signing.map(|(_, format)| format).unwrap_or_default(),
        path: path.unwrap_or_default(),
        policy_selector,
        batch,
        interval: interval?,
        suspend,
    })
}

fn source(field: &Field<'_>, owner: Option<&ObjectName>) -> Option<ObjectName> {
    field.record(|fields| {
        // Flux heeds the kind alone.
        fields.optional("apiVersion").and_then(|f| f.text());
        fields.optional("kind").and_then(|f| f.choice(&[("GitRepository", ())]));
        reference::namespaced(fields, owner)
    })
}

/// The `git` part.
struct Git {
    checkout: Option<GitReference>,
    commit: Commit,
    push: Push,
    pull_request: Option<PullRequest>,
    ignore_reverts: bool,
    batch: bool,
}

impl Git {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let checkout = fields.optional("checkout").and_then(|f| f.record(checkout));
        let commit = fields.required("commit").and_then(|f| f.record(Commit::read));
        let push = fields.optional("push").and_then(|f| f.record(push)).unwrap_or_default();
        let request = fields.optional("pullRequest");
        let pull_request = request.and_then(|f| f.record(pull_request::read));
        let ignore_reverts = flag(fields.optional("ignoreReverts"));
        let batch = flag(fields.optional("batch"));
        let (checkout, branch) = checkout.unzip();
        Some(Self {
            checkout,
            commit: commit?,
            push: Push { branch: push.branch.or(branch.flatten()), ..push },
            pull_request,
            ignore_reverts,
            batch,
        })
    }
}

/// What to check out, and the branch to push to where that does not tell it.
fn checkout(fields: &Fields<'_>) -> Option<(GitReference, Option<String>)> {
    let reference = fields.required("ref")?.record(|f| Reference::read(f, true))?;
    let branch = reference.branch();
    match reference.resolve() {
        // Flux does not fall back to the GitRepository's own reference here.
        None => Some((GitReference::Branch("master".to_owned()), None)),
        Some(at @ (GitReference::Branch(_) | GitReference::Commit { .. })) => Some((at, None)),
        Some(at) => Some((at, branch)),
    }
}

fn push(fields: &Fields<'_>) -> Option<Push> {
    let options = fields.optional("options").and_then(|f| f.text_map());
    Some(Push {
        branch: filled(fields.optional("branch")),
        refspec: filled(fields.optional("refspec")),
        options: options.unwrap_or_default(),
    })
}

fn update(fields: &Fields<'_>) -> Option<String> {
    fields.optional("strategy").and_then(|f| f.choice(&[("Setters", ())]));
    fields.optional("path").and_then(|f| f.text()).map(folder)
}

/// The folder relative to the repository's root. Like Flux's, it cannot leave
/// the root: there is nothing above it.
fn folder(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stays_within_the_repository() {
        for (path, expected) in [
            ("./clusters/prod", "clusters/prod"),
            ("/clusters//prod/", "clusters/prod"),
            ("", ""),
            (".", ""),
            ("../../etc", "etc"),
            ("a/../b", "b"),
        ] {
            assert_eq!(folder(path), expected, "{path}");
        }
    }
}
