//! A remote with one file, and rivals who push first.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tagwarden_core::spec::GitReference;
use tagwarden_reconcile::ports::{
    Commit, CommitRequest, Git, GitError, GitErrorKind, GitRemote, Pushed, Snapshot, Visit,
};

/// The remote.
pub struct MemoryGit {
    state: Arc<Mutex<State>>,
}

struct State {
    file: String,
    rivals: usize,
    opened: usize,
    branches: BTreeMap<String, String>,
}

struct MemorySnapshot {
    state: Arc<Mutex<State>>,
    file: String,
}

impl MemoryGit {
    pub fn new(file: &str) -> Self {
        let state = State { file: file.into(), rivals: 0, opened: 0, branches: BTreeMap::new() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Lets so many pushes be outrun.
    pub fn outrun(&self, rivals: usize) {
        self.state.lock().expect("no test panicked here").rivals = rivals;
    }

    pub fn opened(&self) -> usize {
        self.state.lock().expect("no test panicked here").opened
    }

    pub fn file(&self) -> String {
        self.state.lock().expect("no test panicked here").file.clone()
    }
}

impl MemoryGit {
    /// Writes the file on `main`, as somebody else would.
    pub fn write(&self, file: &str) {
        file.clone_into(&mut self.state.lock().expect("no test panicked here").file);
    }

    /// The file on another branch.
    pub fn branch(&self, name: &str) -> Option<String> {
        self.state.lock().expect("no test panicked here").branches.get(name).cloned()
    }

    /// Takes a branch over into `main`.
    pub fn merge(&self, name: &str) {
        let file = self.branch(name).expect("a branch of this name");
        self.write(&file);
    }
}

impl Git for MemoryGit {
    fn open(&self, _: &GitRemote, _: &GitReference) -> Result<Box<dyn Snapshot>, GitError> {
        let mut state = self.state.lock().expect("no test panicked here");
        state.opened += 1;
        Ok(Box::new(MemorySnapshot { state: self.state.clone(), file: state.file.clone() }))
    }

    fn tags(&self, _: &GitRemote) -> Result<Vec<String>, GitError> {
        Ok(vec![])
    }

    fn default_branch(&self, _: &GitRemote) -> Result<String, GitError> {
        Ok("main".into())
    }
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
        wanted: &dyn Fn(&str) -> bool,
        visitor: &mut dyn FnMut(Visit<'_>),
    ) -> Result<(), GitError> {
        assert!(wanted("app.yaml"));
        visitor(Visit::File { path: "app.yaml", bytes: self.file.as_bytes() });
        Ok(())
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
                kind: GitErrorKind::Rejected,
            });
        }
        let text =
            String::from_utf8(request.writes[0].bytes.clone()).expect("an edited manifest is text");
        match request.branch.as_deref() {
            None | Some("main") => state.file = text,
            Some(branch) => {
                if state.branches.get(branch) == Some(&text) {
                    return Ok(Pushed::AlreadyThere { commit: "fedcba9876543210".into() });
                }
                state.branches.insert(branch.to_owned(), text);
            }
        }
        Ok(Pushed::Updated)
    }
}
