use std::{path::PathBuf, process::Command};

use tagwarden_git::{Home, Mirrors, Options};
use tagwarden_reconcile::ports::{GitErrorKind, GitRemote, Pushed};
use tagwarden_tests::sshd::{KeyPair, Sshd};

use crate::fixture::*;

const ALL: &[&str] = &["ed25519", "ecdsa", "rsa"];

fn remote_of(world: &World, server: &Sshd, key: &KeyPair, more: &[(&str, &str)]) -> GitRemote {
    let known = server.known_hosts();
    let mut entries = vec![("identity", key.private.as_str()), ("known_hosts", known.as_str())];
    entries.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    entries.extend_from_slice(more);
    with_secret(&server.url(world.bare.path()), &entries)
}

#[test]
fn each_kind_of_key_reads_and_pushes() {
    let server = Sshd::start(ALL).unwrap();
    for (kind, options, passphrase) in [
        ("ed25519", &[][..], ""),
        ("ed25519", &[], "open sesame"),
        ("ecdsa", &[], "open sesame"),
        ("ecdsa", &["-b", "384", "-m", "PEM"], ""),
        ("ecdsa", &["-b", "521", "-m", "PKCS8"], "open sesame"),
        ("rsa", &[], ""),
        ("rsa", &["-b", "2048", "-m", "PEM"], "open sesame"),
    ] {
        let world = world();
        let key = KeyPair::with_options(kind, passphrase, options).unwrap();
        server.admit(&key, "").unwrap();
        let password = [("password", passphrase)];
        let more = if passphrase.is_empty() { &[][..] } else { &password };
        let remote = remote_of(&world, &server, &key, more);
        let snapshot = world.git.open(&remote, &main()).unwrap_or_else(|error| {
            panic!("{kind} {options:?} {passphrase:?}: {error}\n{}", server.log())
        });
        let request = bump("main", "1.1.0");
        let commit = snapshot.write(&request).unwrap();
        assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
        assert_eq!(world.bare.head("main").unwrap(), commit.id);
        world.bare.git(["fsck", "--strict"]).unwrap();
    }
}

#[test]
fn a_shallow_mirror_serves_pass_after_pass() {
    let world = world();
    let server = Sshd::start(ALL).unwrap();
    let key = KeyPair::generate("ed25519", "").unwrap();
    server.admit(&key, "").unwrap();
    let remote = remote_of(&world, &server, &key, &[]);
    for n in 0..3 {
        world
            .bare
            .commit("main", &[tagwarden_tests::bare::Entry::file("n", &n.to_string())], "theirs")
            .unwrap();
        let snapshot = world.open(&remote);
        let request = bump("auto", &format!("1.1.{n}"));
        let commit = snapshot.write(&request).unwrap();
        assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
        let mut again = request.clone();
        again.time += 1;
        let commit = snapshot.write(&again).unwrap();
        assert!(matches!(snapshot.push(&commit, &again).unwrap(), Pushed::AlreadyThere { .. }));
    }
    world.bare.git(["fsck", "--strict"]).unwrap();
}

#[test]
fn any_one_of_the_hosts_keys_is_enough_to_know_it_by() {
    let world = world();
    let server = Sshd::start(ALL).unwrap();
    let key = KeyPair::generate("ed25519", "").unwrap();
    server.admit(&key, "").unwrap();
    for line in server.known_hosts().lines() {
        let remote = remote_of(&world, &server, &key, &[("known_hosts", line)]);
        let opened = world.git.open(&remote, &main());
        assert!(opened.is_ok(), "{line}: {:?}", opened.err());
    }
}

#[test]
fn hashed_known_hosts_are_read() {
    let world = world();
    let server = Sshd::start(ALL).unwrap();
    let key = KeyPair::generate("ed25519", "").unwrap();
    server.admit(&key, "").unwrap();
    let file = world.folder.path().join("known_hosts");
    std::fs::write(&file, server.known_hosts()).unwrap();
    let hashed = Command::new("ssh-keygen").arg("-Hf").arg(&file).output().unwrap();
    assert!(hashed.status.success());
    let known = std::fs::read_to_string(&file).unwrap();
    assert!(known.starts_with("|1|"), "{known}");
    let remote = remote_of(&world, &server, &key, &[("known_hosts", &known)]);
    assert_eq!(world.open(&remote).branch(), Some("main"));
}

#[test]
fn a_host_with_another_key_is_not_trusted() {
    let world = world();
    let server = Sshd::start(&["ed25519"]).unwrap();
    let key = KeyPair::generate("ed25519", "").unwrap();
    server.admit(&key, "").unwrap();
    let impostor = KeyPair::generate("ed25519", "").unwrap().public;
    let rsa = KeyPair::generate("rsa", "").unwrap().public;
    let host = server.known_as();
    for (known, words) in [
        (format!("{host} {impostor}"), "somebody is in between"),
        (format!("{host} {rsa}"), "none of the kinds of host key"),
        (format!("example.com {impostor}"), "has no key for [127.0.0.1]"),
        (format!("@revoked {}", server.known_hosts()), "@revoked"),
    ] {
        let remote = remote_of(&world, &server, &key, &[("known_hosts", &known)]);
        let error = world.git.open(&remote, &main()).err().unwrap();
        assert_eq!(error.kind, GitErrorKind::Untrusted, "{error}");
        assert!(error.message.contains(words), "{error}");
    }
    assert!(!server.log().contains("Accepted publickey"), "nothing was signed for it");
}

#[test]
fn a_secret_that_cannot_be_used_says_which_entry() {
    let world = world();
    let server = Sshd::start(&["ed25519"]).unwrap();
    let key = KeyPair::generate("ed25519", "open sesame").unwrap();
    server.admit(&key, "").unwrap();
    for (more, words) in [
        (&[("known_hosts", "")][..], "has no `known_hosts`"),
        (
            &[("known_hosts", "rubbish")],
            "`known_hosts` of secret flux-system/git holds no host key",
        ),
        (&[("identity", "")], "has no `identity`"),
        (&[("identity", "-----BEGIN RUBBISH-----")], "`identity` of secret flux-system/git"),
        (&[("password", "wrong")], "`password` is not its passphrase"),
        (&[], "if it has a passphrase, give it as `password`"),
    ] {
        let error = world.git.open(&remote_of(&world, &server, &key, more), &main()).err().unwrap();
        assert_eq!(error.kind, GitErrorKind::Configuration, "{error}");
        assert!(error.message.contains(words), "{error}");
        assert!(!error.to_string().contains("wrong"), "{error}");
    }
}

#[test]
fn a_key_that_is_not_let_in_is_named() {
    let world = world();
    let server = Sshd::start(&["ed25519"]).unwrap();
    let key = KeyPair::generate("ed25519", "").unwrap();
    let error = world.git.open(&remote_of(&world, &server, &key, &[]), &main()).err().unwrap();
    assert_eq!(error.kind, GitErrorKind::Unauthorized, "{error}");
    assert!(error.message.contains("`identity` of secret flux-system/git"), "{error}");
}

#[test]
fn a_key_that_may_only_read_forbids_the_push() {
    let world = world();
    let server = Sshd::start(&["ed25519"]).unwrap();
    let key = KeyPair::generate("ed25519", "").unwrap();
    server.admit_reader(&key).unwrap();
    let snapshot = world.open(&remote_of(&world, &server, &key, &[]));
    let request = bump("main", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    let error = snapshot.push(&commit, &request).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::Forbidden, "{error}");
    assert!(error.message.contains("this key may only read"), "{error}");
}

#[test]
fn a_repository_that_is_not_there_is_not_found() {
    let mut world = world();
    let server = Sshd::start(&["ed25519"]).unwrap();
    let key = KeyPair::generate("ed25519", "").unwrap();
    server.admit(&key, "").unwrap();
    let mut remote = remote_of(&world, &server, &key, &[]);
    remote.url = server.url(&PathBuf::from("/nowhere/it's.git"));
    let error = world.git.open(&remote, &main()).err().unwrap();
    assert_eq!(error.kind, GitErrorKind::NotFound, "{error}");
    assert!(error.message.contains("does not appear to be a git repository"), "{error}");

    world.bare =
        tagwarden_tests::bare::Bare::with_files(world.folder.path().join("it's a !.git"), FILES)
            .unwrap();
    let url = server.url(world.bare.path()).replace(' ', "%20");
    assert_eq!(world.open(&GitRemote { url, ..remote }).branch(), Some("main"));
}

#[test]
fn without_a_secret_the_agent_and_the_homes_known_hosts_serve() {
    let world = world();
    let server = Sshd::start(ALL).unwrap();
    let key = KeyPair::generate("ed25519", "").unwrap();
    server.admit(&key, "").unwrap();
    let agent = Agent::start(world.folder.path().join("agent"), &key);
    let known = world.folder.path().join("known_hosts");
    std::fs::write(&known, server.known_hosts()).unwrap();
    let url = server.url(world.bare.path());
    let with = |home: Home| {
        let state = tempfile::tempdir().unwrap();
        let options = Options { home, ..Options::default() };
        Mirrors::new(state.path(), options).default_branch(&remote(&url))
    };
    let home = Home {
        known_hosts: vec!["/nowhere".into(), known],
        agent: Some(agent.socket.clone()),
        ..Home::default()
    };
    assert_eq!(with(home.clone()).unwrap(), "main");

    let error = with(Home { agent: None, ..home.clone() }).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::Unauthorized, "{error}");
    let error = with(Home { known_hosts: Vec::new(), ..home }).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::Untrusted, "{error}");
}

/// An agent with one key; it ends when dropped.
struct Agent {
    socket: PathBuf,
    child: std::process::Child,
}

impl Agent {
    fn start(socket: PathBuf, key: &KeyPair) -> Self {
        use std::{
            io::{BufRead, BufReader, Write},
            process::Stdio,
        };
        let mut child = Command::new("ssh-agent")
            .arg("-D")
            .arg("-a")
            .arg(&socket)
            .stdout(Stdio::piped())
            .spawn()
            .expect("these tests need `ssh-agent`: install openssh-client");
        // It says where it listens once it does.
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut add = Command::new("ssh-add")
            .args(["-q", "-"])
            .env("SSH_AUTH_SOCK", &socket)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        add.stdin.take().unwrap().write_all(key.private.as_bytes()).unwrap();
        assert!(add.wait().unwrap().success());
        Self { socket, child }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
