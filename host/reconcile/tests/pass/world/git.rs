//! A remote with one file, and rivals who push first.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tagwarden_core::spec::{Author, GitReference};
use tagwarden_reconcile::ports::{
    Commit, CommitRequest, Git, GitError, GitErrorKind, GitRemote, Interest, Past, Pushed, Remote,
    Reply, Signing, Snapshot, Visit,
};

/// The remote.
pub struct MemoryGit {
    state: Arc<Mutex<State>>,
}

struct State {
    file: String,
    rivals: usize,
    kind: GitErrorKind,
    opened: usize,
    commits: Vec<String>,
    branches: BTreeMap<String, String>,
    past: Vec<Past>,
}

struct MemoryRemote {
    state: Arc<Mutex<State>>,
}

struct MemorySnapshot {
    state: Arc<Mutex<State>>,
    file: String,
}

impl MemoryGit {
    pub fn new(file: &str) -> Self {
        let state = State {
            file: file.into(),
            rivals: 0,
            kind: GitErrorKind::Rejected,
            opened: 0,
            commits: vec![],
            branches: BTreeMap::new(),
            past: vec![],
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no test panicked here")
    }

    /// Lets so many pushes be outrun.
    pub fn outrun(&self, rivals: usize) {
        self.state().rivals = rivals;
    }

    /// Lets so many pushes fail in this way.
    pub fn fail(&self, pushes: usize, kind: GitErrorKind) {
        let mut state = self.state();
        (state.rivals, state.kind) = (pushes, kind);
    }

    pub fn opened(&self) -> usize {
        self.state().opened
    }

    pub fn file(&self) -> String {
        self.state().file.clone()
    }

    /// Writes the file on `main`, as somebody else would.
    pub fn write(&self, file: &str) {
        self.state().file = file.into();
    }

    /// The file on another branch.
    pub fn branch(&self, name: &str) -> Option<String> {
        self.state().branches.get(name).cloned()
    }

    /// Takes a branch over into `main`.
    pub fn merge(&self, name: &str) {
        let file = self.branch(name).expect("a branch of this name");
        self.write(&file);
    }

    /// The messages of all commits that were pushed.
    pub fn commits(&self) -> Vec<String> {
        self.state().commits.clone()
    }
}

impl Git for MemoryGit {
    fn remote(&self, _: &GitRemote) -> Result<Arc<dyn Remote>, GitError> {
        Ok(Arc::new(MemoryRemote { state: self.state.clone() }))
    }

    fn signer(&self, signing: &Signing) -> Result<String, GitError> {
        Ok(signing.secret.name.to_string())
    }
}

impl Remote for MemoryRemote {
    fn open(&self, _: &GitReference) -> Result<Box<dyn Snapshot>, GitError> {
        let mut state = self.state.lock().expect("no test panicked here");
        state.opened += 1;
        Ok(Box::new(MemorySnapshot { state: self.state.clone(), file: state.file.clone() }))
    }

    fn tags(&self) -> Result<Vec<String>, GitError> {
        Ok(vec![])
    }

    fn default_branch(&self) -> Result<String, GitError> {
        Ok("main".into())
    }

    fn forget(&self) {}
}

impl Snapshot for MemorySnapshot {
    fn commit(&self) -> &str {
        "0123456789abcdef"
    }

    fn branch(&self) -> Option<&str> {
        Some("main")
    }

    fn visit(
        &self,
        _path: &str,
        interest: &Interest<'_>,
        visitor: &mut dyn FnMut(Visit<'_>) -> Reply,
    ) -> Result<usize, GitError> {
        assert!((interest.name)("app.yaml"));
        if (interest.content)(self.file.as_bytes()) {
            visitor(Visit::File { path: "app.yaml", bytes: self.file.as_bytes() });
        }
        Ok(1)
    }

    fn past(&self, author: &Author, files: &[String], _: u32) -> Result<Vec<Past>, GitError> {
        assert_eq!((author.name.as_str(), files), ("bot", &["app.yaml".to_owned()][..]));
        Ok(self.state.lock().expect("no test panicked here").past.clone())
    }

    fn write(&self, _request: &CommitRequest) -> Result<Commit, GitError> {
        Ok(Commit { id: "fedcba9876543210".into() })
    }

    fn push(&self, _commit: &Commit, request: &CommitRequest) -> Result<Pushed, GitError> {
        let mut state = self.state.lock().expect("no test panicked here");
        if state.rivals > 0 {
            state.rivals -= 1;
            return Err(GitError {
                url: "memory".into(),
                message: "outrun".into(),
                kind: state.kind,
            });
        }
        let text =
            String::from_utf8(request.writes[0].bytes.clone()).expect("an edited manifest is text");
        match request.branch.as_deref() {
            None | Some("main") => {
                let (before, after) = (self.file.clone().into_bytes(), text.clone().into_bytes());
                state.past.push(Past { file: "app.yaml".into(), before, after });
                state.file = text;
            }
            Some(branch) => {
                if state.branches.get(branch) == Some(&text) {
                    return Ok(Pushed::AlreadyThere { commit: "fedcba9876543210".into() });
                }
                state.branches.insert(branch.to_owned(), text);
            }
        }
        state.commits.push(request.message.clone());
        Ok(Pushed::Updated)
    }
}
