//! GitHub.

use serde_json::{Value, json};

use super::{Call, MOMENT, latest, linked, reword, texts};
use crate::forges::{
    answer::Answer,
    contract::Asked,
    desk::{Desk, Entry, NotOpened, State},
};

const DOCUMENTS: &str = "https://docs.github.com/rest";

pub(super) fn error(message: &str) -> Value {
    json!({"message": message, "documentation_url": DOCUMENTS})
}

fn invalid(error: &Value) -> Answer {
    let message = "Validation Failed";
    let body = json!({"message": message, "errors": [error], "documentation_url": DOCUMENTS});
    Answer::new(422, body)
}

fn user(name: &str) -> Value {
    json!({"login": name, "id": 1})
}

fn labels(entry: &Entry) -> Vec<Value> {
    let label = |name: &String| json!({"id": 1, "name": name, "color": "ededed"});
    entry.labels.iter().map(label).collect()
}

fn shown(call: &Call<'_>, entry: &Entry) -> Value {
    let side = |name: &str| {
        json!({
            "label": format!("platform:{name}"),
            "ref": name,
            "sha": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
            "repo": {"id": 7, "full_name": "platform/gitops"},
        })
    };
    let is_open = entry.state == State::Open;
    json!({
        "number": entry.number,
        "node_id": format!("PR_{}", entry.number),
        "html_url": format!("http://{}/platform/gitops/pull/{}", call.host, entry.number),
        "title": entry.title,
        "body": (!entry.body.is_empty()).then_some(&entry.body),
        "state": if is_open { "open" } else { "closed" },
        "draft": entry.draft,
        "head": side(&entry.head),
        "base": side(&entry.base),
        "user": user("bot"),
        "labels": labels(entry),
        "merged_at": (entry.state == State::Merged).then_some(MOMENT),
        "closed_at": (!is_open).then_some(MOMENT),
    })
}

fn issue(call: &Call<'_>, entry: &Entry) -> Value {
    json!({
        "number": entry.number,
        "html_url": format!("http://{}/platform/gitops/pull/{}", call.host, entry.number),
        "title": entry.title,
        "state": if entry.state == State::Open { "open" } else { "closed" },
        "labels": labels(entry),
        "closed_at": (entry.state != State::Open).then_some(MOMENT),
        "closed_by": entry.closed_by.as_deref().map(user),
    })
}

pub(super) fn answer(desk: &mut Desk, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    match asked.operation.as_str() {
        "list" => {
            let head = asked.wants("head").and_then(|head| head.split_once(':'));
            let state = asked.wants("state").unwrap_or("open");
            let fits = |e: &Entry| {
                (state == "all" || (e.state == State::Open) == (state == "open"))
                    && head.is_none_or(|(_, head)| head == e.head)
            };
            let items = latest(desk, fits).into_iter().map(|entry| shown(call, entry)).collect();
            linked(call, items, "per_page", 30)
        }
        "create" => create(desk, call),
        "graphql" => enable_auto_merge(desk, asked),
        "delete-branch" => match desk.delete_branch(&asked.path["branch"]) {
            true => Answer::new(204, Value::Null),
            false => {
                let body =
                    json!({"message": "Reference does not exist", "documentation_url": DOCUMENTS});
                Answer::new(422, body)
            }
        },
        operation => match desk.entry_mut(asked.number()) {
            Some(entry) => change(entry, call, operation),
            None => Answer::new(404, error("Not Found")),
        },
    }
}

fn create(desk: &mut Desk, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    let (head, base) = (asked.text("head"), asked.text("base"));
    let custom = |message: String| {
        invalid(&json!({"resource": "PullRequest", "code": "custom", "message": message}))
    };
    match desk.open(head, base) {
        Ok(entry) => {
            reword(entry, asked, "body");
            entry.draft = asked.body["draft"] == true;
            Answer::new(201, shown(call, entry))
        }
        Err(NotOpened::NoBranch(name)) => {
            let field = if name == base { "base" } else { "head" };
            invalid(&json!({"resource": "PullRequest", "field": field, "code": "invalid"}))
        }
        Err(NotOpened::NoCommits) => custom(format!("No commits between {base} and {head}")),
        Err(NotOpened::Exists(_)) => {
            custom(format!("A pull request already exists for platform:{head}."))
        }
    }
}

fn enable_auto_merge(desk: &mut Desk, asked: &Asked) -> Answer {
    let variables = &asked.body["variables"];
    let id = variables["request"].as_str().unwrap_or_default();
    let refused = |kind: &str, message: &str| {
        let error =
            json!({"type": kind, "path": ["enablePullRequestAutoMerge"], "message": message});
        let data = json!({"enablePullRequestAutoMerge": null});
        Answer::new(200, json!({"data": data, "errors": [error]}))
    };
    match desk.entry_mut(id.trim_start_matches("PR_").parse().unwrap_or_default()) {
        None => refused("NOT_FOUND", "Could not resolve to a node with the global id"),
        Some(entry) if entry.draft => {
            refused("UNPROCESSABLE", "Pull request Pull request is in draft status")
        }
        Some(entry) => {
            entry.auto_merge = variables["method"].as_str().map(str::to_owned);
            let done = json!({"enablePullRequestAutoMerge": {"clientMutationId": null}});
            Answer::new(200, json!({"data": done}))
        }
    }
}

fn change(entry: &mut Entry, call: &Call<'_>, operation: &str) -> Answer {
    let asked = call.asked;
    match operation {
        "issue" => Answer::new(200, issue(call, entry)),
        "update" => {
            reword(entry, asked, "body");
            if asked.body["state"] == "closed" {
                entry.close("bot");
            }
            Answer::new(200, shown(call, entry))
        }
        "label" => {
            entry.labels.extend(texts(&asked.body["labels"]));
            Answer::new(200, Value::from(labels(entry)))
        }
        "assign" => {
            entry.assignees.extend(texts(&asked.body["assignees"]));
            Answer::new(201, issue(call, entry))
        }
        _ => {
            let people = texts(&asked.body["reviewers"]);
            if people.iter().any(|name| name == "nobody") {
                let message = "Reviews may only be requested from collaborators. One or more of \
                               the users or teams you specified is not a collaborator";
                return Answer::new(422, error(message));
            }
            entry.reviewers.extend(people);
            entry.reviewers.extend(texts(&asked.body["team_reviewers"]));
            Answer::new(201, shown(call, entry))
        }
    }
}
