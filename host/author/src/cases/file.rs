//! The file of cases as authors write it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use tagwarden_core::{change::Change, object::ObjectName};

use crate::{
    Kind,
    images::Image,
    question::{Question, Surroundings},
};

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

/// What an answer should be. Only what is named is compared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The tag chosen; `null` for none.
    #[serde(default, deserialize_with = "named")]
    pub(super) chosen: Option<Option<String>>,
    /// The tags kept.
    pub(super) kept: Option<Vec<String>>,
    /// Their keys.
    pub(super) keys: Option<Vec<String>>,
    /// Tags turned down, and why; others may be, too.
    #[serde(default)]
    pub(super) rejected: BTreeMap<String, String>,
    /// The text of the message; line feeds at its end do not matter.
    pub(super) message: Option<String>,
    /// A part of the error.
    pub(super) error: Option<String>,
}

/// Tells `chosen: null` from no `chosen`.
fn named<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
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

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    image: Option<String>,
    current: Option<String>,
    now: Option<Time>,
    /// What is known of images, by tag; of others nothing is.
    images: Option<BTreeMap<String, Known>>,
}

/// An image, its moments as they are written.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Known {
    digest: String,
    created: Option<Time>,
    first_seen: Option<Time>,
    size: u64,
    platforms: Vec<String>,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

impl From<Known> for Image {
    fn from(known: Known) -> Self {
        let Known { digest, created, first_seen, size, platforms, labels, annotations } = known;
        let (created, first_seen) = (created.map(|at| at.0), first_seen.map(|at| at.0));
        Self { digest, created, first_seen, size, platforms, labels, annotations }
    }
}

/// A moment: `2026-06-01T12:00:00Z`, or seconds since 1970.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Time(u64);

impl TryFrom<String> for Time {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if let Ok(seconds) = text.parse() {
            return Ok(Self(seconds));
        }
        let moment: jiff::Timestamp = text
            .parse()
            .map_err(|error| format!("{text} is no moment like 2026-06-01T12:00:00Z: {error}"))?;
        u64::try_from(moment.as_second()).map(Self).map_err(|_| format!("{text} is before 1970"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    automation: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    #[serde(default)]
    changes: Vec<Changed>,
    /// What each policy selected, by `NAMESPACE/NAME`.
    #[serde(default)]
    images: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Changed {
    file: String,
    api_version: String,
    kind: String,
    name: String,
    namespace: String,
    old: String,
    new: String,
    setter: String,
}

impl Cases {
    /// Reads cases for a plugin of a kind, or says what is wrong with them and where.
    pub(super) fn parse(text: &str, kind: Kind) -> Result<Self, String> {
        let file: File = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
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

impl Given {
    /// What is given here, else what all cases are given.
    fn or(self, all: &Self) -> Surroundings {
        let all = all.clone();
        let images = self.images.or(all.images).unwrap_or_default();
        Surroundings {
            image: self.image.or(all.image).unwrap_or_default(),
            current: self.current.or(all.current),
            now: self.now.or(all.now).map_or(0, |Time(now)| now),
            explain: false,
            images: images.into_iter().map(|(tag, known)| (tag, Some(known.into()))).collect(),
        }
    }
}

impl Input {
    fn question(self) -> Question {
        let automation = self.automation.as_deref().and_then(|name| name.split_once('/'));
        let (namespace, name) = automation.unwrap_or(("flux-system", "apps"));
        Question::Message {
            automation: ObjectName::new(namespace, name),
            values: self.values,
            changes: self.changes.into_iter().map(Into::into).collect(),
            images: self.images,
        }
    }
}

impl From<Changed> for Change {
    fn from(changed: Changed) -> Self {
        let Changed { file, api_version, kind, name, namespace, old, new, setter } = changed;
        Self { file, api_version, kind, name, namespace, old, new, setter }
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
        assert!(wrong(Kind::Filter, "input: {}, expect: {}").contains("case `a`: a filter"));
        assert!(wrong(Kind::Policy, "tags: [a], keys: [], expect: {}").contains("a key for each"));
        assert!(wrong(Kind::Policy, "tags: [a], expect: {choosen: a}").contains("choosen"));
        let moment = wrong(Kind::Policy, "tags: [a], context: {now: monday}, expect: {}");
        assert!(moment.contains("monday is no moment"), "{moment}");
    }
}
