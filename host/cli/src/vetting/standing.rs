//! Where a plugin stands: whether it may run, and on whose word.

use serde::Serialize;
use tagwarden_core::{
    spec::{Grants, Inventory, PluginLimits},
    vetting::{Vetted, words},
};

use super::Refusal;
use crate::{args::PluginFile, output, problem::Problem};

/// A plugin and its standing, for programs.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    pub name: String,
    pub state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    pub grants: String,
    pub limits: String,
    /// The fingerprints of the keys that signed it.
    pub signed_by: Vec<String>,
    /// Why it may not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Whether a plugin may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is part of the program.
    FirstParty,
    /// It is what was vetted, from its signatures to its last byte.
    Vetted,
    /// It was vetted, and was not fetched yet.
    Pinned,
    /// The command line names it: a developer's own word, for one invocation.
    Unvetted,
    /// It may not run.
    Refused,
    /// Nobody declared, locked or loaded such a plugin.
    Unknown,
}

impl State {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::FirstParty => "first-party",
            Self::Vetted => "vetted",
            Self::Pinned => "pinned",
            Self::Unvetted => "unvetted",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

impl Standing {
    /// One that passed, with the keys that turned out to have signed it.
    pub fn vetted(vetted: &Vetted, signed_by: Vec<String>) -> Self {
        Self {
            name: vetted.name.clone(),
            state: State::Vetted,
            kind: Some(vetted.kind.to_string()),
            source: Some(vetted.source.to_string()),
            digest: Some(vetted.digest.clone()),
            grants: words(&vetted.grants),
            limits: vetted.limits.to_string(),
            signed_by,
            refused: None,
            hint: None,
        }
    }

    /// One whose bytes are not on this machine yet, as the lock file has it.
    pub fn pinned(vetted: &Vetted) -> Self {
        Self { state: State::Pinned, ..Self::vetted(vetted, vetted.signed_by.clone()) }
    }

    /// One that did not pass. What is known of it is what was decided about it, or at
    /// least declared.
    pub fn refused(
        name: &str,
        verdict: &Result<Vetted, String>,
        inventory: &Inventory,
        refusal: Refusal,
    ) -> Self {
        let known = match verdict {
            Ok(vetted) => Self::vetted(vetted, vec![]),
            Err(_) => Self::declared(name, inventory),
        };
        let hint = refusal.hint.map(str::to_owned);
        Self { state: State::Refused, refused: Some(refusal.reason), hint, ..known }
    }

    fn declared(name: &str, inventory: &Inventory) -> Self {
        let declared = inventory.plugins.iter().find(|plugin| plugin.name.name == name);
        let bare = Self::bare(name, State::Refused);
        match declared {
            None => bare,
            Some(plugin) => Self {
                kind: Some(plugin.kind.to_string()),
                source: Some(plugin.source.to_string()),
                digest: plugin.digest.clone(),
                grants: words(&plugin.grants),
                limits: plugin.limits.to_string(),
                ..bare
            },
        }
    }

    /// One that nobody else speaks of: part of the program, or not there at all.
    pub fn other(name: &str) -> Self {
        let embedded = tagwarden_embedded::all().iter().any(|plugin| plugin.name == name);
        Self::bare(name, if embedded { State::FirstParty } else { State::Unknown })
    }

    /// One of the command line.
    pub fn unvetted(file: &PluginFile, grants: &Grants) -> Self {
        Self {
            source: Some(file.path.display().to_string()),
            grants: words(grants),
            ..Self::bare(&file.name, State::Unvetted)
        }
    }

    fn bare(name: &str, state: State) -> Self {
        Self {
            name: name.to_owned(),
            state,
            kind: None,
            source: None,
            digest: None,
            grants: words(&Grants::new()),
            limits: PluginLimits::default().to_string(),
            signed_by: vec![],
            refused: None,
            hint: None,
        }
    }

    /// Why it may not run, as people are told.
    pub fn problem(&self) -> Option<Problem> {
        let reason = self.refused.as_ref()?;
        let problem = Problem::failed(format!("plugin {} is refused: {reason}", self.name));
        Some(match &self.hint {
            Some(hint) => problem.hint(hint.as_str()),
            None => problem,
        })
    }

    /// Whoever signed it, as people tell keys apart.
    pub fn signers(&self) -> String {
        let keys: Vec<_> = self.signed_by.iter().map(|key| short(key)).collect();
        if keys.is_empty() { "-".to_owned() } else { keys.join(", ") }
    }

    /// The start of its digest.
    pub fn short_digest(&self) -> String {
        self.digest.as_deref().map_or("-", short).to_owned()
    }

    /// Where it comes from.
    pub fn origin(&self) -> String {
        self.source.clone().unwrap_or("-".to_owned())
    }
}

/// Prints a line a plugin.
pub fn print(standings: &[Standing]) {
    let rows: Vec<_> = standings.iter().map(row).collect();
    let head = ["PLUGIN", "STATE", "KIND", "DIGEST", "GRANTS", "LIMITS", "SIGNED BY", "SOURCE"];
    output::table(head, &rows);
}

fn row(standing: &Standing) -> [String; 8] {
    [
        standing.name.clone(),
        standing.state.word().to_owned(),
        standing.kind.clone().unwrap_or("-".to_owned()),
        standing.short_digest(),
        standing.grants.clone(),
        standing.limits.clone(),
        standing.signers(),
        standing.origin(),
    ]
}

/// A digest as people tell it from another.
fn short(digest: &str) -> &str {
    digest.get(..19).unwrap_or(digest)
}
