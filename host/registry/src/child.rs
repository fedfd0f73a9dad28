//! A program that is asked for a credential: bounded in time and in words.

use std::{
    io::{Read, Write},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// The most bytes an answer may have.
const MAX_ANSWER: u64 = 1 << 20;

/// What a program said before it ended.
pub(crate) struct Said {
    /// Whether it ended well.
    pub well: bool,
    /// What it wrote to its output; what it wrote as errors goes nowhere, for
    /// it may hold a secret.
    pub answer: Vec<u8>,
}

/// Runs the program, hands it the question, and ends it when time is up. Blocks.
pub(crate) fn ask(mut program: Command, question: &str, limit: Duration) -> Result<Said, String> {
    let deadline = Instant::now() + limit;
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("cannot be started: {e}"))?;
    let answer = converse(&mut child, question.to_owned(), deadline);
    let well = end(&mut child, deadline);
    match (answer, well) {
        (Some(answer), Some(well)) => Ok(Said { well, answer }),
        _ => Err(format!("no answer within {limit:?}")),
    }
}

/// Asks, and reads the answer, on a thread of its own, for a pipe knows no
/// time limit.
fn converse(child: &mut Child, question: String, deadline: Instant) -> Option<Vec<u8>> {
    let (mut stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // A program that does not read its input may still answer.
        let _unread = stdin.write_all(question.as_bytes());
        drop(stdin);
        let mut answer = vec![];
        let read = stdout.take(MAX_ANSWER).read_to_end(&mut answer);
        let _nobody_waits = sender.send(read.map(|_| answer));
    });
    receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()?.ok()
}

/// Whether the program succeeded; none when it had to be ended.
fn end(child: &mut Child, deadline: Instant) -> Option<bool> {
    let mut pause = Duration::from_millis(1);
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) => thread::sleep(pause),
            Err(_) => break,
        }
        pause = (pause * 2).min(Duration::from_millis(50));
    }
    let _ended = child.kill();
    let _reaped = child.wait();
    None
}
