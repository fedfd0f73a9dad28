use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

use tagwarden_core::spec::GitReference;
use tagwarden_reconcile::ports::{CommitRequest, GitErrorKind, Pushed};
use tagwarden_tests::{
    bare::{Entry, git},
    git_http::{Access, GitHttp, Request},
};

use crate::fixture::*;

fn login() -> Access {
    Access { login: Some(("bot".into(), "hunter2".into())), ..Access::default() }
}

#[test]
fn a_login_reads_and_pushes() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), login()).unwrap();
    let remote =
        with_secret(&server.url("app.git"), &[("username", "bot"), ("password", "hunter2")]);
    let snapshot = world.open(&remote);
    let request = bump("main", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
    assert_eq!(world.bare.head("main").unwrap(), commit.id);
    assert_eq!(world.git.default_branch(&remote).unwrap(), "main");
}

#[test]
fn only_one_commit_is_fetched_and_that_once() {
    let world = world();
    for n in 0..20 {
        world.bare.commit("main", &[Entry::file("n", &n.to_string())], "more").unwrap();
    }
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let remote = remote(&server.url("app.git"));
    drop(world.open(&remote));
    let packs = || {
        let requests = server.requests();
        requests.iter().filter(|r| r.method == "POST").map(|r| r.body.clone()).collect::<Vec<_>>()
    };
    assert!(packs().iter().any(|body| String::from_utf8_lossy(body).contains("deepen 1")));
    let count = packs().len();
    drop(world.open(&remote));
    assert_eq!(packs().len(), count, "the references alone were asked for");
}

#[test]
fn what_was_pushed_is_not_fetched_back() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let remote = remote(&server.url("app.git"));
    let snapshot = world.open(&remote);
    let request = bump("main", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    snapshot.push(&commit, &request).unwrap();
    let uploads = |server: &GitHttp| {
        server.requests().iter().filter(|r| r.target.ends_with("/git-upload-pack")).count()
    };
    let before = uploads(&server);
    assert_eq!(world.open(&remote).commit(), commit.id);
    assert_eq!(uploads(&server), before);
}

#[test]
fn a_bearer_token_is_sent() {
    let world = world();
    let access = Access { bearer: Some("t0ken".into()), ..Access::default() };
    let server = GitHttp::start(world.folder.path(), access).unwrap();
    let remote = with_secret(&server.url("app.git"), &[("bearerToken", "t0ken\n")]);
    assert_eq!(world.open(&remote).branch(), Some("main"));
}

#[test]
fn a_wrong_password_is_tried_once_and_named_by_its_secret() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), login()).unwrap();
    let remote =
        with_secret(&server.url("app.git"), &[("username", "bot"), ("password", "s3cret")]);
    let error = world.git.open(&remote, &main()).err().unwrap();
    assert_eq!(error.kind, GitErrorKind::Unauthorized, "{error}");
    assert!(error.message.contains("secret flux-system/git"), "{error}");
    assert!(!format!("{error} {error:?} {remote:?}").contains("s3cret"));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn no_password_where_one_is_wanted_says_what_to_give() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), login()).unwrap();
    let error = world.git.open(&remote(&server.url("app.git")), &main()).err().unwrap();
    assert_eq!(error.kind, GitErrorKind::Unauthorized, "{error}");
    assert!(error.message.contains("`username` and `password`"), "{error}");
}

#[test]
fn a_password_in_the_url_works_and_is_not_shown() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), login()).unwrap();
    let url = server.url("app.git").replace("://", "://bot:hunter2@");
    assert_eq!(world.open(&remote(&url)).branch(), Some("main"));
    let none = GitReference::Branch("none".into());
    let error = world.git.open(&remote(&url), &none).err().unwrap();
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
}

#[test]
fn a_read_only_remote_forbids() {
    let world = world();
    let access = Access { read_only: true, ..Access::default() };
    let server = GitHttp::start(world.folder.path(), access).unwrap();
    let snapshot = world.open(&remote(&server.url("app.git")));
    for branch in ["main", "other"] {
        let request = bump(branch, "1.1.0");
        let commit = snapshot.write(&request).unwrap();
        let error = snapshot.push(&commit, &request).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::Forbidden, "{error}");
        assert!(error.message.contains("read-only"), "{error}");
    }
}

#[test]
fn a_hook_that_declines_is_quoted_without_its_colours() {
    let world = world();
    world
        .bare
        .hook("pre-receive", "printf '\\033[31mfrozen until Monday\\033[0m\\n' >&2; exit 1")
        .unwrap();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let snapshot = world.open(&remote(&server.url("app.git")));
    let request = bump("main", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    let error = snapshot.push(&commit, &request).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::Forbidden, "{error}");
    assert!(error.message.contains("pre-receive hook declined"), "{error}");
    assert!(error.message.contains("frozen until Monday"), "{error}");
    assert!(!error.message.contains('\x1b'));
}

#[test]
fn a_race_inside_the_server_is_a_rejection() {
    let world = world();
    // Somebody is faster between our look at the branch and its update.
    let script = "test -e raced && exit 0; touch raced\n\
        tree=$(git rev-parse main^{tree})\n\
        export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b\n\
        unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n\
        git update-ref refs/heads/main $(git commit-tree -p main -m theirs $tree)";
    world.bare.hook("pre-receive", script).unwrap();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let snapshot = world.open(&remote(&server.url("app.git")));
    let request = bump("main", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    let error = snapshot.push(&commit, &request).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::Rejected, "{error}");
    assert_eq!(world.bare.log("main").unwrap()[0], "theirs");
}

#[test]
fn push_options_arrive_and_their_lack_is_explained() {
    let world = world();
    world
        .bare
        .hook("pre-receive", "echo \"$GIT_PUSH_OPTION_COUNT $GIT_PUSH_OPTION_0\" > options")
        .unwrap();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let snapshot = world.open(&remote(&server.url("app.git")));
    let mut request = bump("main", "1.1.0");
    request.options.insert("ci.skip".into(), "yes".into());
    let commit = snapshot.write(&request).unwrap();
    snapshot.push(&commit, &request).unwrap();
    let options = std::fs::read_to_string(world.bare.path().join("options")).unwrap();
    assert_eq!(options, "1 ci.skip=yes\n");

    world.bare.git(["config", "receive.advertisePushOptions", "false"]).unwrap();
    let request_two = next(&request);
    let snapshot = world.open(&remote(&server.url("app.git")));
    let commit = snapshot.write(&request_two).unwrap();
    let error = snapshot.push(&commit, &request_two).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::Configuration, "{error}");
    assert!(error.message.contains("push options"), "{error}");
}

/// The same request for the next version.
fn next(request: &CommitRequest) -> CommitRequest {
    let mut next = bump("main", "1.2.0");
    next.options.clone_from(&request.options);
    next
}

#[test]
fn a_big_change_goes_through() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let snapshot = world.open(&remote(&server.url("app.git")));
    // Incompressible, and more than is kept in memory.
    let mut state = 1u64;
    let mut bytes = vec![0u8; 6 << 20];
    for byte in &mut bytes {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        *byte = (state >> 56) as u8;
    }
    let mut request = bump("main", "1.1.0");
    request.writes[0].bytes = bytes;
    let commit = snapshot.write(&request).unwrap();
    assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
    assert_eq!(world.bare.head("main").unwrap(), commit.id);
    world.bare.git(["fsck", "--strict"]).unwrap();
    let requests = server.requests();
    let push = requests.iter().find(|r| r.body.len() > 6 << 20).unwrap();
    assert_eq!(push.header("content-length"), Some(push.body.len().to_string().as_str()));
    assert_eq!(push.header("transfer-encoding"), None);
}

#[test]
fn git_itself_gets_on_with_the_server() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let clone = world.folder.path().join("clone");
    let run = |args: &[&str]| {
        let output = git().current_dir(world.folder.path()).args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["clone", "-q", &server.url("app.git"), "clone"]);
    // Over a megabyte git sends in chunks.
    let noise: Vec<u8> =
        (0..3u32 << 20).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    std::fs::write(clone.join("noise"), noise).unwrap();
    run(&["-C", "clone", "add", "noise"]);
    run(&["-C", "clone", "commit", "-q", "-m", "noise"]);
    run(&["-C", "clone", "-c", "core.compression=0", "push", "-q", "origin", "HEAD:main"]);
    assert_eq!(world.bare.log("main").unwrap().len(), 2);
    let chunked = |r: &Request| r.header("transfer-encoding") == Some("chunked");
    assert!(server.requests().iter().any(chunked));
}

#[test]
fn a_commit_below_a_branch_is_found_though_the_server_hides_it() {
    let world = world();
    let first = world.bare.head("main").unwrap();
    for n in 0..3 {
        world.bare.commit("main", &[Entry::file("n", &n.to_string())], "more").unwrap();
    }
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let remote = remote(&server.url("app.git"));
    drop(world.open(&remote));
    for allow in ["false", "true"] {
        world.bare.git(["config", "uploadpack.allowAnySHA1InWant", allow]).unwrap();
        for branch in [None, Some("main".to_owned())] {
            let reference = GitReference::Commit { id: first.clone(), branch };
            let elsewhere = tempfile::tempdir().unwrap();
            for git in [&world.git, &mirrors(elsewhere.path())] {
                let snapshot = git.open(&remote, &reference).unwrap();
                assert_eq!(snapshot.commit(), first);
                assert_eq!(paths(&*snapshot, "").len(), FILES.len());
            }
        }
    }
}

#[test]
fn a_repository_that_is_not_there_is_not_found() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let error = world.git.open(&remote(&server.url("none.git")), &main()).err().unwrap();
    assert_eq!(error.kind, GitErrorKind::NotFound, "{error}");
}

#[test]
fn a_move_is_followed_on_the_same_host() {
    let world = world();
    let mut access = login();
    access.moved.push(("/old/app".into(), "/app.git".into()));
    let server = GitHttp::start(world.folder.path(), access).unwrap();
    let remote =
        with_secret(&server.url("old/app"), &[("username", "bot"), ("password", "hunter2")]);
    let snapshot = world.open(&remote);
    let request = bump("main", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
}

#[test]
fn a_move_to_another_host_gets_no_credentials() {
    let world = world();
    let other = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let mut access = Access::default();
    access.moved.push(("/app.git".into(), other.url("app.git")));
    let server = GitHttp::start(world.folder.path(), access).unwrap();
    let url = server.url("app.git");
    let error = world
        .git
        .open(&with_secret(&url, &[("username", "bot"), ("password", "hunter2")]), &main())
        .err()
        .unwrap();
    assert_eq!(error.kind, GitErrorKind::Configuration, "{error}");
    assert!(error.message.contains("another host"), "{error}");
    assert!(other.requests().is_empty());
    assert_eq!(
        world.open(&remote(&url)).branch(),
        Some("main"),
        "without credentials it is harmless"
    );
}

#[test]
fn a_loop_of_moves_ends() {
    let world = world();
    let mut access = Access::default();
    access.moved.push(("/app.git".into(), "/app.git".into()));
    let server = GitHttp::start(world.folder.path(), access).unwrap();
    let error = world.git.open(&remote(&server.url("app.git")), &main()).err().unwrap();
    assert!(error.message.contains("redirects"), "{error}");
}

#[test]
fn nobody_listening_is_unreachable() {
    let world = world();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for url in
        [format!("http://127.0.0.1:{port}/app.git"), format!("ssh://git@127.0.0.1:{port}/app.git")]
    {
        let error = world.git.open(&remote(&url), &main()).err().unwrap();
        assert_eq!(error.kind, GitErrorKind::Unreachable, "{error}");
    }
}

#[test]
fn a_server_that_never_answers_is_left_in_time() {
    let world = world();
    // Connections are taken by the kernel and never looked at.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    for url in [format!("http://{address}/app.git"), format!("ssh://git@{address}/app.git")] {
        let mut remote = remote(&url);
        remote.timeout = Duration::from_millis(300);
        let error = world.git.open(&remote, &main()).err().unwrap();
        assert_eq!(error.kind, GitErrorKind::Unreachable, "{error}");
        assert!(error.message.contains("300ms"), "{error}");
    }
}

#[test]
fn a_web_page_is_not_a_repository() {
    let world = world();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/app.git", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello";
        stream.write_all(page.as_bytes()).unwrap();
    });
    let error = world.git.open(&remote(&url), &main()).err().unwrap();
    server.join().unwrap();
    assert_eq!(error.kind, GitErrorKind::NotFound, "{error}");
    assert!(error.message.contains("text/html"), "{error}");
}

#[test]
fn an_answer_that_stops_in_the_middle_is_left_in_time() {
    let world = world();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/app.git", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        let start = "HTTP/1.1 200 OK\r\n\
            Content-Type: application/x-git-upload-pack-advertisement\r\n\
            Content-Length: 1000\r\n\r\n001e# service=git-upload-pack\n0000";
        stream.write_all(start.as_bytes()).unwrap();
        // Until the client goes away.
        let _ = stream.read(&mut [0; 16]);
    });
    let mut remote = remote(&url);
    remote.timeout = Duration::from_millis(500);
    let error = world.git.open(&remote, &main()).err().unwrap();
    assert_eq!(error.kind, GitErrorKind::Unreachable, "{error}");
    assert!(error.message.contains("500ms"), "{error}");
    server.join().unwrap();
}
