//! The same requests in the words of each forge.

use serde_json::{Value, json};

use super::{
    contract::Asked,
    desk::{Desk, Entry, State},
};

type Answer = (u16, Value);

fn missing() -> Answer {
    (404, json!({"message": "Not Found"}))
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The entries that `keep`, latest first.
fn latest(desk: &Desk, keep: impl Fn(&Entry) -> bool) -> Vec<&Entry> {
    desk.entries.iter().rev().filter(|entry| keep(entry)).collect()
}

/// Applies title and body where they are given.
fn reword(entry: &mut Entry, asked: &Asked, body: &str) {
    if let Some(title) = asked.text("title") {
        entry.title = title;
    }
    if let Some(text) = asked.text(body) {
        entry.body = text;
    }
    entry.version += 1;
}

pub(super) fn github(desk: &mut Desk, asked: &Asked, host: &str) -> Answer {
    let shown = |e: &Entry| {
        let side = |name: &str| json!({"ref": name, "repo": {"id": 7}});
        json!({
            "number": e.number,
            "node_id": format!("PR_{}", e.number),
            "html_url": format!("http://{host}/platform/gitops/pull/{}", e.number),
            "title": e.title,
            "body": e.body,
            "state": if e.state == State::Open { "open" } else { "closed" },
            "draft": e.draft,
            "head": side(&e.head),
            "base": side(&e.base),
            "merged_at": (e.state == State::Merged).then_some("2026-01-01T00:00:00Z"),
            "closed_at": (e.state != State::Open).then_some("2026-01-01T00:00:00Z"),
        })
    };
    match asked.operation.as_str() {
        "list" => {
            let head = asked.query.get("head").and_then(|head| head.split_once(':'));
            let open = asked.query.get("state").is_none_or(|state| state == "open");
            let fits = |e: &Entry| {
                (e.state == State::Open) == open && head.is_none_or(|(_, head)| head == e.head)
            };
            (200, latest(desk, fits).into_iter().map(shown).collect())
        }
        "create" => {
            let (head, base) = (asked.text("head"), asked.text("base"));
            match desk.open(&head.unwrap_or_default(), &base.unwrap_or_default()) {
                Ok(entry) => {
                    reword(entry, asked, "body");
                    entry.draft = asked.body["draft"] == true;
                    (201, shown(entry))
                }
                Err(why) => {
                    let errors =
                        json!([{"resource": "PullRequest", "code": "custom", "message": why}]);
                    (422, json!({"message": "Validation Failed", "errors": errors}))
                }
            }
        }
        "graphql" => {
            let id = asked.body["variables"]["request"].as_str().unwrap_or_default();
            let number = id.trim_start_matches("PR_").parse().unwrap_or_default();
            let method = asked.body["variables"]["method"].as_str().map(str::to_owned);
            match desk.entry_mut(number) {
                Some(entry) if entry.draft => {
                    let errors = json!([{"message": "Pull request is in draft status"}]);
                    (200, json!({"data": null, "errors": errors}))
                }
                Some(entry) => {
                    entry.auto_merge = method;
                    (200, json!({"data": {"enablePullRequestAutoMerge": {}}}))
                }
                None => (200, json!({"errors": [{"message": "Could not resolve to a node"}]})),
            }
        }
        "delete-branch" => match desk.delete_branch(&asked.path["branch"]) {
            true => (204, Value::Null),
            false => (422, json!({"message": "Reference does not exist"})),
        },
        operation => {
            let Some(entry) = desk.entry_mut(asked.number()) else {
                return missing();
            };
            match operation {
                "update" => {
                    reword(entry, asked, "body");
                    if asked.body["state"] == "closed" {
                        entry.state = State::Closed;
                        entry.closed_by = Some("bot".to_owned());
                    }
                    (200, shown(entry))
                }
                "issue" => {
                    let by = entry.closed_by.as_ref().map(|login| json!({"login": login}));
                    (200, json!({"number": entry.number, "closed_by": by}))
                }
                "label" => {
                    entry.labels.extend(texts(&asked.body["labels"]));
                    (200, json!([]))
                }
                "assign" => {
                    entry.assignees.extend(texts(&asked.body["assignees"]));
                    (201, json!({}))
                }
                _ => {
                    let people = texts(&asked.body["reviewers"]);
                    if people.iter().any(|name| name == "nobody") {
                        let message = "Reviews may only be requested from collaborators.";
                        return (422, json!({"message": message}));
                    }
                    entry.reviewers.extend(people);
                    entry.reviewers.extend(texts(&asked.body["team_reviewers"]));
                    (201, shown(entry))
                }
            }
        }
    }
}

pub(super) fn gitlab(desk: &mut Desk, asked: &Asked, host: &str) -> Answer {
    let state = |e: &Entry| match e.state {
        State::Open => "opened",
        State::Closed => "closed",
        State::Merged => "merged",
    };
    let shown = |e: &Entry| {
        json!({
            "iid": e.number,
            "web_url": format!("http://{host}/platform/gitops/-/merge_requests/{}", e.number),
            "title": e.title,
            "description": e.body,
            "source_branch": e.head,
            "target_branch": e.base,
            "source_project_id": 3,
            "target_project_id": 3,
            "state": state(e),
            "merged_at": null,
            "closed_at": null,
            "closed_by": e.closed_by.as_ref().map(|name| json!({"username": name})),
        })
    };
    if let Some(id) = asked.path.get("id")
        && id != "platform/gitops"
    {
        return (404, json!({"message": "404 Project Not Found"}));
    }
    match asked.operation.as_str() {
        "list" => {
            let wanted = asked.query.get("state").map_or("all", String::as_str);
            let head = asked.query.get("source_branch");
            let fits = |e: &Entry| {
                (wanted == "all" || wanted == state(e)) && head.is_none_or(|head| *head == e.head)
            };
            (200, latest(desk, fits).into_iter().map(shown).collect())
        }
        "create" => {
            let (head, base) = (asked.text("source_branch"), asked.text("target_branch"));
            match desk.open(&head.unwrap_or_default(), &base.unwrap_or_default()) {
                Ok(entry) => {
                    reword(entry, asked, "description");
                    entry.draft = entry.title.starts_with("Draft: ");
                    (201, shown(entry))
                }
                Err(why) => (409, json!({"message": [why]})),
            }
        }
        "users" => match asked.query.get("username").map(String::as_str) {
            Some("alice") => (200, json!([{"id": 11, "username": "alice"}])),
            Some("bob") => (200, json!([{"id": 12, "username": "bob"}])),
            _ => (200, json!([])),
        },
        "delete-branch" => match desk.delete_branch(&asked.path["branch"]) {
            true => (204, Value::Null),
            false => (404, json!({"message": "404 Branch Not Found"})),
        },
        operation => {
            let Some(entry) = desk.entry_mut(asked.number()) else {
                return (404, json!({"message": "404 Not found"}));
            };
            if operation == "merge" {
                if entry.draft {
                    return (405, json!({"message": "405 Method Not Allowed"}));
                }
                let squash = asked.body["squash"] == true;
                entry.auto_merge = Some(if squash { "SQUASH" } else { "MERGE" }.to_owned());
                return (200, shown(entry));
            }
            reword(entry, asked, "description");
            if asked.body["state_event"] == "close" {
                entry.state = State::Closed;
                entry.closed_by = Some("bot".to_owned());
            }
            if let Some(labels) = asked.text("add_labels") {
                entry.labels.extend(labels.split(',').map(str::to_owned));
            }
            let people = |ids: &Value| -> Vec<String> {
                let name = |id: &Value| match id.as_u64() {
                    Some(11) => Some("alice".to_owned()),
                    Some(12) => Some("bob".to_owned()),
                    _ => None,
                };
                ids.as_array().into_iter().flatten().filter_map(name).collect()
            };
            entry.reviewers.extend(people(&asked.body["reviewer_ids"]));
            entry.assignees.extend(people(&asked.body["assignee_ids"]));
            (200, shown(entry))
        }
    }
}

pub(super) fn gitea(desk: &mut Desk, asked: &Asked, host: &str) -> Answer {
    let branches: Vec<String> = desk.entries.iter().map(|e| e.head.clone()).collect();
    let gone: Vec<String> = branches.into_iter().filter(|name| !desk.has_branch(name)).collect();
    let shown = |e: &Entry| {
        // Of a deleted branch, only the label tells the name.
        let reference = match gone.contains(&e.head) {
            true => format!("refs/pull/{}/head", e.number),
            false => e.head.clone(),
        };
        json!({
            "number": e.number,
            "html_url": format!("http://{host}/platform/gitops/pulls/{}", e.number),
            "title": e.title,
            "body": e.body,
            "state": if e.state == State::Open { "open" } else { "closed" },
            "draft": e.draft,
            "head": {"label": e.head, "ref": reference, "repo_id": 5},
            "base": {"label": e.base, "ref": e.base, "repo_id": 5},
            "merged": e.state == State::Merged,
            "merged_at": null,
            "closed_at": null,
        })
    };
    match asked.operation.as_str() {
        "list" => {
            let open = asked.query.get("state").is_none_or(|state| state == "open");
            let fits = |e: &Entry| (e.state == State::Open) == open;
            (200, latest(desk, fits).into_iter().map(shown).collect())
        }
        "create" => {
            let (head, base) = (asked.text("head"), asked.text("base"));
            match desk.open(&head.unwrap_or_default(), &base.unwrap_or_default()) {
                Ok(entry) => {
                    reword(entry, asked, "body");
                    entry.draft = entry.title.starts_with("WIP: ");
                    (201, shown(entry))
                }
                Err(why) if why.contains("exists for") => (409, json!({"message": why})),
                Err(why) => (404, json!({"message": why})),
            }
        }
        "labels" => {
            let label = |(id, name): (usize, &String)| json!({"id": id + 1, "name": name});
            (200, desk.labels.iter().enumerate().map(label).collect())
        }
        "make-label" => {
            let name = asked.text("name").unwrap_or_default();
            desk.labels.push(name.clone());
            (201, json!({"id": desk.labels.len(), "name": name}))
        }
        "label" => {
            let ids = asked.body["labels"].as_array().cloned().unwrap_or_default();
            let ids: Vec<usize> = ids
                .iter()
                .filter_map(Value::as_u64)
                .filter_map(|id| (id as usize).checked_sub(1))
                .collect();
            let names: Option<Vec<String>> =
                ids.into_iter().map(|id| desk.labels.get(id).cloned()).collect();
            match (names, desk.entry_mut(asked.number())) {
                (Some(names), Some(entry)) => {
                    entry.labels.extend(names);
                    (200, json!([]))
                }
                _ => missing(),
            }
        }
        "delete-branch" => match desk.delete_branch(&asked.path["branch"]) {
            true => (204, Value::Null),
            false => missing(),
        },
        operation => {
            let Some(entry) = desk.entry_mut(asked.number()) else {
                return missing();
            };
            match operation {
                "update" => {
                    reword(entry, asked, "body");
                    entry.assignees.extend(texts(&asked.body["assignees"]));
                    if asked.body["state"] == "closed" {
                        entry.state = State::Closed;
                    }
                    (201, shown(entry))
                }
                "merge" if entry.draft => {
                    (405, json!({"message": "Work in progress PRs cannot be merged"}))
                }
                "merge" => {
                    entry.auto_merge = asked.text("Do").map(|way| way.to_uppercase());
                    (201, Value::Null)
                }
                _ => {
                    entry.reviewers.extend(texts(&asked.body["reviewers"]));
                    entry.reviewers.extend(texts(&asked.body["team_reviewers"]));
                    (201, json!([]))
                }
            }
        }
    }
}

pub(super) fn bitbucket(desk: &mut Desk, asked: &Asked, host: &str) -> Answer {
    let refused =
        |status, message: &str| (status, json!({"type": "error", "error": {"message": message}}));
    let state = |e: &Entry| match e.state {
        State::Open => "OPEN",
        State::Closed => "DECLINED",
        State::Merged => "MERGED",
    };
    let shown = |e: &Entry| {
        let side = |name: &str| json!({"branch": {"name": name}, "repository": {"full_name": "platform/gitops"}});
        json!({
            "type": "pullrequest",
            "id": e.number,
            "title": e.title,
            "description": e.body,
            "state": state(e),
            "draft": e.draft,
            "source": side(&e.head),
            "destination": side(&e.base),
            "links": {"html": {"href": format!("http://{host}/platform/gitops/pull-requests/{}", e.number)}},
            "updated_on": "2026-01-01T00:00:00+00:00",
            "closed_by": e.closed_by.as_ref().map(|name| json!({"display_name": name})),
        })
    };
    let reviewers = |asked: &Asked| -> Vec<String> {
        let name = |r: &Value| r["uuid"].as_str().or(r["account_id"].as_str()).map(str::to_owned);
        asked.body["reviewers"].as_array().into_iter().flatten().filter_map(name).collect()
    };
    match asked.operation.as_str() {
        "list" => {
            let filter = asked.query.get("q").map_or("", String::as_str);
            let fits = |e: &Entry| {
                filter.contains(&format!("state = \"{}\"", state(e)))
                    && (!filter.contains("source.branch.name")
                        || filter.contains(&format!("source.branch.name = \"{}\"", e.head)))
            };
            let values: Vec<Value> = latest(desk, fits).into_iter().map(shown).collect();
            (200, json!({"pagelen": 50, "page": 1, "size": values.len(), "values": values}))
        }
        "create" => {
            let branch = |side: &str| {
                asked.body[side]["branch"]["name"].as_str().unwrap_or("main").to_owned()
            };
            match desk.open(&branch("source"), &branch("destination")) {
                Ok(entry) => {
                    reword(entry, asked, "description");
                    entry.draft = asked.body["draft"] == true;
                    (201, shown(entry))
                }
                Err(why) => refused(400, why),
            }
        }
        "delete-branch" => match desk.delete_branch(&asked.path["branch"]) {
            true => (204, Value::Null),
            false => refused(404, "No such branch"),
        },
        operation => {
            let Some(entry) = desk.entry_mut(asked.number()) else {
                return refused(404, "No such pull request");
            };
            match operation {
                "update" => {
                    reword(entry, asked, "description");
                    if asked.body.get("reviewers").is_some() {
                        entry.reviewers = reviewers(asked);
                    }
                }
                _ => {
                    entry.state = State::Closed;
                    entry.closed_by = Some("bot".to_owned());
                }
            }
            (200, shown(entry))
        }
    }
}

pub(super) fn bitbucketserver(desk: &mut Desk, asked: &Asked, host: &str) -> Answer {
    let refused = |status, message: &str| {
        (status, json!({"errors": [{"context": null, "message": message}]}))
    };
    let state = |e: &Entry| match e.state {
        State::Open => "OPEN",
        State::Closed => "DECLINED",
        State::Merged => "MERGED",
    };
    let shown = |e: &Entry| {
        let side = |name: &str| json!({"id": format!("refs/heads/{name}"), "displayId": name, "repository": {"id": 9}});
        let reviewer = |name: &String| json!({"user": {"name": name}, "role": "REVIEWER"});
        let mut shown = json!({
            "id": e.number,
            "version": e.version,
            "title": e.title,
            "description": e.body,
            "state": state(e),
            "open": e.state == State::Open,
            "draft": e.draft,
            "fromRef": side(&e.head),
            "toRef": side(&e.base),
            "reviewers": e.reviewers.iter().map(reviewer).collect::<Vec<_>>(),
            "links": {"self": [{"href": format!("http://{host}/projects/PLAT/repos/gitops/pull-requests/{}", e.number)}]},
        });
        if e.state != State::Open {
            shown["closedDate"] = json!(1_767_225_600_000_u64);
        }
        shown
    };
    match asked.operation.as_str() {
        "properties" => (200, json!({"version": "9.4.1", "displayName": "Bitbucket"})),
        "list" => {
            let wanted = asked.query.get("state").map_or("OPEN", String::as_str);
            let outgoing = asked.query.get("direction").is_some_and(|d| d == "OUTGOING");
            let head = asked.query.get("at").filter(|_| outgoing);
            let head = head.and_then(|at| at.strip_prefix("refs/heads/"));
            let fits = |e: &Entry| {
                (wanted == "ALL" || wanted == state(e)) && head.is_none_or(|head| head == e.head)
            };
            let values: Vec<Value> = latest(desk, fits).into_iter().map(shown).collect();
            (200, json!({"size": values.len(), "isLastPage": true, "start": 0, "values": values}))
        }
        "create" => {
            let branch = |side: &str| {
                let id = asked.body[side]["id"].as_str().unwrap_or_default();
                id.trim_start_matches("refs/heads/").to_owned()
            };
            match desk.open(&branch("fromRef"), &branch("toRef")) {
                Ok(entry) => {
                    reword(entry, asked, "description");
                    entry.draft = asked.body["draft"] == true;
                    (201, shown(entry))
                }
                Err(why) => refused(409, why),
            }
        }
        "delete-branch" => {
            let name = asked.text("name").unwrap_or_default();
            match desk.delete_branch(name.trim_start_matches("refs/heads/")) {
                true => (204, Value::Null),
                false => refused(404, "no such branch"),
            }
        }
        operation => {
            let Some(entry) = desk.entry_mut(asked.number()) else {
                return refused(404, "no such pull request");
            };
            let given = asked.body["version"].as_u64();
            if operation != "get" && given != Some(entry.version) {
                return refused(409, "you are attempting to modify an out-of-date pull request");
            }
            match operation {
                "update" => {
                    reword(entry, asked, "description");
                    let name = |r: &Value| r["user"]["name"].as_str().map(str::to_owned);
                    let named = asked.body["reviewers"].as_array().into_iter().flatten();
                    entry.reviewers = named.filter_map(name).collect();
                }
                "decline" => {
                    entry.state = State::Closed;
                    entry.version += 1;
                }
                "merge" if asked.body["autoMerge"] != true => {
                    return refused(409, "merged at once, which was not asked for");
                }
                "merge" => entry.auto_merge = asked.text("strategyId"),
                _ => {}
            }
            (200, shown(entry))
        }
    }
}
