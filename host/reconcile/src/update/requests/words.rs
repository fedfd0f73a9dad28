//! Branch, title and body of a request, each by a plugin in its sandbox.

use std::collections::{BTreeMap, BTreeSet};

use tagwarden_core::{
    branch::BranchName,
    change::Change,
    object::ObjectName,
    spec::{Grouping, PluginCall},
};

use super::{Case, image};
use crate::{
    Decision, Failed, Reason, Retry,
    ports::{MessageInput, Plugins},
    update::{edits::Edits, taken_back::digest},
};

/// What names a branch where the manifest does not: by what it edits, by whom,
/// and by the group. Two clusters in one repository differ by their folders.
const BRANCH: &str = "tagwarden/{{ with .Values.path }}{{ . | replace \"/\" \"-\" }}/{{ end }}\
    {{ .AutomationObject.Namespace }}-{{ .AutomationObject.Name }}\
    {{ with .Values.group }}/{{ . }}{{ end }}";

const TITLE: &str = "{{ if eq .Values.policies \"1\" }}\
    Update {{ .Values.policy }} to {{ .Values.selected }}\
    {{ else }}Update {{ .Values.policies }} images{{ with .Values.group }} in {{ . }}{{ end }}\
    {{ end }}";

const BODY: &str = include_str!("body.md.tmpl");

/// The longest title that every forge takes, with room for what marks a draft.
const MAX_TITLE: usize = 240;

/// What words the requests of one automation.
pub(super) struct Words<'a> {
    pub case: &'a Case<'a>,
    pub plugins: &'a dyn Plugins,
}

impl Words<'_> {
    /// The branch of a group.
    pub async fn branch(&self, group: &str, edits: &Edits) -> Result<BranchName, Failed> {
        let pull = self.case.pull;
        let pushed = self.case.automation.push.branch.as_ref();
        let pushed =
            pushed.filter(|branch| pull.per == Grouping::Automation && **branch != self.case.base);
        let text = match (&pull.branch, pushed) {
            (Some(call), _) => self.text(call, group, edits).await?,
            (None, Some(branch)) => branch.clone(),
            (None, None) => self.text(&template(BRANCH), group, edits).await?,
        };
        let wrong = |message: String| {
            Failed::new(Reason::InvalidSpecification, Retry::OnChange, message)
                .hint("correct spec.git.pullRequest.branch")
        };
        let name = BranchName::made_of(&text);
        let name = name.ok_or_else(|| wrong(format!("{text:?} names no branch")))?;
        match name.as_str() == self.case.base {
            true => Err(wrong(format!("the request's branch is the one to merge into: {name}"))),
            false => Ok(name),
        }
    }

    /// The title: one line.
    pub async fn title(&self, group: &str, edits: &Edits) -> Result<String, Failed> {
        let usual = template(TITLE);
        let call = self.case.pull.title.as_ref().unwrap_or(&usual);
        let text = self.text(call, group, edits).await?;
        let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let line: String = line.chars().filter(|c| !c.is_control()).collect();
        let end = line.char_indices().nth(MAX_TITLE).map_or(line.len(), |(end, _)| end);
        match &line[..end] {
            "" => Err(Failed::new(
                Reason::InvalidSpecification,
                Retry::OnChange,
                "the request's title is empty",
            )
            .hint("correct spec.git.pullRequest.title")),
            line => Ok(line.to_owned()),
        }
    }

    /// The body, in Markdown.
    pub async fn body(&self, group: &str, edits: &Edits) -> Result<String, Failed> {
        let usual = template(BODY);
        let call = self.case.pull.body.as_ref().unwrap_or(&usual);
        self.text(call, group, edits).await
    }

    /// Names everything a request is worded from but what changes by itself, as
    /// the number of candidates does.
    pub fn digest(&self, edits: &Edits) -> String {
        let pull = self.case.pull;
        let calls = format!("{:?} {:?} {:?}", pull.title, pull.body, self.case.automation.values);
        let changes: Vec<_> = edits.changes.iter().map(|c| format!("{c:?}")).collect();
        digest(&[&calls, &changes.join("\n")])
    }

    async fn text(&self, call: &PluginCall, group: &str, edits: &Edits) -> Result<String, Failed> {
        let input = MessageInput {
            automation: self.case.automation.name.clone(),
            values: self.values(group, edits),
            changes: edits.changes.clone(),
            images: self.case.wanted.images(),
        };
        Ok(self.plugins.message(call, &input).await?)
    }

    /// The user's own values, and beside them what only the host knows.
    fn values(&self, group: &str, edits: &Edits) -> BTreeMap<String, String> {
        let policies: BTreeSet<ObjectName> = edits.changes.iter().filter_map(policy).collect();
        let mut values = BTreeMap::from([
            ("group".to_owned(), group.to_owned()),
            ("base".to_owned(), self.case.base.clone()),
            ("path".to_owned(), self.case.automation.path.clone()),
            ("policies".to_owned(), policies.len().to_string()),
        ]);
        if let Some(first) = policies.first() {
            values.insert("policy".to_owned(), first.name.clone());
        }
        for (position, policy) in policies.iter().enumerate() {
            for (key, value) in self.facts(policy) {
                if position == 0 && key == "selected" {
                    values.insert(key.to_owned(), value.clone());
                }
                values.insert(format!("{key}/{policy}"), value);
            }
        }
        values.extend(self.case.automation.values.clone());
        values
    }

    fn facts(&self, policy: &ObjectName) -> Vec<(&'static str, String)> {
        let outcome = self.case.policies.iter().find(|outcome| outcome.name == *policy);
        let Some(selection) = outcome.and_then(|outcome| outcome.decision.selection()) else {
            return Vec::new();
        };
        let decided = outcome.map(|outcome| &outcome.decision);
        let call = self.case.inventory.policy(policy).map(|policy| &policy.policy);
        vec![
            ("image", selection.image.clone()),
            ("selected", selection.tag.clone()),
            ("link", image::link(&selection.image)),
            ("reason", reason(call, decided)),
        ]
    }
}

fn template(text: &str) -> PluginCall {
    PluginCall::new("go-template", serde_json::json!({ "template": text }).to_string())
}

/// The policy that a change's setter names.
pub(super) fn policy(change: &Change) -> Option<ObjectName> {
    let mut parts = change.setter.split(':');
    Some(ObjectName::new(parts.next()?, parts.next()?))
}

/// Why the tag is the selected one, in a few words.
fn reason(call: Option<&PluginCall>, decision: Option<&Decision>) -> String {
    let call = call.map(|call| format!("`{}`{}", call.plugin, settings(&call.settings)));
    let call = call.unwrap_or_default();
    match decision {
        Some(Decision::Selected { candidates, tags, .. }) => {
            format!("{call}: best of {candidates} candidates among {tags} tags")
        }
        Some(Decision::Held { .. }) => format!("{call}: selected before, and still held"),
        _ => call,
    }
}

/// A plugin's plain settings: ` range ">=1.0.0"`.
fn settings(json: &str) -> String {
    let settings = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(json);
    let plain = |(key, value): (&String, &serde_json::Value)| match value.as_str() {
        // Nothing may end the code that the text stands in.
        Some(text) if text.len() <= 80 && !text.contains(|c: char| c.is_control() || c == '`') => {
            Some(format!(" {key} `{text}`"))
        }
        _ => None,
    };
    settings.iter().flatten().filter_map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_names_the_policy_and_its_plain_settings() {
        let call = PluginCall::new(
            "semver",
            r#"{"range": ">=1.0.0", "deep": {"x": 1}, "note": "`@team`", "more": "a\nb"}"#,
        );
        assert_eq!(reason(Some(&call), None), "`semver` range `>=1.0.0`");
    }
}
