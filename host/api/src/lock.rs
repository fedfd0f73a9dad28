//! The lock file: read with the same care as manifests, written so that two
//! runs give the same bytes and a diff shows what changed. Its last line is the
//! digest of every byte before it, so none changes unnoticed.

mod write;

use std::sync::Arc;

use tagwarden_core::{
    lock::{Lock, Locked},
    spec::{PluginKind, PublicKey, Signers, is_plugin_name, is_sha256},
};

use crate::{
    context::{Context, Version},
    error::{ManifestError, Place, Problem},
    fields::{Field, Fields, quoted},
    tree::{Breakage, Documents, Node, Position, Value},
    wire::policy_plugin::{grants, limits},
};

/// The lock file's name, in the folder with the manifests.
pub const LOCK_FILE: &str = "tagwarden.lock";

/// The most bytes of a lock file.
pub const MAX_LOCK: u64 = 4 << 20;

/// What to do about a file that was changed by hand.
const REWRITE: &str =
    "lock files are changed by `tagwarden plugin add` and `update` alone, to the last byte";

/// Reads a lock file; all its mistakes are told at once.
///
/// # Errors
///
/// When it has any: a lock file that is not wholly right locks nothing.
pub fn read_lock(path: &str, text: &str) -> Result<Lock, Vec<ManifestError>> {
    let file: Arc<str> = path.into();
    let broken = |at: Position, problem| {
        let place = Place { file: file.clone(), line: at.line, column: at.column };
        vec![ManifestError {
            place,
            object: String::new(),
            field: String::new(),
            problem,
            hint: None,
        }]
    };
    let mut documents = Documents::new(text);
    let document = match (documents.next(), documents.next()) {
        (Some(Ok(document)), None) => document,
        (Some(Err(Breakage { at, reason })), _) | (_, Some(Err(Breakage { at, reason }))) => {
            return Err(broken(at, Problem::Syntax(reason)));
        }
        (None, _) => {
            let empty = Problem::Invalid("is empty".to_owned());
            return Err(broken(Position { line: 1, column: 1 }, empty));
        }
        (_, Some(Ok(second))) => {
            return Err(broken(second.at, Problem::TooMany { what: "documents", limit: 1 }));
        }
    };
    let context = Context::new(file.clone(), "lock file", Version::V1);
    let lock = lock(&context, &document, is_whole(text));
    let (mut errors, _) = context.finish();
    errors.sort_by(|a, b| a.place.cmp(&b.place));
    match (lock, errors.is_empty()) {
        (Some(lock), true) => Ok(lock),
        (None, true) => Err(broken(
            document.at,
            Problem::WrongType { expected: "a mapping", found: document.value.describe() },
        )),
        (_, false) => Err(errors),
    }
}

/// A lock file's text.
#[must_use]
pub fn write_lock(lock: &Lock) -> String {
    write::lock(lock)
}

fn lock(context: &Context, document: &Node, whole: bool) -> Option<Lock> {
    let Value::Map(entries) = &document.value else { return None };
    Fields::read(context, "", document.at, entries, |fields| {
        let version = fields.required("version");
        if let Some(version) = version.filter(|v| !is_number(v, 1)) {
            version.invalid("is a version that is not known", Some("update Tagwarden"));
        }
        let vendor = fields.optional("vendor").and_then(|f| f.text()).map(str::to_owned);
        let plugins = fields.optional("plugins").and_then(|f| f.list()).unwrap_or_default();
        let plugins: Vec<_> = plugins.iter().filter_map(|plugin| plugin.record(entry)).collect();
        for pair in plugins.windows(2).filter(|pair| pair[0].name >= pair[1].name) {
            let problem = format!("{} does not come after {}", pair[1].name, pair[0].name);
            fields.fail(Problem::Invalid(problem), Some(REWRITE.to_owned()));
        }
        let checksum = fields.required("checksum");
        if let Some(checksum) = checksum.filter(|_| !whole) {
            let problem = "is not that of what stands before it: the file was changed or damaged";
            checksum.invalid(problem, Some(REWRITE));
        }
        Some(Lock { vendor, plugins })
    })
}

/// Whether the last line is the digest of every byte before it.
fn is_whole(text: &str) -> bool {
    let before = text.rfind("\nchecksum: ").map(|at| text.split_at(at + 1));
    before.is_some_and(|(before, last)| last == write::checksum(before))
}

fn entry(fields: &Fields<'_>) -> Option<Locked> {
    let name = fields.required("name").and_then(|f| checked(&f, is_plugin_name));
    let kind = fields.required("kind").and_then(|f| f.choice(PluginKind::ALL));
    let source = fields.required("source").and_then(|f| f.text());
    let digest = fields.required("digest").and_then(|f| checked(&f, is_sha256));
    let size = fields.required("size").and_then(|f| number(&f));
    let manifest = fields.optional("manifest").and_then(|f| checked(&f, is_sha256));
    let grants = fields.optional("grants").map(|f| grants(&f)).unwrap_or_default();
    let limits = fields.optional("limits").and_then(|f| f.record(|f| Some(limits(f))));
    let signed_by = fields.optional("signedBy").map(|f| all(&f, is_sha256)).unwrap_or_default();
    let signers = fields.optional("verify").and_then(|f| f.record(|f| Some(signers(f))));
    Some(Locked {
        name: name?,
        kind: kind?,
        source: source?.to_owned(),
        digest: digest?,
        size: size?,
        manifest,
        grants,
        limits: limits.unwrap_or_default(),
        signed_by,
        signers,
    })
}

fn signers(fields: &Fields<'_>) -> Signers {
    let keys = |field: Option<Field<'_>>| {
        let keys = field.map(|f| all(&f, is_base64)).unwrap_or_default();
        keys.iter().map(|key| public_key(key)).collect()
    };
    let signers =
        Signers { any_of: keys(fields.optional("anyOf")), all_of: keys(fields.optional("allOf")) };
    if signers.any_of.is_empty() && signers.all_of.is_empty() {
        fields.fail(Problem::Invalid("names no key".to_owned()), Some(REWRITE.to_owned()));
    }
    signers
}

/// A key in one line becomes what it is in a file.
fn public_key(base64: &str) -> PublicKey {
    let mut pem = "-----BEGIN PUBLIC KEY-----\n".to_owned();
    let mut rest = base64;
    while let Some((line, more)) = rest.split_at_checked(64).filter(|(_, more)| !more.is_empty()) {
        pem.push_str(line);
        pem.push('\n');
        rest = more;
    }
    pem.push_str(rest);
    pem.push_str("\n-----END PUBLIC KEY-----\n");
    PublicKey { origin: "the key in the lock file".to_owned(), pem }
}

/// The members of a list, each of which must hold.
fn all(field: &Field<'_>, holds: fn(&str) -> bool) -> Vec<String> {
    let members = field.list().unwrap_or_default();
    members.iter().filter_map(|member| checked(member, holds)).collect()
}

fn is_base64(text: &str) -> bool {
    let digit = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
    !text.is_empty() && text.bytes().all(digit)
}

fn checked(field: &Field<'_>, holds: fn(&str) -> bool) -> Option<String> {
    let text = field.text()?;
    match holds(text) {
        true => Some(text.to_owned()),
        false => {
            field.invalid(format!("{} will not do here", quoted(text)), Some(REWRITE));
            None
        }
    }
}

fn number(field: &Field<'_>) -> Option<u64> {
    let Value::Number(number) = &field.node().value else {
        field.fail(
            Problem::WrongType { expected: "a number", found: field.node().value.describe() },
            None,
        );
        return None;
    };
    number.as_u64()
}

fn is_number(field: &Field<'_>, wanted: u64) -> bool {
    matches!(&field.node().value, Value::Number(number) if number.as_u64() == Some(wanted))
}

#[cfg(test)]
mod tests;
