//! Bitbucket Data Center.

use serde_json::{Value, json};

use super::{Call, latest, page, reword};
use crate::forges::{
    answer::Answer,
    desk::{Desk, Entry, NotOpened, State},
};

pub(super) fn error(message: &str) -> Value {
    json!({"errors": [{"context": null, "message": message, "exceptionName": null}]})
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

fn shown(call: &Call<'_>, entry: &Entry) -> Value {
    let repository = json!({"id": 9, "slug": "gitops", "project": {"key": "platform"}});
    let side = |name: &str| {
        json!({
            "id": format!("refs/heads/{name}"),
            "displayId": name,
            "latestCommit": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
            "repository": repository,
        })
    };
    let reviewer = |name: &String| {
        let user = json!({"name": name});
        json!({"user": user, "role": "REVIEWER", "approved": false, "status": "UNAPPROVED"})
    };
    let path = format!("projects/platform/repos/gitops/pull-requests/{}", entry.number);
    let mut shown = json!({
        "id": entry.number,
        "version": entry.version,
        "title": entry.title,
        "description": entry.body,
        "state": state(entry),
        "open": entry.state == State::Open,
        "closed": entry.state != State::Open,
        "draft": entry.draft,
        "fromRef": side(&entry.head),
        "toRef": side(&entry.base),
        "reviewers": entry.reviewers.iter().map(reviewer).collect::<Vec<_>>(),
        "links": {"self": [{"href": format!("http://{}/{path}", call.host)}]},
    });
    if entry.state != State::Open {
        shown["closedDate"] = json!(1_767_225_600_000_u64);
    }
    shown
}

pub(super) fn answer(desk: &mut Desk, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    match asked.operation.as_str() {
        "properties" => {
            Answer::new(200, json!({"version": desk.version, "displayName": "Bitbucket"}))
        }
        "list" => list(desk, call),
        "create" => create(desk, call),
        // One that is not there is as good as deleted.
        "delete-branch" => {
            desk.delete_branch(asked.text("name").trim_start_matches("refs/heads/"));
            Answer::new(204, Value::Null)
        }
        operation => match desk.entry_mut(asked.number()) {
            Some(entry) => change(entry, call, operation),
            None => refused(404, "Pull request does not exist in platform/gitops."),
        },
    }
}

fn list(desk: &Desk, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    let wanted = asked.wants("state").unwrap_or("OPEN");
    let at = asked.wants("at").and_then(|at| at.strip_prefix("refs/heads/"));
    let outgoing = asked.wants("direction") == Some("OUTGOING");
    let fits = |e: &Entry| {
        let side = if outgoing { &e.head } else { &e.base };
        (wanted == "ALL" || wanted == state(e)) && at.is_none_or(|at| at == side)
    };
    let entries: Vec<Value> = latest(desk, fits).into_iter().map(|e| shown(call, e)).collect();
    let (limit, start) = (asked.count("limit").unwrap_or(25), asked.count("start").unwrap_or(0));
    let (values, more) = page(entries, limit, start / limit + 1);
    let next = more.then_some(start + limit);
    let body = json!({
        "size": values.len(),
        "limit": limit,
        "start": start,
        "isLastPage": !more,
        "nextPageStart": next,
        "values": values,
    });
    Answer::new(200, body)
}

fn create(desk: &mut Desk, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    let branch = |side: &str| {
        asked.body[side]["id"].as_str().unwrap_or_default().trim_start_matches("refs/heads/")
    };
    match desk.open(branch("fromRef"), branch("toRef")) {
        Ok(entry) => {
            reword(entry, asked, "description");
            entry.draft = asked.body["draft"] == true;
            Answer::new(201, shown(call, entry))
        }
        Err(NotOpened::NoBranch(name)) => {
            refused(404, &format!("Repository gitops of project platform has no branch {name}"))
        }
        Err(NotOpened::NoCommits) => refused(409, "the branch is already up-to-date"),
        Err(NotOpened::Exists(_)) => {
            refused(409, "Only one pull request may be open for a given source and target branch")
        }
    }
}

fn change(entry: &mut Entry, call: &Call<'_>, operation: &str) -> Answer {
    let asked = call.asked;
    let given = asked.body["version"].as_u64().or(asked.count("version"));
    if operation != "get" && given != Some(entry.version) {
        let message =
            "You are attempting to modify a pull request based on out-of-date information.";
        return refused(409, message);
    }
    match operation {
        "update" => {
            reword(entry, asked, "description");
            // What is not named is taken off.
            entry.draft = asked.body["draft"] == true;
            let name = |r: &Value| r["user"]["name"].as_str().map(str::to_owned);
            let named = asked.body["reviewers"].as_array().into_iter().flatten();
            entry.reviewers = named.filter_map(name).collect();
        }
        "decline" => {
            entry.close("bot");
            entry.version += 1;
        }
        "merge" if asked.body["autoMerge"] != true => {
            return refused(409, "merged at once, which was not asked for");
        }
        "merge" if entry.protected => {
            return refused(401, "You are not permitted to access this resource");
        }
        "merge" => entry.auto_merge = Some(asked.text("strategyId").to_owned()),
        _ => {}
    }
    Answer::new(200, shown(call, entry))
}
