//! Git's credential helpers, as `git credential` asks them.

use std::{
    io::{Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use url::Url;

use crate::{
    endpoint::{Header, basic},
    transport::Call,
};

/// A helper that has not answered by then waits for a person.
const PATIENCE: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(10);
/// More than any user name and password take.
const ANSWER_LIMIT: u64 = 64 << 10;

/// Under which name an answer is kept.
pub fn name(url: &Url) -> String {
    format!("helper {url}")
}

/// What the helpers know of the URL. Nobody is prompted.
pub fn ask(call: &Call, url: &Url) -> Option<Header> {
    let git = call.keyring.home.git.as_deref()?;
    let patience = call.remaining().ok()?.min(PATIENCE);
    let answer = fill(git, url, patience)?;
    let value = |key: &str| answer.lines().find_map(|line| line.strip_prefix(key));
    let header = Header {
        value: basic(value("username=")?, value("password=")?),
        origin: "Git's credential helper".to_owned(),
    };
    call.keyring.put(name(url), header.clone(), None);
    Some(header)
}

fn fill(git: &Path, url: &Url, patience: Duration) -> Option<String> {
    let mut child = Command::new(git)
        .args(["credential", "fill"])
        // Neither a terminal nor a window: an empty program counts as none.
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "")
        .env("SSH_ASKPASS", "")
        // No configuration of a repository that we happen to stand in.
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let question = question(url);
    // Short enough for a pipe; a helper that does not read has no answer.
    child.stdin.take()?.write_all(question.as_bytes()).ok()?;
    let output = child.stdout.take()?;
    let reader = thread::spawn(move || {
        let mut answer = String::new();
        output.take(ANSWER_LIMIT).read_to_string(&mut answer).ok().map(|_| answer)
    });
    if !ends_well(&mut child, patience) {
        return None;
    }
    reader.join().ok().flatten()
}

fn question(url: &Url) -> String {
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let host = url.host_str().unwrap_or_default();
    let path = url.path().trim_start_matches('/');
    format!("protocol={}\nhost={host}{port}\npath={path}\n\n", url.scheme())
}

/// Waits for the end, and brings it about when it does not come.
fn ends_well(child: &mut Child, patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if Instant::now() < deadline => thread::sleep(POLL),
            _ => break,
        }
    }
    tracing::warn!(?patience, "Git's credential helper gave no answer in time");
    // Gone already, or not ours to end: nothing is left to do either way.
    let _ = child.kill();
    let _ = child.wait();
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_protocol_host_and_path() {
        let url = "https://git.example.com:8443/team/app.git".parse().unwrap();
        let lines = "protocol=https\nhost=git.example.com:8443\npath=team/app.git\n\n";
        assert_eq!(question(&url), lines);
    }
}
