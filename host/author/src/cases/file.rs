//! The file of cases as authors write it.

mod expect;
mod given;
mod input;

use serde::Deserialize;

pub use expect::Expect;
use given::Given;
use input::Input;

use crate::{Kind, question::Question};

/// A file of cases.
#[derive(Clone, Debug)]
pub struct Cases {
    /// The cases, in order.
    pub cases: Vec<Case>,
    /// What to measure with.
    pub bench: Bench,
}

/// One question and the answer it should get.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The settings, as JSON.
    pub settings: String,
    /// What is asked.
    pub question: Question,
    /// What should come back.
    pub expect: Expect,
}

/// What to measure a plugin with.
#[derive(Clone, Debug)]
pub struct Bench {
    /// The settings, as JSON.
    pub settings: String,
    /// A tag, with `{n}` for a number that counts up.
    pub tags: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    settings: Option<serde_json::Value>,
    #[serde(default)]
    context: Given,
    cases: Vec<Entry>,
    bench: Option<Measured>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    settings: Option<serde_json::Value>,
    tags: Option<Vec<String>>,
    keys: Option<Vec<String>>,
    context: Option<Given>,
    input: Option<Input>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    settings: Option<serde_json::Value>,
    tags: Option<String>,
}

impl Cases {
    /// Reads cases for a plugin of a kind, or says what is wrong with them and where.
    pub(super) fn parse(text: &str, kind: Kind) -> Result<Self, String> {
        let file: File = serde_saphyr::from_str(text).map_err(|error| {
            let text = error.to_string();
            text.strip_prefix("error: ").unwrap_or(&text).to_owned()
        })?;
        let settings = file.settings.unwrap_or_else(|| serde_json::json!({}));
        let bench = file.bench.unwrap_or(Measured { settings: None, tags: None });
        let bench = Bench {
            settings: bench.settings.unwrap_or_else(|| settings.clone()).to_string(),
            tags: bench.tags.unwrap_or_else(|| "1.{n}.0".into()),
        };
        let cases = file.cases.into_iter();
        let cases = cases.map(|entry| entry.case(kind, &settings, &file.context));
        Ok(Self { cases: cases.collect::<Result<_, _>>()?, bench })
    }
}

impl Entry {
    fn case(
        self,
        kind: Kind,
        settings: &serde_json::Value,
        context: &Given,
    ) -> Result<Case, String> {
        let wrong = |reason: &str| format!("case `{}`: {reason}", self.name);
        self.expect.check(kind, self.tags.as_deref()).map_err(|reason| wrong(&reason))?;
        let context = self.context.clone().unwrap_or_default().or(context);
        let question = match (kind, self.tags, self.keys, self.input) {
            (Kind::Message, None, None, Some(input)) => input.question(),
            (Kind::Message, ..) => return Err(wrong("a message plugin is given `input` alone")),
            (Kind::Filter, Some(tags), None, None) => Question::Filter { tags, context },
            (Kind::Filter, ..) => return Err(wrong("a filter is given `tags` alone")),
            (Kind::Policy, Some(tags), keys, None) => {
                if keys.as_ref().is_some_and(|keys| keys.len() != tags.len()) {
                    return Err(wrong("there must be a key for each tag"));
                }
                Question::Policy { tags, keys, context }
            }
            (Kind::Policy, ..) => return Err(wrong("a policy is given `tags`")),
        };
        let settings = self.settings.as_ref().unwrap_or(settings).to_string();
        Ok(Case { name: self.name, settings, question, expect: self.expect })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(kind: Kind, case: &str) -> Result<Case, String> {
        let text = format!("context: {{now: 2026-06-01T12:00:00Z}}\ncases: [{{name: a, {case}}}]");
        Cases::parse(&text, kind).map(|cases| cases.cases[0].clone())
    }

    #[test]
    fn takes_tags_as_they_are_written() {
        let case = parsed(Kind::Policy, "tags: [1.10, 1e3, 010, no, ~1], expect: {chosen: 1.10}");
        let Question::Policy { tags, context, .. } = case.as_ref().unwrap().question.clone() else {
            panic!("{case:?}");
        };
        assert_eq!(tags, ["1.10", "1e3", "010", "no", "~1"]);
        assert_eq!(context.now, 1_780_315_200);
        assert_eq!(case.unwrap().expect.chosen, Some(Some("1.10".into())));
    }

    #[test]
    fn tells_no_choice_from_no_expectation() {
        let chosen = |expect: &str| {
            parsed(Kind::Policy, &format!("tags: [], expect: {expect}")).unwrap().expect.chosen
        };
        assert_eq!(chosen("{chosen: null}"), Some(None));
        assert_eq!(chosen("{error: x}"), None);
    }

    #[test]
    fn says_what_is_wrong_with_a_case() {
        let wrong = |kind, case: &str| parsed(kind, case).unwrap_err();
        let filter = wrong(Kind::Filter, "input: {}, expect: {error: x}");
        assert!(filter.contains("case `a`: a filter"), "{filter}");
        let keys = wrong(Kind::Policy, "tags: [a], keys: [], expect: {chosen: a}");
        assert!(keys.contains("a key for each"), "{keys}");
        assert!(wrong(Kind::Policy, "tags: [a], expect: {choosen: a}").contains("choosen"));
        let moment = wrong(Kind::Policy, "tags: [a], context: {now: monday}, expect: {}");
        assert!(moment.contains("monday is no moment"), "{moment}");
        let syntax = wrong(Kind::Policy, "tags: [a, expect: {}");
        assert!(syntax.starts_with("line 2"), "{syntax}");
    }

    #[test]
    fn refuses_a_case_that_no_answer_could_pass_or_none_could_fail() {
        let wrong = |case: &str| parsed(Kind::Policy, case).unwrap_err();
        assert!(wrong("tags: [a], expect: {}").contains("expects nothing"));
        assert!(wrong("tags: [a], expect: {kept: [a]}").contains("is not asked for `kept`"));
        assert!(wrong("tags: [a], expect: {message: a}").contains("is not asked for `message`"));
        let unknown = "expects something of b, which is not among the tags";
        assert!(wrong("tags: [a], expect: {chosen: b}").contains(unknown));
        assert!(wrong("tags: [a], expect: {rejected: {b: no}}").contains(unknown));
        assert!(
            wrong("tags: [a], expect: {chosen: a, error: x}").contains("an answer or an error")
        );
    }
}
