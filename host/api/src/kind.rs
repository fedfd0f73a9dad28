//! Which documents are ours.

use crate::{
    context::Version,
    error::Problem,
    hint,
    tree::{Node, Position, Value},
};

const IMAGE: &str = "image.toolkit.fluxcd.io";
const SOURCE: &str = "source.toolkit.fluxcd.io";
const PLUGINS: &str = "plugins.tagwarden.dev";
const RULES: &str = "image.tagwarden.dev";

/// The sources of Flux that nobody commits to.
const OTHER_SOURCES: &[&str] =
    &["Bucket", "ExternalArtifact", "HelmChart", "HelmRepository", "OCIRepository"];

/// The kinds that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    ImageRepository,
    ImagePolicy,
    ImageUpdateAutomation,
    GitRepository,
    PolicyPlugin,
    ImageVerification,
    Secret,
    ServiceAccount,
    Namespace,
}

impl Kind {
    /// The kind's name in manifests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ImageRepository => "ImageRepository",
            Self::ImagePolicy => "ImagePolicy",
            Self::ImageUpdateAutomation => "ImageUpdateAutomation",
            Self::GitRepository => "GitRepository",
            Self::PolicyPlugin => "PolicyPlugin",
            Self::ImageVerification => "ImageVerification",
            Self::Secret => "Secret",
            Self::ServiceAccount => "ServiceAccount",
            Self::Namespace => "Namespace",
        }
    }
}

/// What a document turned out to be.
pub(crate) enum Document<'n> {
    /// An object that is read.
    Known(Kind, Version),
    /// A list of objects.
    List(&'n [Node]),
    /// Nothing of ours, and why.
    Foreign(String),
    /// Meant to be ours, and wrong.
    Wrong(Wrong),
}

/// What is wrong with a document's kind or version.
pub(crate) struct Wrong {
    pub(crate) at: Position,
    pub(crate) field: &'static str,
    pub(crate) problem: Problem,
    pub(crate) hint: Option<String>,
}

/// Recognises a document by its `apiVersion` and `kind`.
pub(crate) fn recognise(document: &Node) -> Document<'_> {
    let api_version = document.child("apiVersion");
    let kind = document.child("kind");
    let group = api_version.and_then(Node::text).map(split);
    match (group, kind.and_then(Node::text)) {
        (Some((group, version)), Some(name)) => named(document, group, version, name),
        (Some((IMAGE | SOURCE | PLUGINS | RULES, _)), None) => missing(document, kind, "kind"),
        (None, Some(name)) if is_ours(name) => missing(document, api_version, "apiVersion"),
        _ if matches!(document.value, Value::Null) => Document::List(&[]),
        _ => Document::Foreign("no object of Kubernetes".to_owned()),
    }
}

fn split(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

fn is_ours(kind: &str) -> bool {
    matches!(kind, "ImageRepository" | "ImagePolicy" | "ImageUpdateAutomation")
}

fn missing<'n>(document: &Node, node: Option<&Node>, field: &'static str) -> Document<'n> {
    let expected = "a string";
    let problem = match node.map(|n| n.value.describe()) {
        None | Some("nothing") => Problem::Missing,
        Some(found) => Problem::WrongType { expected, found },
    };
    Document::Wrong(Wrong { at: node.map_or(document.at, |n| n.at), field, problem, hint: None })
}

fn named<'n>(document: &'n Node, group: &str, version: &str, name: &str) -> Document<'n> {
    let singular = name.strip_suffix("List");
    let kind = match (group, singular.unwrap_or(name)) {
        (IMAGE, "ImageRepository") => Kind::ImageRepository,
        (IMAGE, "ImagePolicy") => Kind::ImagePolicy,
        (IMAGE, "ImageUpdateAutomation") => Kind::ImageUpdateAutomation,
        (SOURCE, "GitRepository") => Kind::GitRepository,
        (PLUGINS, "PolicyPlugin") => Kind::PolicyPlugin,
        (RULES, "ImageVerification") => Kind::ImageVerification,
        ("", "Secret") => Kind::Secret,
        ("", "ServiceAccount") => Kind::ServiceAccount,
        ("", "Namespace") => Kind::Namespace,
        ("", "") if version == "v1" => return list(document),
        (group, _) => return unknown(document, group, version, name),
    };
    if singular.is_some() {
        return list(document);
    }
    match (group, version) {
        (PLUGINS | RULES, "v1alpha1") => Document::Known(kind, Version::V1Alpha1),
        (PLUGINS | RULES, _) => wrong_version(document, group, version),
        (_, "v1") => Document::Known(kind, Version::V1),
        (IMAGE | SOURCE, "v1beta2") => Document::Known(kind, Version::V1Beta2),
        (IMAGE | SOURCE, "v1beta1") => Document::Known(kind, Version::V1Beta1),
        _ => wrong_version(document, group, version),
    }
}

fn list(document: &Node) -> Document<'_> {
    match document.child("items") {
        None => Document::List(&[]),
        Some(items) => match &items.value {
            Value::List(items) => Document::List(items),
            Value::Null => Document::List(&[]),
            value => {
                let (expected, found) = ("a list", value.describe());
                let problem = Problem::WrongType { expected, found };
                Document::Wrong(Wrong { at: items.at, field: "items", problem, hint: None })
            }
        },
    }
}

fn wrong_version<'n>(document: &'n Node, group: &str, version: &str) -> Document<'n> {
    let hint = match group {
        "" => "write `v1`".to_owned(),
        PLUGINS | RULES => format!("write `{group}/v1alpha1`"),
        _ => format!("write `{group}/v1`; v1beta2 and v1beta1 are read too"),
    };
    let problem = Problem::UnknownVersion(version.to_owned());
    wrong(document, "apiVersion", problem, Some(hint))
}

fn unknown<'n>(document: &'n Node, group: &str, version: &str, name: &str) -> Document<'n> {
    let candidates: &[&str] = match group {
        PLUGINS => &["PolicyPlugin"],
        RULES => &["ImageVerification"],
        IMAGE => &["ImageRepository", "ImagePolicy", "ImageUpdateAutomation"],
        SOURCE if OTHER_SOURCES.contains(&name.strip_suffix("List").unwrap_or(name)) => &[],
        SOURCE => &["GitRepository"],
        _ if is_ours(name) => return unknown_group(document, group, name),
        _ => &[],
    };
    if candidates.is_empty() {
        return Document::Foreign(foreign(group, version, name));
    }
    if is_ours(name) {
        return wrong_group(document, group, name, format!("write `{IMAGE}/v1`"));
    }
    let problem = Problem::UnknownKind { kind: name.to_owned(), group: group.to_owned() };
    wrong(document, "kind", problem, hint::did_you_mean(name, candidates))
}

/// Others have kinds of the same names; only a mistyped group is an error.
fn unknown_group<'n>(document: &'n Node, group: &str, name: &str) -> Document<'n> {
    let Some(hint) = hint::did_you_mean(group, &[IMAGE]) else {
        return Document::Foreign(foreign(group, "", name));
    };
    wrong_group(document, group, name, hint)
}

fn wrong_group<'n>(document: &'n Node, group: &str, name: &str, hint: String) -> Document<'n> {
    let problem = Problem::Invalid(format!("`{group}` is not the group of {name}"));
    wrong(document, "apiVersion", problem, Some(hint))
}

fn foreign(group: &str, version: &str, name: &str) -> String {
    let slash = if group.is_empty() || version.is_empty() { "" } else { "/" };
    format!("{name} of {group}{slash}{version}")
}

fn wrong<'n>(
    document: &'n Node,
    field: &'static str,
    problem: Problem,
    hint: Option<String>,
) -> Document<'n> {
    let at = document.child(field).map_or(document.at, |node| node.at);
    Document::Wrong(Wrong { at, field, problem, hint })
}
