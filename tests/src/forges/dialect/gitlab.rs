//! GitLab.

use serde_json::{Value, json};

use super::{Call, MOMENT, latest, linked, reword, texts};
use crate::forges::{
    answer::Answer,
    desk::{Desk, Entry, NotOpened, State},
};

/// Who has an account, by its number.
const PEOPLE: [(u64, &str); 3] = [(10, "bot"), (11, "alice"), (12, "bob")];

fn said(status: u16, message: impl Into<Value>) -> Answer {
    Answer::new(status, json!({"message": message.into()}))
}

fn user(name: &str) -> Value {
    let id = PEOPLE.iter().find(|(_, known)| *known == name).map_or(99, |(id, _)| *id);
    json!({"id": id, "username": name, "name": name, "state": "active"})
}

fn state(entry: &Entry) -> &'static str {
    match entry.state {
        State::Open => "opened",
        State::Closed => "closed",
        State::Merged => "merged",
    }
}

fn shown(call: &Call<'_>, entry: &Entry) -> Value {
    let people = |names: &[String]| names.iter().map(|name| user(name)).collect::<Vec<_>>();
    let url = format!("http://{}/platform/gitops/-/merge_requests/{}", call.host, entry.number);
    json!({
        "id": 1000 + entry.number,
        "iid": entry.number,
        "web_url": url,
        "title": entry.title,
        "description": entry.body,
        "state": state(entry),
        "source_branch": entry.head,
        "target_branch": entry.base,
        "source_project_id": 3,
        "target_project_id": 3,
        "draft": entry.title.starts_with("Draft: "),
        "labels": entry.labels,
        "assignees": people(&entry.assignees),
        "reviewers": people(&entry.reviewers),
        "merged_at": (entry.state == State::Merged).then_some(MOMENT),
        "closed_at": (entry.state == State::Closed).then_some(MOMENT),
        "closed_by": entry.closed_by.as_deref().map(user),
        "merge_when_pipeline_succeeds": entry.auto_merge.is_some(),
    })
}

pub(super) fn answer(desk: &mut Desk, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    if asked.path.get("id").is_some_and(|id| id != "platform/gitops") {
        return said(404, "404 Project Not Found");
    }
    match asked.operation.as_str() {
        "list" => {
            let wanted = asked.wants("state").unwrap_or("all");
            let head = asked.wants("source_branch");
            let fits = |e: &Entry| {
                (wanted == "all" || wanted == state(e)) && head.is_none_or(|head| *head == e.head)
            };
            let items = latest(desk, fits).into_iter().map(|entry| shown(call, entry)).collect();
            linked(call, items, "per_page", 20)
        }
        "create" => create(desk, call),
        "users" => {
            let wanted = asked.wants("username");
            let found = PEOPLE.iter().filter(|(_, name)| wanted == Some(*name));
            linked(call, found.map(|(_, name)| user(name)).collect(), "per_page", 20)
        }
        "delete-branch" => match desk.delete_branch(&asked.path["branch"]) {
            true => Answer::new(204, Value::Null),
            false => said(404, "404 Branch Not Found"),
        },
        operation => match desk.entry_mut(asked.number()) {
            None => said(404, "404 Not found"),
            Some(entry) if operation == "merge" => merge(entry, call),
            Some(entry) => update(entry, call),
        },
    }
}

fn create(desk: &mut Desk, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    match desk.open(asked.text("source_branch"), asked.text("target_branch")) {
        Ok(entry) => {
            reword(entry, asked, "description");
            entry.draft = entry.title.starts_with("Draft: ");
            Answer::new(201, shown(call, entry))
        }
        Err(NotOpened::Exists(number)) => {
            let message = "Another open merge request already exists for this source branch";
            said(409, vec![format!("{message}: !{number}")])
        }
        Err(NotOpened::NoBranch(_)) => said(400, json!({"source_branch": ["does not exist"]})),
        // It takes a request without commits.
        Err(NotOpened::NoCommits) => said(422, "no commits"),
    }
}

fn merge(entry: &mut Entry, call: &Call<'_>) -> Answer {
    let body = &call.asked.body;
    if entry.protected {
        // Its way of saying that the token may not do it.
        return said(401, "401 Unauthorized");
    }
    if entry.title.starts_with("Draft: ") || entry.state != State::Open {
        return said(405, "405 Method Not Allowed");
    }
    // Servers before 17.11 know the second name alone, and would merge at once.
    if body["auto_merge"] != true || body["merge_when_pipeline_succeeds"] != true {
        return said(422, "merged at once, which was not asked for");
    }
    let squash = body["squash"] == true;
    entry.auto_merge = Some(if squash { "SQUASH" } else { "MERGE" }.to_owned());
    Answer::new(200, shown(call, entry))
}

fn update(entry: &mut Entry, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    reword(entry, asked, "description");
    entry.draft = entry.title.starts_with("Draft: ");
    if asked.body["state_event"] == "close" {
        entry.close("bot");
    }
    entry.labels.extend(texts(&asked.body["add_labels"]));
    for (key, to) in
        [("reviewer_ids", &mut entry.reviewers), ("assignee_ids", &mut entry.assignees)]
    {
        let Some(ids) = asked.body[key].as_array() else { continue };
        let name = |id: &Value| PEOPLE.iter().find(|(known, _)| Some(*known) == id.as_u64());
        *to = ids.iter().filter_map(name).map(|(_, name)| (*name).to_owned()).collect();
    }
    Answer::new(200, shown(call, entry))
}
