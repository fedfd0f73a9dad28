//! What a pass remembers of what it read, and what it does not read again.

use std::cell::Cell;

use tagwarden_reconcile::ports::{Git, GitRemote, Interest, Pushed, Remote, Reply, Visit};
use tagwarden_tests::{
    bare::Entry,
    git_http::{Access, GitHttp},
};

use crate::fixture::*;

/// What a visit came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    met: usize,
    asked: usize,
    noted: usize,
    files: Vec<(String, String)>,
    skipped: Vec<(String, String)>,
}

/// Looks at every manifest with an image, and leaves its length as a note.
fn seen(remote: &dyn Remote, question: &str) -> Seen {
    visited(remote, question, |bytes| Reply::Note(bytes.len().to_string().into_bytes()))
}

fn visited(remote: &dyn Remote, question: &str, reply: impl Fn(&[u8]) -> Reply) -> Seen {
    let asked = Cell::new(0);
    let content = |bytes: &[u8]| {
        asked.set(asked.get() + 1);
        bytes.starts_with(b"image:")
    };
    let interest = Interest { name: |name| name.ends_with(".yaml"), content: &content, question };
    let mut seen = Seen::default();
    let mut visitor = |visit: Visit<'_>| match visit {
        Visit::Noted { path, note } => {
            seen.noted += 1;
            seen.files.push((path.to_owned(), String::from_utf8(note.to_vec()).unwrap()));
            Reply::Enough
        }
        Visit::File { path, bytes } => {
            seen.files.push((path.to_owned(), bytes.len().to_string()));
            reply(bytes)
        }
        Visit::Skipped { path, reason } => {
            seen.skipped.push((path.to_owned(), reason.to_owned()));
            Reply::Enough
        }
    };
    seen.met = remote.open(&main()).unwrap().visit("", &interest, &mut visitor).unwrap();
    seen.asked = asked.get();
    seen
}

fn counts(world: &World, remote: &GitRemote, question: &str) -> (usize, usize, usize) {
    let seen = seen(&*world.git.remote(remote).unwrap(), question);
    assert_eq!(seen.met, 3, "{seen:?}");
    (seen.asked, seen.noted, seen.files.len())
}

#[test]
fn only_blobs_that_were_never_seen_are_read() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let url = remote(&server.url("app.git"));
    assert_eq!(counts(&world, &url, "a"), (3, 0, 2));
    assert_eq!(counts(&world, &url, "a"), (0, 2, 2), "a file of interest is still shown");
    assert_eq!(counts(&world, &url, "b"), (3, 0, 2), "answers to another question do not count");
    assert_eq!(counts(&world, &url, "a"), (3, 0, 2));
    let entry = Entry::file("clusters/prod/sub/b.yaml", "image: new\n");
    world.bare.commit("main", &[entry], "theirs").unwrap();
    assert_eq!(counts(&world, &url, "a"), (1, 2, 3));
    // The same content elsewhere.
    let entry = Entry::file("clusters/staging/app.yaml", "image: new\n");
    world.bare.commit("main", &[entry], "theirs").unwrap();
    assert_eq!(counts(&world, &url, "a"), (0, 3, 3));
}

#[test]
fn what_a_pass_pushed_need_not_be_read_by_the_next() {
    let world = world();
    let url = world.local();
    let remote = world.git.remote(&url).unwrap();
    let interest = Interest { name: |name| name.ends_with(".yaml"), ..EVERYTHING };
    let snapshot = remote.open(&main()).unwrap();
    let note = |bytes: &[u8]| Reply::Note(bytes.to_vec());
    let mut visitor = |visit: Visit<'_>| match visit {
        Visit::File { bytes, .. } => note(bytes),
        _ => Reply::Enough,
    };
    snapshot.visit("", &interest, &mut visitor).unwrap();
    let mut request = bump("main", "1.1.0");
    request.writes[0].note = Some(request.writes[0].bytes.clone());
    let commit = snapshot.write(&request).unwrap();
    assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
    drop(snapshot);

    // With not one object of it left to read.
    let snapshot = mirrors(world.folder.path()).remote(&url).unwrap().open(&main()).unwrap();
    assert_eq!(snapshot.commit(), commit.id);
    let mut noted = Vec::new();
    let mut visitor = |visit: Visit<'_>| {
        let Visit::Noted { path, note } = visit else { panic!("{visit:?}") };
        noted.push(format!("{path} {}", String::from_utf8_lossy(note)));
        Reply::Enough
    };
    assert_eq!(snapshot.visit("", &interest, &mut visitor).unwrap(), 3);
    assert_eq!(noted[0], "clusters/prod/app.yaml image: app:1.1.0\n");
    assert_eq!(noted.len(), 3);
}

#[test]
fn a_note_that_is_not_enough_leads_to_the_file() {
    let world = world();
    let url = remote(&world.bare.path().display().to_string());
    seen(&*world.git.remote(&url).unwrap(), "a");
    let remote = world.git.remote(&url).unwrap();
    let interest = Interest { name: |name| name.ends_with(".yaml"), question: "a", ..EVERYTHING };
    let mut shown = Vec::new();
    let mut visitor = |visit: Visit<'_>| match visit {
        Visit::Noted { .. } => Reply::Show,
        Visit::File { path, bytes } => {
            shown.push((path.to_owned(), bytes.len()));
            Reply::Enough
        }
        Visit::Skipped { .. } => Reply::Enough,
    };
    remote.open(&main()).unwrap().visit("", &interest, &mut visitor).unwrap();
    let files = [("clusters/prod/app.yaml", 17), ("clusters/staging/app.yaml", 17)];
    assert_eq!(shown, files.map(|(path, length)| (path.to_owned(), length)));
    // Nothing was forgotten by that.
    assert_eq!(counts(&world, &url, "a"), (0, 2, 2));
}

/// What somebody does to a file of the repository, by chance.
struct Whim {
    mode: &'static str,
    path: String,
    content: String,
}

impl Whim {
    fn new(random: &mut fastrand::Rng) -> Self {
        let folder = ["", "a/", "a/b/", "a/b/c/", "d/"][random.usize(..5)];
        let name = ["x.yaml", "y.yaml", "z.md", "w"][random.usize(..4)];
        let (mode, content) = match random.usize(..8) {
            0 => ("120000", "/etc/passwd".to_owned()),
            1 => ("100644", "x".repeat(2 << 20)),
            2 | 3 => ("100644", format!("other: {}\n", random.u8(..4))),
            _ => ("100755", format!("image: {}\n", "i".repeat(random.usize(..4)))),
        };
        Self { mode, path: format!("{folder}{name}"), content }
    }

    fn entry(&self) -> Entry<'_> {
        Entry { mode: self.mode, path: &self.path, content: self.content.as_bytes() }
    }
}

#[test]
fn what_is_remembered_shows_what_a_walk_would() {
    let world = world();
    let url = world.local();
    let mut random = fastrand::Rng::with_seed(5);
    for round in 0..30 {
        let whims: Vec<_> = (0..1 + round % 3).map(|_| Whim::new(&mut random)).collect();
        let entries: Vec<_> = whims.iter().map(Whim::entry).collect();
        world.bare.commit("main", &entries, "theirs").unwrap();
        let warm = seen(&*world.git.remote(&url).unwrap(), "a");
        let fresh = tempfile::tempdir().unwrap();
        let cold = mirrors(fresh.path()).remote(&url).unwrap();
        let cold = visited(&*cold, "a", |_| Reply::Enough);
        assert_eq!(cold.noted, 0);
        let told = |seen: Seen| (seen.met, seen.files, seen.skipped);
        assert_eq!(told(warm), told(cold), "round {round}");
    }
}
