//! What Flux's own code answered, asked of the sandboxed plugins: the very
//! components that the program carries, in the engine that it runs.

#![expect(
    clippy::unwrap_used,
    reason = "what a test reads its vectors with may panic as the test may"
)]

use std::{collections::BTreeMap, path::Path, sync::Arc};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use tagwarden_core::{
    change::Change,
    object::ObjectName,
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_reconcile::ports::{Choice, Context, EvaluationError, Failure, MessageInput};
use tagwarden_wasm::{EngineOptions, Origin, Plugins};

fn plugins() -> Plugins {
    let mut builder = Plugins::builder(EngineOptions::default());
    for plugin in tagwarden_embedded::all() {
        builder = builder.add(plugin.name, plugin.wasm, Origin::Embedded);
    }
    builder.build().unwrap()
}

fn vectors<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn select(
    plugins: &Plugins,
    plugin: &str,
    settings: &str,
    tags: &[String],
    explain: bool,
) -> Result<(Option<String>, Arc<TagSet>, Choice), EvaluationError> {
    let set = Arc::new(TagSet::new(tags));
    let candidates = Candidates::all(set.clone());
    let context = Context { explain, ..Context::default() };
    let choice =
        plugins.sandbox().select(&PluginCall::new(plugin, settings), &candidates, &context)?;
    let tag = choice.chosen.and_then(|i| candidates.tag(i as usize)).map(str::to_owned);
    Ok((tag, set, choice))
}

#[derive(Deserialize)]
struct Range {
    range: String,
    tags: Vec<String>,
    range_error: Option<String>,
    verdicts: Option<Vec<String>>,
    latest: Option<String>,
    tie: bool,
}

#[test]
fn the_sandboxed_semver_policy_answers_as_the_reference() {
    let plugins = plugins();
    for Range { range, tags, range_error, verdicts, latest, tie } in
        vectors::<Range>("semver.jsonl")
    {
        let settings = json!({ "range": range }).to_string();
        let answer = select(&plugins, "semver", &settings, &tags, true);
        if range_error.is_some() {
            let failure = answer.map(|(tag, ..)| tag).unwrap_err().failure;
            assert!(matches!(failure, Failure::InvalidSettings(_)), "{range:?}: {failure:?}");
            continue;
        }
        let (tag, set, choice) = answer.unwrap();
        if !tie {
            assert_eq!(tag, latest, "{range:?} of {tags:?}");
        }
        let rejected: Vec<_> =
            choice.rejected.iter().map(|r| set.get(r.index as usize).unwrap()).collect();
        for (tag, verdict) in tags.iter().zip(verdicts.iter().flatten()) {
            assert_eq!(verdict != "match", rejected.contains(&tag.as_str()), "{range:?}: {tag:?}");
        }
    }
}

#[derive(Deserialize)]
struct Ordering {
    policy: String,
    order: String,
    tags: Vec<String>,
    latest: Option<String>,
    error: Option<String>,
}

#[test]
fn the_sandboxed_orders_answer_as_the_reference() {
    let plugins = plugins();
    for Ordering { policy, order, tags, latest, error } in vectors::<Ordering>("ordering.jsonl") {
        if tags.is_empty() {
            continue; // The host asks no plugin about nothing.
        }
        let settings = match order.as_str() {
            "" => json!({}),
            order => json!({ "order": order }),
        };
        let answer = select(&plugins, &policy, &settings.to_string(), &tags, false);
        match error {
            Some(error) => assert!(answer.is_err(), "{policy} {order:?} of {tags:?}: {error}"),
            None => assert_eq!(answer.unwrap().0, latest, "{policy} {order:?} of {tags:?}"),
        }
    }
}

#[derive(Deserialize)]
struct Filter {
    pattern: String,
    extract: String,
    keys: Option<BTreeMap<String, Option<String>>>,
    error: Option<String>,
}

#[test]
fn the_sandboxed_filter_answers_as_the_reference() {
    let plugins = plugins();
    for Filter { pattern, extract, keys, error } in vectors::<Filter>("filter.jsonl") {
        let call = PluginCall::new(
            "regex-filter",
            json!({ "pattern": pattern, "extract": extract }).to_string(),
        );
        let keys = keys.unwrap_or_default();
        let names: Vec<_> = keys.keys().collect();
        let set = Arc::new(TagSet::new(&names));
        if error.is_some() {
            let set = Arc::new(TagSet::new(&["x"]));
            let answer = plugins.sandbox().filter(&call, &set, &Context::default());
            assert!(answer.is_err(), "{pattern:?}");
            continue;
        }
        if set.is_empty() {
            continue;
        }
        let filtered = plugins.sandbox().filter(&call, &set, &Context::default()).unwrap();
        let candidates = Candidates::kept(set.clone(), filtered.kept, filtered.keys);
        let mut got: BTreeMap<String, Option<String>> =
            set.iter().map(|tag| (tag.to_owned(), None)).collect();
        for i in 0..candidates.len() {
            let key = candidates.keys().get(i).map(str::to_owned);
            got.insert(candidates.tag(i).unwrap().to_owned(), key);
        }
        assert_eq!(got, keys, "{pattern:?} {extract:?}");
    }
}

#[derive(Deserialize)]
struct Template {
    template: String,
    automation: ObjectName,
    values: Option<BTreeMap<String, String>>,
    changes: Option<Vec<Change>>,
    message: Option<String>,
    error: Option<String>,
}

#[test]
fn the_sandboxed_template_renders_as_the_reference() {
    let plugins = plugins();
    for vector in vectors::<Template>("template.jsonl") {
        let Template { template, automation, values, changes, message, error } = vector;
        let call = PluginCall::new("go-template", json!({ "template": template }).to_string());
        let input = MessageInput {
            automation,
            values: values.unwrap_or_default(),
            changes: changes.unwrap_or_default().into_iter().collect(),
            images: BTreeMap::new(),
        };
        let answer = plugins.sandbox().message(&call, &input);
        match error {
            // The older API, which the reference dropped, is kept here.
            Some(_) if template.contains(".Updated") => {}
            Some(error) => assert!(answer.is_err(), "{template:?} gave {answer:?}, not {error}"),
            None => assert_eq!(answer.unwrap(), message.unwrap(), "{template:?}"),
        }
    }
}
