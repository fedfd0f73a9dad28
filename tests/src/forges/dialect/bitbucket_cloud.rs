//! Bitbucket Cloud.

use serde_json::{Value, json};

use super::{Call, MOMENT, latest, page, reword};
use crate::forges::{
    answer::Answer,
    desk::{Desk, Entry, NotOpened, State},
};

pub(super) fn error(message: &str) -> Value {
    json!({"type": "error", "error": {"message": message}})
}

fn refused(status: u16, message: &str) -> Answer {
    Answer::new(status, error(message))
}

fn state(entry: &Entry) -> &'static str {
    match entry.state {
        State::Open => "OPEN",
        State::Closed => "DECLINED",
        State::Merged => "MERGED",
    }
}

fn account(name: &str) -> Value {
    json!({"type": "user", "uuid": format!("{{{name}}}"), "display_name": name})
}

/// A request as a list shows it, which leaves out the reviewers.
fn listed(call: &Call<'_>, entry: &Entry) -> Value {
    let side = |name: &str| {
        json!({
            "branch": {"name": name},
            "commit": {"hash": "6dcb09b5b578"},
            "repository": {"type": "repository", "full_name": "platform/gitops"},
        })
    };
    let url = format!("http://{}/platform/gitops/pull-requests/{}", call.host, entry.number);
    json!({
        "type": "pullrequest",
        "id": entry.number,
        "title": entry.title,
        "description": entry.body,
        "state": state(entry),
        "draft": entry.draft,
        "source": side(&entry.head),
        "destination": side(&entry.base),
        "links": {"html": {"href": url}},
        "created_on": MOMENT,
        "updated_on": MOMENT,
        "closed_by": entry.closed_by.as_deref().map(account),
        "close_source_branch": true,
    })
}

fn shown(call: &Call<'_>, entry: &Entry) -> Value {
    let mut shown = listed(call, entry);
    shown["reviewers"] = entry.reviewers.iter().map(|name| account(name)).collect();
    shown
}

pub(super) fn answer(desk: &mut Desk, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    match asked.operation.as_str() {
        "list" => list(desk, call),
        "create" => create(desk, call),
        "delete-branch" => match desk.delete_branch(&asked.path["branch"]) {
            true => Answer::new(204, Value::Null),
            false => refused(404, "Branch not found"),
        },
        operation => match desk.entry_mut(asked.number()) {
            Some(entry) => change(entry, call, operation),
            None => refused(404, "Resource not found"),
        },
    }
}

fn list(desk: &Desk, call: &Call<'_>) -> Answer {
    // Filters in the form that is asked: (state = "A" OR …) AND source.branch.name = "b".
    let filter = call.asked.wants("q").unwrap_or("state = \"OPEN\"");
    let quoted: Vec<&str> = filter.split('"').skip(1).step_by(2).collect();
    let head = filter.contains("source.branch.name").then(|| *quoted.last().unwrap_or(&""));
    let fits = |e: &Entry| quoted.contains(&state(e)) && head.is_none_or(|head| head == e.head);
    let entries = latest(desk, fits).into_iter().map(|entry| listed(call, entry)).collect();
    let (size, number) =
        (call.asked.count("pagelen").unwrap_or(10), call.asked.count("page").unwrap_or(1));
    let (values, more) = page(entries, size, number);
    let mut body = json!({"pagelen": size, "page": number, "values": values});
    if more {
        body["next"] = json!(format!("http://{}/next?page={}", call.host, number + 1));
    }
    Answer::new(200, body)
}

fn create(desk: &mut Desk, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    let branch = |side: &str| asked.body[side]["branch"]["name"].as_str().unwrap_or("main");
    match desk.open(branch("source"), branch("destination")) {
        Ok(entry) => {
            reword(entry, asked, "description");
            entry.draft = asked.body["draft"] == true;
            entry.reviewers = reviewers(&asked.body);
            Answer::new(201, shown(call, entry))
        }
        Err(NotOpened::NoBranch(_)) => refused(400, "source: branch not found"),
        Err(NotOpened::NoCommits) => refused(400, "There are no changes to be pulled"),
        Err(NotOpened::Exists(_)) => {
            refused(400, "There is already an open pull request for this branch")
        }
    }
}

fn reviewers(body: &Value) -> Vec<String> {
    let name = |reviewer: &Value| {
        let name = reviewer["uuid"].as_str().or(reviewer["account_id"].as_str())?;
        Some(name.trim_matches(['{', '}']).to_owned())
    };
    body["reviewers"].as_array().into_iter().flatten().filter_map(name).collect()
}

fn change(entry: &mut Entry, call: &Call<'_>, operation: &str) -> Answer {
    match operation {
        "get" => {}
        _ if entry.state != State::Open => return refused(400, "This pull request is closed"),
        "decline" => entry.close("bot"),
        _ => {
            reword(entry, call.asked, "description");
            // Those that are not named are taken off.
            entry.reviewers = reviewers(&call.asked.body);
        }
    }
    Answer::new(200, shown(call, entry))
}
