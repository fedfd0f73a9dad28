//! What a remote says to a push.

use tagwarden_reconcile::ports::GitErrorKind;

use crate::failure::{Failure, kind_of_words, quote};

/// How much of a remote's talk is kept.
const TALK_LIMIT: usize = 4 << 10;

/// Collected while a push goes on.
#[derive(Debug, Default)]
pub struct Report {
    refusals: Vec<(String, String)>,
    talk: Vec<u8>,
}

impl Report {
    pub fn status(&mut self, name: &str, refusal: Option<&str>) {
        if let Some(why) = refusal {
            self.refusals.push((quote(name), quote(why)));
        }
    }

    pub fn say(&mut self, said: &[u8]) {
        let room = TALK_LIMIT.saturating_sub(self.talk.len());
        self.talk.extend_from_slice(&said[..said.len().min(room)]);
    }

    /// A push that got through may still have been refused by name.
    pub fn judge(&self) -> Result<(), Failure> {
        let Some((name, why)) = self.refusals.first() else {
            return Ok(());
        };
        let talk = self.talk();
        Err(Failure::new(
            kind(why, &talk),
            format!("the remote does not update {name}: {why}{}", said(&talk)),
        ))
    }

    /// Joins libgit2's error with what the remote said.
    pub fn explain(&self, error: &git2::Error) -> Failure {
        if let Err(failure) = self.judge() {
            return failure;
        }
        if error.message().contains("push-options not supported") {
            return Failure::new(
                GitErrorKind::Configuration,
                "the remote takes no push options (receive.advertisePushOptions is off)",
            );
        }
        let failure = Failure::from(git2::Error::new(error.code(), error.class(), error.message()));
        let talk = self.talk();
        match kind_of_words(&talk) {
            GitErrorKind::Other => Failure::new(failure.kind, failure.message + &said(&talk)),
            kind => Failure::new(kind, failure.message + &said(&talk)),
        }
    }

    fn talk(&self) -> String {
        quote(&String::from_utf8_lossy(&self.talk))
    }
}

fn said(talk: &str) -> String {
    if talk.is_empty() { String::new() } else { format!("; it says: {talk}") }
}

fn kind(why: &str, talk: &str) -> GitErrorKind {
    let why = why.to_ascii_lowercase();
    let any = |words: &[&str]| words.iter().any(|w| why.contains(w));
    if any(&[
        "fetch first",
        "non-fast-forward",
        "non-fast forward",
        "failed to update ref",
        "failed to lock",
        "cannot lock",
        "unable to lock",
        "stale info",
        "incorrect old value",
        "reference already exists",
    ]) {
        GitErrorKind::Rejected
    } else if any(&[
        "hook declined",
        "protected",
        "prohibited",
        "denied",
        "deny",
        "checked out",
        "not allowed",
    ]) {
        GitErrorKind::Forbidden
    } else {
        match kind_of_words(&why) {
            GitErrorKind::Other => kind_of_words(talk),
            kind => kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_a_race_from_a_prohibition() {
        for (why, kind) in [
            ("fetch first", GitErrorKind::Rejected),
            ("failed to update ref", GitErrorKind::Rejected),
            ("pre-receive hook declined", GitErrorKind::Forbidden),
            ("protected branch hook declined", GitErrorKind::Forbidden),
            ("unpacker error", GitErrorKind::Other),
        ] {
            let mut report = Report::default();
            report.status("refs/heads/main", Some(why));
            assert_eq!(report.judge().unwrap_err().kind, kind, "{why}");
        }
    }

    #[test]
    fn what_the_remote_says_is_kept_short_and_plain() {
        let mut report = Report::default();
        for _ in 0..10_000 {
            report.say(b"\x1b[31mno\x1b[0m\r\n");
        }
        report.status("refs/heads/main", Some("pre-receive hook declined"));
        let message = report.judge().unwrap_err().message;
        assert!(message.contains("it says: [31mno"), "{message}");
        assert!(message.len() < 1000 && !message.contains('\x1b'));
    }
}
