//! `tagwarden set`: edits marked files in place.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use tagwarden_core::{
    change::Change,
    edit::{self, PolicyState},
    image::ImageReference,
    object::ObjectName,
};
use tagwarden_reconcile::EditedFile;

use crate::{
    args::{Global, Set},
    diff, output,
    problem::{Exit, Outcome, Problem},
};

/// The largest file that is edited.
const MAX_FILE: u64 = 64 << 20;

type Wanted = BTreeMap<ObjectName, PolicyState>;

pub fn set(global: &Global, args: &Set) -> Outcome {
    let wanted = args.policies.iter().map(|text| selection(text)).collect::<Result<Wanted, _>>()?;
    let mut files = Vec::new();
    for path in &args.paths {
        collect(path, path, &mut files)?;
    }
    let mut changes = Vec::new();
    let mut edited = Vec::new();
    for (shown, path) in &files {
        if let Some(file) = compute(shown, path, &wanted, &mut changes)? {
            edited.push((path.clone(), file));
        }
    }
    if !args.dry_run {
        // Everything was computed before anything is written.
        for (path, file) in &edited {
            replace(path, &file.after).map_err(|error| Problem::io("write", path, &error))?;
        }
    }
    if !output::structured(global.output, &changes)? {
        print(args, &edited, &changes);
    }
    Ok(Exit::Done)
}

/// Reads `NAMESPACE/NAME=IMAGE:TAG[@DIGEST]`.
fn selection(text: &str) -> Result<(ObjectName, PolicyState), Problem> {
    let wrong = |why: String| {
        Problem::usage(format!("--policy {text:?}: {why}"))
            .hint("write NAMESPACE/NAME=IMAGE:TAG or NAMESPACE/NAME=IMAGE:TAG@sha256:…")
    };
    let (name, image) = text.split_once('=').ok_or_else(|| wrong("there is no =".into()))?;
    let (namespace, name) =
        name.split_once('/').ok_or_else(|| wrong("there is no namespace".into()))?;
    let (reference, digest) = match image.split_once('@') {
        Some((reference, digest)) => (reference, Some(digest.to_owned())),
        None => (image, None),
    };
    if let Some(digest) = &digest
        && !is_digest(digest)
    {
        return Err(wrong(format!("{digest:?} is no digest")));
    }
    let (image, tag) = match reference.rsplit_once(':') {
        Some((image, tag)) if !tag.contains('/') => (image, tag),
        _ => return Err(wrong("the image has no tag".into())),
    };
    reference.parse::<ImageReference>().map_err(|error| wrong(error.to_string()))?;
    let state = PolicyState::Ready { image: image.to_owned(), tag: tag.to_owned(), digest };
    Ok((ObjectName::new(namespace, name), state))
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Finds the manifests under `path`; links are not followed, `.git` is left alone.
fn collect(root: &Path, path: &Path, files: &mut Vec<(String, PathBuf)>) -> Result<(), Problem> {
    let unreadable = |error: &std::io::Error| Problem::io("read", path, error);
    let kind = fs::symlink_metadata(path).map_err(|error| unreadable(&error))?.file_type();
    if kind.is_dir() {
        let mut entries = fs::read_dir(path)
            .and_then(|entries| {
                entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>()
            })
            .map_err(|error| unreadable(&error))?;
        entries.sort();
        for entry in
            entries.iter().filter(|entry| entry.file_name().is_none_or(|name| name != ".git"))
        {
            collect(root, entry, files)?;
        }
        return Ok(());
    }
    if path == root && kind.is_symlink() {
        return Err(Problem::usage(format!(
            "{} is a symbolic link, which is not followed",
            path.display()
        ))
        .hint("name the file it points to"));
    }
    let shown = path.strip_prefix(root).ok().filter(|rest| !rest.as_os_str().is_empty());
    let shown = shown.unwrap_or(path).display().to_string();
    if kind.is_file() && (path == root || edit::is_manifest_path(&shown)) {
        files.push((shown, path.to_owned()));
    }
    Ok(())
}

fn compute(
    shown: &str,
    path: &Path,
    wanted: &Wanted,
    changes: &mut Vec<Change>,
) -> Result<Option<EditedFile>, Problem> {
    let size = fs::metadata(path).map_err(|error| Problem::io("read", path, &error))?.len();
    if size > MAX_FILE {
        output::note(&format!("{shown}: left alone: larger than {} MiB", MAX_FILE >> 20));
        return Ok(None);
    }
    let before = fs::read(path).map_err(|error| Problem::io("read", path, &error))?;
    let lookup = |name: &ObjectName| wanted.get(name).cloned().unwrap_or(PolicyState::Unknown);
    let edit = edit::apply(shown, &before, &lookup);
    for marker in edit.markers.iter().filter(|marker| marker.verdict.is_trouble()) {
        output::note(&format!("{shown}:{}: {}", marker.line, marker.verdict));
    }
    changes.extend(edit.changes);
    Ok(edit.bytes.map(|after| EditedFile { path: shown.to_owned(), before, after }))
}

/// Replaces a file in one step, with its permissions.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut new = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    new.write_all(bytes)?;
    new.as_file().set_permissions(fs::metadata(path)?.permissions())?;
    new.as_file().sync_all()?;
    new.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn print(args: &Set, edited: &[(PathBuf, EditedFile)], changes: &[Change]) {
    if args.dry_run {
        for (_, file) in edited {
            output::text(&diff::unified(file));
        }
        return;
    }
    for change in changes {
        output::line(&format!("{}: {} -> {}", change.file, change.old, change.new));
    }
    if changes.is_empty() {
        output::note("nothing to change");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_selection_with_port_and_digest() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let text = format!("flux-system/app=localhost:5000/team/app:1.2@{digest}");
        let (name, state) = selection(&text).unwrap();
        assert_eq!(name.to_string(), "flux-system/app");
        let PolicyState::Ready { image, tag, digest: found } = state else { panic!("{state:?}") };
        assert_eq!((image.as_str(), tag.as_str()), ("localhost:5000/team/app", "1.2"));
        assert_eq!(found, Some(digest));
    }

    #[test]
    fn refuses_what_is_no_selection() {
        for text in ["a/b", "b=x/yy:1", "a/b=x/yy", "a/b=localhost:5000/yy", "a/b=x/yy:1@sha256:12"]
        {
            assert!(selection(text).is_err(), "{text}");
        }
    }
}
