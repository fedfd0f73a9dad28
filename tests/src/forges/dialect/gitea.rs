//! Gitea and Forgejo.

use serde_json::{Value, json};

use super::{Call, MOMENT, latest, linked, reword, texts};
use crate::forges::{
    answer::Answer,
    desk::{Desk, Entry, NotOpened, State},
};

pub(super) fn error(message: &str) -> Value {
    json!({"message": message, "url": "http://gitea.example/api/swagger", "errors": []})
}

fn refused(status: u16, message: &str) -> Answer {
    Answer::new(status, error(message))
}

fn shown(call: &Call<'_>, entry: &Entry, is_gone: bool) -> Value {
    let side = |label: &str, reference: &str| {
        let sha = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
        json!({"label": label, "ref": reference, "sha": sha, "repo_id": 5})
    };
    let label = |name: &String| json!({"id": 1, "name": name, "color": "1d76db"});
    // Of a deleted branch, only the label tells the name.
    let gone = format!("refs/pull/{}/head", entry.number);
    let reference = if is_gone { gone.as_str() } else { entry.head.as_str() };
    json!({
        "number": entry.number,
        "html_url": format!("http://{}/platform/gitops/pulls/{}", call.host, entry.number),
        "title": entry.title,
        "body": entry.body,
        "state": if entry.state == State::Open { "open" } else { "closed" },
        "draft": entry.title.starts_with("WIP: "),
        "head": side(&entry.head, reference),
        "base": side(&entry.base, &entry.base),
        "user": {"id": 1, "login": "bot"},
        "labels": entry.labels.iter().map(label).collect::<Vec<_>>(),
        "merged": entry.state == State::Merged,
        "merged_at": (entry.state == State::Merged).then_some(MOMENT),
        "closed_at": (entry.state != State::Open).then_some(MOMENT),
    })
}

pub(super) fn answer(desk: &mut Desk, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    match asked.operation.as_str() {
        "list" => {
            let state = asked.wants("state").unwrap_or("open");
            let fits = |e: &Entry| state == "all" || (e.state == State::Open) == (state == "open");
            let there = |entry: &&Entry| !desk.has_branch(&entry.head);
            let items = latest(desk, fits).into_iter();
            let items = items.map(|entry| shown(call, entry, there(&entry))).collect();
            linked(call, items, "limit", 30)
        }
        "create" => create(desk, call),
        "labels" | "make-label" | "label" => labels(desk, call),
        "delete-branch" => match desk.delete_branch(&asked.path["branch"]) {
            true => Answer::new(204, Value::Null),
            false => refused(404, "branch does not exist"),
        },
        operation => match desk.entry_mut(asked.number()) {
            Some(entry) => change(entry, call, operation),
            None => refused(404, "The target couldn't be found."),
        },
    }
}

fn create(desk: &mut Desk, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    match desk.open(asked.text("head"), asked.text("base")) {
        Ok(entry) => {
            reword(entry, asked, "body");
            entry.draft = entry.title.starts_with("WIP: ");
            Answer::new(201, shown(call, entry, false))
        }
        Err(NotOpened::Exists(number)) => {
            refused(409, &format!("pull request already exists for these targets [id: {number}]"))
        }
        Err(NotOpened::NoBranch(_)) => refused(404, "The target couldn't be found."),
        Err(NotOpened::NoCommits) => refused(422, "Invalid PullRequest: There are no changes"),
    }
}

fn labels(desk: &mut Desk, call: &Call<'_>) -> Answer {
    let asked = call.asked;
    let shown = |id: usize, name: &str| json!({"id": id + 1, "name": name, "color": "1d76db"});
    match asked.operation.as_str() {
        "labels" => {
            let all = desk.labels.iter().enumerate().map(|(id, name)| shown(id, name)).collect();
            linked(call, all, "limit", 30)
        }
        "make-label" => {
            desk.labels.push(asked.text("name").to_owned());
            Answer::new(201, shown(desk.labels.len() - 1, asked.text("name")))
        }
        _ => {
            let ids = asked.body["labels"].as_array().into_iter().flatten();
            let position = |id: &Value| usize::try_from(id.as_u64()?).ok()?.checked_sub(1);
            let names = ids.map(|id| desk.labels.get(position(id)?).cloned());
            let Some(names) = names.collect::<Option<Vec<_>>>() else {
                return refused(404, "label does not exist");
            };
            let Some(entry) = desk.entry_mut(asked.number()) else {
                return refused(404, "The target couldn't be found.");
            };
            entry.labels.extend(names);
            let all = entry.labels.iter().enumerate().map(|(id, name)| shown(id, name));
            Answer::new(200, all.collect())
        }
    }
}

fn change(entry: &mut Entry, call: &Call<'_>, operation: &str) -> Answer {
    let asked = call.asked;
    match operation {
        "update" => {
            reword(entry, asked, "body");
            entry.draft = entry.title.starts_with("WIP: ");
            entry.assignees.extend(texts(&asked.body["assignees"]));
            if asked.body["state"] == "closed" {
                entry.close("bot");
            }
            Answer::new(201, shown(call, entry, false))
        }
        "merge" if entry.title.starts_with("WIP: ") => {
            refused(405, "Work in progress PRs cannot be merged")
        }
        "merge" if asked.body["merge_when_checks_succeed"] != true => {
            refused(409, "merged at once, which was not asked for")
        }
        "merge" => {
            entry.auto_merge = Some(asked.text("do").to_uppercase());
            Answer::new(201, Value::Null)
        }
        _ => {
            entry.reviewers.extend(texts(&asked.body["reviewers"]));
            entry.reviewers.extend(texts(&asked.body["team_reviewers"]));
            let asked_for = |_: &String| json!({"id": 1, "state": "REQUEST_REVIEW"});
            Answer::new(201, entry.reviewers.iter().map(asked_for).collect())
        }
    }
}
