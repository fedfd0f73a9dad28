//! Whether an answer is the expected one, told in the same facts.

use std::fmt::Write as _;

use super::{Verdict, file::Expect};
use crate::question::Answer;

/// Compares what is named in the expectation, and nothing else.
pub(super) fn judge(name: &str, expect: &Expect, answer: &Answer) -> Verdict {
    let expected = wanted(expect);
    let actual = told(expect, answer);
    let passed = expected == actual;
    let shown = |facts: String| if passed { String::new() } else { facts };
    Verdict { name: name.to_owned(), passed, expected: shown(expected), actual: shown(actual) }
}

/// The plugin answers one thing when asked to explain, and another when not.
pub(super) fn unsteady(name: &str, explained: &Answer, plain: &Answer) -> Verdict {
    let told =
        |how: &str, answer: &Answer| format!("{how}\n{}", facts(&answer.clone().without_reasons()));
    Verdict {
        name: name.to_owned(),
        passed: false,
        expected: told("asked to explain:", explained),
        actual: told("asked without reasons:", plain),
    }
}

fn wanted(expect: &Expect) -> String {
    let mut facts = String::new();
    if let Some(chosen) = &expect.chosen {
        fact(&mut facts, "chosen", chosen.as_deref());
    }
    list(&mut facts, "kept", expect.kept.as_deref());
    list(&mut facts, "keys", expect.keys.as_deref());
    for (tag, reason) in &expect.rejected {
        fact(&mut facts, &format!("rejected {tag}"), Some(reason));
    }
    if let Some(message) = &expect.message {
        text(&mut facts, message);
    }
    if let Some(error) = &expect.error {
        fact(&mut facts, "error", Some(error));
    }
    facts
}

/// The answer in those facts that were asked about; an answer of another sort
/// than the expected one in full.
fn told(expect: &Expect, answer: &Answer) -> String {
    let mut told = String::new();
    match answer {
        Answer::Chosen { tag, rejected } if expect.error.is_none() => {
            if expect.chosen.is_some() {
                fact(&mut told, "chosen", tag.as_deref());
            }
            reasons(&mut told, expect, rejected);
        }
        Answer::Kept { tags, keys, rejected } if expect.error.is_none() => {
            list(&mut told, "kept", expect.kept.as_ref().map(|_| tags.as_slice()));
            if expect.keys.is_some() {
                list(&mut told, "keys", Some(keys.as_ref().unwrap_or(tags)));
            }
            reasons(&mut told, expect, rejected);
        }
        Answer::Message(message) if expect.message.is_some() => text(&mut told, message),
        Answer::Error(error) => match &expect.error {
            // What is expected is a part of it; said in the same words, they compare.
            Some(part) if error.contains(part) => fact(&mut told, "error", Some(part)),
            _ => fact(&mut told, "error", Some(error)),
        },
        other => told = facts(other),
    }
    told
}

fn reasons(
    told: &mut String,
    expect: &Expect,
    rejected: &std::collections::BTreeMap<String, String>,
) {
    for tag in expect.rejected.keys() {
        fact(told, &format!("rejected {tag}"), rejected.get(tag).map(String::as_str));
    }
}

/// All there is to an answer.
fn facts(answer: &Answer) -> String {
    let mut facts = String::new();
    match answer {
        Answer::Chosen { tag, .. } => fact(&mut facts, "chosen", tag.as_deref()),
        Answer::Kept { tags, keys, .. } => {
            list(&mut facts, "kept", Some(tags));
            list(&mut facts, "keys", keys.as_deref());
        }
        Answer::Message(message) => text(&mut facts, message),
        Answer::Error(error) => fact(&mut facts, "error", Some(error)),
    }
    facts
}

fn fact(facts: &mut String, name: &str, value: Option<&str>) {
    let _infallible = writeln!(facts, "{name}: {}", value.unwrap_or("nothing"));
}

fn list(facts: &mut String, name: &str, values: Option<&[String]>) {
    let Some(values) = values else { return };
    let _infallible = writeln!(facts, "{name}:");
    for value in values {
        let _infallible = writeln!(facts, "  {value}");
    }
}

fn text(facts: &mut String, message: &str) {
    facts.push_str("message:\n");
    for line in message.trim_end_matches('\n').lines() {
        let _infallible = writeln!(facts, "  {line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(tag: &str) -> Answer {
        let rejected = [("b".to_owned(), "no".to_owned())].into();
        Answer::Chosen { tag: Some(tag.into()), rejected }
    }

    #[test]
    fn compares_what_is_named_and_no_more() {
        let expect = Expect { chosen: Some(Some("a".into())), ..Expect::default() };
        assert!(judge("x", &expect, &chosen("a")).passed);
        let verdict = judge("x", &expect, &chosen("c"));
        assert_eq!(
            (verdict.expected.as_str(), verdict.actual.as_str()),
            ("chosen: a\n", "chosen: c\n")
        );
        let rejected = [("b".to_owned(), "yes".to_owned())].into();
        let verdict = judge("x", &Expect { rejected, ..expect }, &chosen("a"));
        assert_eq!(verdict.actual, "chosen: a\nrejected b: no\n");
    }

    #[test]
    fn a_part_of_an_error_will_do_but_an_answer_will_not() {
        let expect = Expect { error: Some("prefix".into()), ..Expect::default() };
        let error = Answer::Error("invalid settings: missing field `prefix`".into());
        assert!(judge("x", &expect, &error).passed);
        let verdict = judge("x", &expect, &chosen("a"));
        assert_eq!((verdict.passed, verdict.actual.as_str()), (false, "chosen: a\n"));
        let verdict = judge("x", &Expect { error: Some("suffix".into()), ..expect }, &error);
        assert!(verdict.actual.contains("missing field"), "{verdict:?}");
    }

    #[test]
    fn line_feeds_at_the_end_of_a_message_do_not_matter() {
        let expect = Expect { message: Some("a\n\nb\n".into()), ..Expect::default() };
        assert!(judge("x", &expect, &Answer::Message("a\n\nb".into())).passed);
        assert!(!judge("x", &expect, &Answer::Message("a\nb".into())).passed);
    }
}
