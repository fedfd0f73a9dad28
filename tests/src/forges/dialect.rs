//! The same requests in the words of each forge.

mod bitbucket_cloud;
mod bitbucket_data_center;
mod gitea;
mod github;
mod gitlab;

use serde_json::{Value, json};

use super::{
    answer::Answer,
    contract::Asked,
    desk::{Desk, Entry},
};

/// Asked of a stand-in: the question, and where the stand-in is.
pub(super) struct Call<'a> {
    pub asked: &'a Asked,
    pub host: &'a str,
}

/// What a forge, by its name in a manifest, answers.
pub(super) fn answer(provider: &str, desk: &mut Desk, call: &Call<'_>) -> Answer {
    match provider {
        "github" => github::answer(desk, call),
        "gitlab" => gitlab::answer(desk, call),
        "bitbucket" => bitbucket_cloud::answer(desk, call),
        "bitbucketserver" => bitbucket_data_center::answer(desk, call),
        _ => gitea::answer(desk, call),
    }
}

/// What a forge says to what it does not do.
pub(super) fn refusal(provider: &str, status: u16, message: &str) -> Value {
    match provider {
        "github" => github::error(message),
        "gitlab" if status == 401 => json!({"message": "401 Unauthorized"}),
        "gitlab" => json!({"message": message}),
        "bitbucket" => bitbucket_cloud::error(message),
        "bitbucketserver" => bitbucket_data_center::error(message),
        _ => gitea::error(message),
    }
}

/// What every entry has that is a moment.
const MOMENT: &str = "2026-01-01T00:00:00Z";

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The entries that `keep`, latest first.
fn latest(desk: &Desk, keep: impl Fn(&Entry) -> bool) -> Vec<&Entry> {
    desk.entries.iter().rev().filter(|entry| keep(entry)).collect()
}

/// One page of a list, and whether there is another.
fn page<T>(items: Vec<T>, size: u64, number: u64) -> (Vec<T>, bool) {
    let from = (number.max(1) - 1) * size;
    let more = (from + size) < items.len() as u64;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    (items.into_iter().skip(usize::try_from(from).unwrap_or(0)).take(size).collect(), more)
}

/// A page whose next one a header links to (RFC 8288).
fn linked(call: &Call<'_>, items: Vec<Value>, size: &str, usual: u64) -> Answer {
    let number = call.asked.count("page").unwrap_or(1);
    let (items, more) = page(items, call.asked.count(size).unwrap_or(usual), number);
    let answer = Answer::new(200, Value::from(items));
    match more {
        false => answer,
        true => {
            let url = format!("http://{}/next?page={}", call.host, number + 1);
            answer.with("link", &format!("<{url}>; rel=\"next\", <{url}>; rel=\"last\""))
        }
    }
}

/// Applies title and body where they are given.
fn reword(entry: &mut Entry, asked: &Asked, body: &str) {
    if let Some(title) = asked.body["title"].as_str() {
        entry.title = title.to_owned();
    }
    if let Some(text) = asked.body[body].as_str() {
        entry.body = text.to_owned();
    }
    entry.version += 1;
}
