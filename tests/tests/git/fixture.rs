//! What the tests of this folder share.

use std::{path::Path, time::Duration};

use tagwarden_core::{
    object::ObjectName,
    spec::{Author, GitProvider, GitReference, Secret, SecretValue},
};
use tagwarden_git::{Home, Mirrors, Options};
use tagwarden_reconcile::ports::{
    CommitRequest, FileWrite, Git, GitError, GitRemote, Interest, Reply, Snapshot, Visit,
};
use tagwarden_tests::bare::Bare;
use tempfile::TempDir;

/// A folder with a bare repository `app.git` and a state folder.
pub struct World {
    pub folder: TempDir,
    pub bare: Bare,
    pub git: Mirrors,
}

pub const FILES: &[(&str, &str)] = &[
    ("README.md", "# app\n"),
    ("clusters/prod/app.yaml", "image: app:1.0.0\n"),
    ("clusters/prod/sub/b.yaml", "b: 1\n"),
    ("clusters/staging/app.yaml", "image: app:0.9.0\n"),
];

pub fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let bare = Bare::with_files(folder.path().join("app.git"), FILES).unwrap();
    let git = mirrors(folder.path());
    World { folder, bare, git }
}

/// An adapter that knows nothing of the home of whoever runs the tests.
pub fn mirrors(folder: &Path) -> Mirrors {
    let options = Options { file_limit: 1 << 20, home: Home::default(), ..Options::default() };
    Mirrors::new(folder.join("state"), options)
}

/// One question to a remote, as a pass that asks nothing else would put it.
pub trait Ask {
    fn open(
        &self,
        remote: &GitRemote,
        reference: &GitReference,
    ) -> Result<Box<dyn Snapshot>, GitError>;
    fn tags(&self, remote: &GitRemote) -> Result<Vec<String>, GitError>;
    fn default_branch(&self, remote: &GitRemote) -> Result<String, GitError>;
}

impl Ask for Mirrors {
    fn open(
        &self,
        remote: &GitRemote,
        reference: &GitReference,
    ) -> Result<Box<dyn Snapshot>, GitError> {
        self.remote(remote)?.open(reference)
    }

    fn tags(&self, remote: &GitRemote) -> Result<Vec<String>, GitError> {
        self.remote(remote)?.tags()
    }

    fn default_branch(&self, remote: &GitRemote) -> Result<String, GitError> {
        self.remote(remote)?.default_branch()
    }
}

impl World {
    pub fn local(&self) -> GitRemote {
        remote(self.bare.path().to_str().unwrap())
    }

    pub fn open(&self, remote: &GitRemote) -> Box<dyn Snapshot> {
        self.git.open(remote, &main()).unwrap()
    }
}

pub fn main() -> GitReference {
    GitReference::Branch("main".into())
}

pub fn remote(url: &str) -> GitRemote {
    GitRemote {
        url: url.to_owned(),
        secret: None,
        proxy: None,
        provider: GitProvider::default(),
        timeout: Duration::from_secs(60),
    }
}

pub fn with_secret(url: &str, entries: &[(&str, &str)]) -> GitRemote {
    let data =
        entries.iter().map(|(key, value)| ((*key).to_owned(), SecretValue::new(*value))).collect();
    GitRemote {
        secret: Some(Secret {
            name: ObjectName::new("flux-system", "git"),
            kind: String::new(),
            data,
        }),
        ..remote(url)
    }
}

pub fn request(branch: &str, path: &str, content: &str) -> CommitRequest {
    CommitRequest {
        writes: vec![FileWrite {
            path: path.to_owned(),
            bytes: content.as_bytes().to_vec(),
            note: None,
        }],
        author: Author { name: "fluxcdbot".into(), email: "flux@example.com".into() },
        message: "Auto-update images\n\n- app:1.1.0\n".into(),
        time: 1_750_000_000,
        branch: Some(branch.to_owned()),
        refspec: None,
        last: None,
        options: Default::default(),
        signing: None,
    }
}

/// The usual change: the image of the production app.
pub fn bump(branch: &str, version: &str) -> CommitRequest {
    request(branch, "clusters/prod/app.yaml", &format!("image: app:{version}\n"))
}

/// Every file is of interest.
pub const EVERYTHING: Interest<'static> =
    Interest { name: |_| true, content: &|_| true, question: "any" };

type Pairs = Vec<(String, String)>;

/// The files a visit shows, and what it skips.
pub fn visit(snapshot: &dyn Snapshot, path: &str) -> (Pairs, Pairs) {
    let (mut files, mut skipped) = (Vec::new(), Vec::new());
    snapshot
        .visit(path, &EVERYTHING, &mut |visit| {
            match visit {
                Visit::File { path, bytes } => {
                    files.push((path.to_owned(), String::from_utf8_lossy(bytes).into_owned()));
                }
                Visit::Skipped { path, reason } => {
                    skipped.push((path.to_owned(), reason.to_owned()));
                }
                Visit::Noted { path, .. } => panic!("nobody left a note on {path}"),
            }
            Reply::Enough
        })
        .unwrap();
    (files, skipped)
}

pub fn paths(snapshot: &dyn Snapshot, path: &str) -> Vec<String> {
    visit(snapshot, path).0.into_iter().map(|(path, _)| path).collect()
}
