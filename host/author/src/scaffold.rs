//! New projects, from templates that are projects themselves.

mod text;

use std::{
    fs,
    path::{Path, PathBuf},
};

use include_dir::{Dir, include_dir};
use tagwarden_core::spec::Grant;

use crate::{
    AuthorError, Kind, Language, Project,
    contract::WIT,
    project::{self, MANIFEST, is_name},
    toolchain,
};

/// The templates: a folder a language, in it a folder a kind and `common`; and
/// `common/KIND` for what all languages share.
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The sources of the Rust SDK.
static SDK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../plugins/sdk/src");

/// Where a Rust project has its copy of the SDK.
const SDK_FOLDER: &str = "vendor/tagwarden-sdk";

/// What to start.
#[derive(Clone, Debug)]
pub struct Request {
    /// The plugin's name.
    pub name: String,
    /// What it decides.
    pub kind: Kind,
    /// What it is written in.
    pub language: Language,
    /// What it must be granted.
    pub grants: Vec<Grant>,
    /// For Rust: where the SDK is, in place of a copy in the project.
    pub sdk: Option<PathBuf>,
}

/// Writes a new project into a folder, which is made; it must be empty if it exists.
/// Returns the project and the files written, relative to its folder.
pub fn scaffold(request: &Request, root: &Path) -> Result<(Project, Vec<PathBuf>), AuthorError> {
    if !is_name(&request.name) {
        return Err(AuthorError::Name(request.name.clone()));
    }
    project::check_grants(request.kind, &request.grants)?;
    if fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(AuthorError::Occupied(root.into()));
    }
    let mut files = files(request);
    files.sort();
    for (path, bytes) in &files {
        let path = root.join(path);
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder).map_err(AuthorError::io("make", folder))?;
        fs::write(&path, bytes).map_err(AuthorError::io("write", &path))?;
    }
    let written = files.into_iter().map(|(path, _)| path).collect();
    let project = Project::open(root)?;
    toolchain::bind(&project)?;
    Ok((project, written))
}

/// Every file of a new project.
fn files(request: &Request) -> Vec<(PathBuf, Vec<u8>)> {
    let Request { name, kind, language, grants, sdk } = request;
    let mut files = Vec::new();
    let kind_folder = kind.to_string();
    for folder in [
        format!("common/{kind_folder}"),
        format!("{}/common", language.id()),
        format!("{}/{kind_folder}", language.id()),
    ] {
        let template = TEMPLATES.get_dir(&folder).into_iter().flat_map(all);
        files.extend(template.map(|(path, bytes)| {
            let path = path.strip_prefix(&folder).unwrap_or(path);
            (text::named(path, name), text::filled(path, bytes, request))
        }));
    }
    if *language == Language::Rust && sdk.is_none() {
        files.extend(
            all(&SDK).map(|(path, bytes)| {
                (Path::new(SDK_FOLDER).join("src").join(path), bytes.to_vec())
            }),
        );
    } else {
        files.retain(|(path, _)| !path.starts_with("vendor"));
    }
    files.extend(all(&WIT).map(|(path, bytes)| (Path::new("wit").join(path), bytes.to_vec())));
    let mut manifest = format!("name: {name}\nkind: {kind}\nlanguage: {}\n", language.id());
    if !grants.is_empty() {
        let grants: Vec<_> = grants.iter().map(|grant| grant.name()).collect();
        manifest += &format!("grants: [{}]\n", grants.join(", "));
    }
    files.push((MANIFEST.into(), manifest.into_bytes()));
    files
}

/// The files of a folder and of those below it.
fn all<'d>(folder: &'d Dir<'d>) -> impl Iterator<Item = (&'d Path, &'d [u8])> {
    let mut folders = vec![folder];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        files.extend(folder.files().map(|file| (file.path(), file.contents())));
    }
    files.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(kind: Kind, language: Language) -> Request {
        Request { name: "my-plugin".into(), kind, language, grants: Vec::new(), sdk: None }
    }

    #[test]
    fn every_language_has_a_template_of_every_kind() {
        for (language, kind) in
            Language::ALL.into_iter().flat_map(|language| Kind::ALL.map(|kind| (language, kind)))
        {
            let folder = tempfile::tempdir().unwrap();
            let (project, files) = scaffold(&request(kind, language), folder.path()).unwrap();
            assert_eq!((project.kind, project.language), (kind, language));
            for file in ["cases.yaml", "README.md", "plugin.yaml", "wit/worlds.wit", ".gitignore"] {
                assert!(files.contains(&PathBuf::from(file)), "{language} {kind}: no {file}");
            }
            for file in files.iter().filter(|file| !file.starts_with("vendor")) {
                let text = fs::read_to_string(folder.path().join(file)).unwrap();
                let left = ["plugin-name", "plugin_name", "PluginName", "PLUGIN-", "KIND", "USAGE"];
                let left = left.iter().find(|word| text.contains(**word));
                assert_eq!(left, None, "{language} {kind}: {}", file.display());
            }
        }
    }

    #[test]
    fn a_grant_is_in_the_manifest_and_the_readme_says_who_gives_it() {
        for language in Language::ALL {
            let folder = tempfile::tempdir().unwrap();
            let grants = vec![Grant::Metadata, Grant::Wasi];
            let request = Request { grants: grants.clone(), ..request(Kind::Filter, language) };
            let (project, _) = scaffold(&request, folder.path()).unwrap();
            assert_eq!(
                (project.grants.clone(), project.world()),
                (grants, "tag-filter-metadata".into())
            );
            let readme = fs::read_to_string(folder.path().join("README.md")).unwrap();
            let given = "--grant my-plugin=metadata --grant my-plugin=wasi";
            assert!(readme.contains(given), "{language}: {readme}");
            assert!(!readme.contains("plugin-name"), "{language}: {readme}");
        }
    }

    #[test]
    fn a_message_has_no_images_to_ask_about() {
        let grants = vec![Grant::Metadata];
        let request = Request { grants, ..request(Kind::Message, Language::C) };
        let folder = tempfile::tempdir().unwrap();
        let refused = scaffold(&request, folder.path()).unwrap_err();
        assert!(refused.to_string().contains("no use for the grant metadata"), "{refused}");
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
    }

    #[test]
    fn writes_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine"), "precious").unwrap();
        let refused = scaffold(&request(Kind::Policy, Language::C), folder.path()).unwrap_err();
        assert!(matches!(refused, AuthorError::Occupied(_)), "{refused}");
        let bad = Request { name: "../up".into(), ..request(Kind::Policy, Language::C) };
        assert!(scaffold(&bad, &folder.path().join("new")).is_err());
    }

    #[test]
    fn the_sdk_is_copied_with_the_dependencies_it_has_here() {
        let own = include_str!("../templates/rust/common/vendor/tagwarden-sdk/Cargo.toml");
        let workspace = include_str!("../../../Cargo.toml");
        let sdk = include_str!("../../../plugins/sdk/Cargo.toml");
        let dependencies = own.lines().skip_while(|line| *line != "[dependencies]");
        for line in dependencies.filter(|line| !line.starts_with('[')) {
            let Some((name, wanted)) = line.split_once(" = ") else { continue };
            assert!(
                sdk.contains(&format!("\n{name}.workspace"))
                    || sdk.contains(&format!("\n{name} = {{ workspace")),
                "the SDK has no {name}"
            );
            let here = workspace.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
            let version = |text: &str| text.split('"').nth(1).map(ToOwned::to_owned);
            assert_eq!(here.and_then(version), version(wanted), "{name}");
        }
    }

    #[test]
    fn a_rust_project_may_use_the_sdk_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let here =
            Request { sdk: Some("/src/sdk".into()), ..request(Kind::Policy, Language::Rust) };
        let (_, files) = scaffold(&here, folder.path()).unwrap();
        assert!(!files.iter().any(|file| file.starts_with("vendor")));
        let manifest = fs::read_to_string(folder.path().join("Cargo.toml")).unwrap();
        assert!(manifest.contains("path = \"/src/sdk\""), "{manifest}");
    }
}
