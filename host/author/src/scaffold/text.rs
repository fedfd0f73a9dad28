//! What is filled in where a template leaves it open.

use std::path::{Component, Path, PathBuf};

use tagwarden_core::spec::Grant;

use super::{Request, SDK_FOLDER};
use crate::{Kind, Language};

/// A template's file name in a project: names with a dot in front are written
/// `dot-…` in the templates, which Git and cargo would otherwise obey.
pub(super) fn named(path: &Path, name: &str) -> PathBuf {
    let part = |part: Component<'_>| {
        let text = part.as_os_str().to_string_lossy();
        let text = text.strip_prefix("dot-").map_or(text.to_string(), |rest| format!(".{rest}"));
        text.replace("plugin_name", &name.replace('-', "_"))
    };
    path.components().map(part).collect()
}

/// A template's content with the plugin's name in place of `plugin-name`,
/// `plugin_name` and `PluginName`.
pub(super) fn filled(path: &Path, bytes: &[u8], request: &Request) -> Vec<u8> {
    let sdk = request.sdk.as_ref().map(|path| path.display().to_string());
    let camel: String = request.name.split('-').map(capitalised).collect();
    let mut text = String::from_utf8_lossy(bytes).replace("USAGE", usage(request.kind));
    if path.file_name().is_some_and(|name| name == "README.md") {
        text += &grants(request);
    }
    text.replace("WITH-GRANTS", &given(request))
        .replace("plugin-name", &request.name)
        .replace("plugin_name", &request.name.replace('-', "_"))
        .replace("PluginName", &camel)
        .replace("PLUGIN-SUMMARY", summary(request.kind))
        .replace("KIND", &request.kind.to_string())
        .replace(
            &format!("path = \"{SDK_FOLDER}\""),
            &format!("path = \"{}\"", sdk.as_deref().unwrap_or(SDK_FOLDER)),
        )
        .into_bytes()
}

/// What the templates decide, in a sentence.
fn summary(kind: Kind) -> &'static str {
    match kind {
        Kind::Policy => "Chooses the greatest build number behind a prefix.",
        Kind::Filter => "Keeps the tags of one variant, compared without its suffix.",
        Kind::Message => "Writes a subject with a prefix, and a line a change.",
    }
}

/// How a manifest uses the plugin.
fn usage(kind: Kind) -> &'static str {
    match kind {
        Kind::Policy => include_str!("policy.md"),
        Kind::Filter => include_str!("filter.md"),
        Kind::Message => include_str!("message.md"),
    }
}

/// What an operator writes to give the plugin its grants.
fn given(request: &Request) -> String {
    let grants = request.grants.iter();
    grants.map(|grant| format!(" --grant plugin-name={grant}")).collect()
}

/// What the README says of the grants that a plugin needs.
fn grants(request: &Request) -> String {
    if request.grants.is_empty() {
        return String::new();
    }
    let mut text = include_str!("grants.md").to_owned();
    for grant in &request.grants {
        text += "\n";
        text += match grant {
            Grant::Metadata => include_str!("grants/metadata.md"),
            Grant::Wasi => include_str!("grants/wasi.md"),
        };
        if *grant == Grant::Metadata {
            text += "\n";
            text += lookup(request.language);
        }
    }
    text
}

/// How an image is looked up.
fn lookup(language: Language) -> &'static str {
    match language {
        Language::Rust => include_str!("grants/rust.md"),
        Language::Go => include_str!("grants/go.md"),
        Language::JavaScript => include_str!("grants/javascript.md"),
        Language::Python => include_str!("grants/python.md"),
        Language::C => include_str!("grants/c.md"),
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
