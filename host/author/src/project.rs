//! A plugin's folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tagwarden_core::spec::Grant;

use crate::{AuthorError, Kind, Language};

/// The file that makes a folder a project.
pub(crate) const MANIFEST: &str = "plugin.yaml";

/// The most bytes of a manifest.
const MANIFEST_BYTES: u64 = 64 << 10;

/// A plugin's folder, and what its `plugin.yaml` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The folder.
    pub root: PathBuf,
    /// The plugin's name.
    pub name: String,
    /// What it decides.
    pub kind: Kind,
    /// What it is written in.
    pub language: Language,
    /// What it must be granted.
    pub grants: Vec<Grant>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    name: String,
    kind: Kind,
    language: Language,
    #[serde(default)]
    grants: Vec<String>,
}

impl Project {
    /// Reads the project in a folder.
    pub fn open(root: &Path) -> Result<Self, AuthorError> {
        let path = root.join(MANIFEST);
        let size = fs::metadata(&path).map_err(|_| AuthorError::NoProject(root.into()))?.len();
        let malformed = |reason| AuthorError::Malformed { path: path.clone(), reason };
        if size > MANIFEST_BYTES {
            return Err(malformed(format!("it has {size} bytes")));
        }
        let text = fs::read_to_string(&path).map_err(AuthorError::io("read", &path))?;
        let manifest: Manifest =
            serde_saphyr::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        if !is_name(&manifest.name) {
            return Err(malformed(AuthorError::Name(manifest.name).to_string()));
        }
        let Manifest { name, kind, language, grants } = manifest;
        let grants = grants.iter().map(|grant| grant.parse()).collect::<Result<_, _>>();
        let grants: Vec<Grant> = grants.map_err(malformed)?;
        check_grants(kind, &grants).map_err(|error| malformed(error.to_string()))?;
        Ok(Self { root: root.into(), name, kind, language, grants })
    }

    /// Where the component goes.
    #[must_use]
    pub fn component(&self) -> PathBuf {
        self.root.join(format!("{}.wasm", self.name))
    }

    /// The cases that it is tested with.
    #[must_use]
    pub fn cases(&self) -> PathBuf {
        self.root.join("cases.yaml")
    }

    /// The world of `wit/` that it is a component of.
    #[must_use]
    pub fn world(&self) -> String {
        match self.grants.contains(&Grant::Metadata) {
            true => format!("{}-metadata", self.kind.world()),
            false => self.kind.world().to_owned(),
        }
    }

    /// Whether it is to import WASI, which it must be granted, or has a stub of it.
    pub(crate) fn has_wasi(&self) -> bool {
        self.grants.contains(&Grant::Wasi)
    }

    /// Its copy of the contract.
    pub(crate) fn wit(&self) -> PathBuf {
        self.root.join("wit")
    }
}

/// Refuses a grant that a plugin of this kind could not use.
pub(crate) fn check_grants(kind: Kind, grants: &[Grant]) -> Result<(), AuthorError> {
    match kind == Kind::Message && grants.contains(&Grant::Metadata) {
        true => Err(AuthorError::Grant { kind, grant: Grant::Metadata }),
        false => Ok(()),
    }
}

/// Whether plugins may go by this name. It also becomes the name of a Rust crate
/// and of a C file, so it starts with a letter.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let starts = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    starts && name.len() <= 63 && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(manifest: &str) -> Result<Project, AuthorError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(MANIFEST), manifest).unwrap();
        Project::open(folder.path())
    }

    #[test]
    fn reads_what_a_project_is() {
        let project = opened("name: calver\nkind: policy\nlanguage: javascript\n").unwrap();
        assert_eq!((project.kind, project.language), (Kind::Policy, Language::JavaScript));
        assert!(project.component().ends_with("calver.wasm"));
        assert_eq!(project.world(), "tag-policy");
        let granted = "name: a\nkind: filter\nlanguage: go\ngrants: [metadata]\n";
        assert_eq!(opened(granted).unwrap().world(), "tag-filter-metadata");
    }

    #[test]
    fn says_what_is_wrong_with_a_manifest() {
        let said = |manifest| opened(manifest).unwrap_err().to_string();
        assert!(said("name: a\nkind: polcy\nlanguage: c\n").contains("polcy"));
        assert!(said("name: ../a\nkind: policy\nlanguage: c\n").contains("../a"));
        assert!(said("name: a\nkind: policy\nlanguage: c\ngrants: [net]\n").contains("no grant"));
        let asking = said("name: a\nkind: message\nlanguage: c\ngrants: [metadata]\n");
        assert!(asking.contains("no use for the grant metadata"), "{asking}");
        assert!(said("name: a\nkind: policy\nlanguage: c\nx: 1\n").contains("unknown field"));
        let nowhere = Project::open(Path::new("/nowhere")).unwrap_err();
        assert!(nowhere.hint().unwrap().contains("plugin new"), "{nowhere}");
    }
}
