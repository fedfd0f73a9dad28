//! What people took back, which is not proposed to them again.
//!
//! A commit counts as taken back where the base branch held our value and holds
//! the one before it again; a request, where somebody closed it unmerged.

use sha2::{Digest, Sha256};
use tagwarden_core::{
    change::Change, edit::Verdict, object::ObjectName, spec::ImageUpdateAutomation,
};

use super::edits::Edits;
use crate::{
    Failed, Mode,
    ports::{ProposalState, Refusal, RequestState, Store, Written},
};

/// How many refusals are remembered, the latest.
const MAX_REFUSED: usize = 1_000;
/// How many places are remembered, the latest.
const MAX_WRITTEN: usize = 20_000;

/// What is remembered of an automation's proposals while it runs.
pub(super) struct Ledger {
    state: ProposalState,
    kept: Option<ProposalState>,
    ignores: bool,
    searched: bool,
    now: u64,
}

impl Ledger {
    /// Reads what is remembered.
    pub fn open(
        store: &dyn Store,
        automation: &ImageUpdateAutomation,
        now: u64,
    ) -> Result<Self, Failed> {
        let kept = store.proposals(&automation.name)?;
        let state = kept.clone().unwrap_or_default();
        Ok(Self { state, kept, ignores: automation.ignore_reverts, searched: false, now })
    }

    /// Remembers, where something is new.
    pub fn keep(&mut self, store: &dyn Store, name: &ObjectName, mode: Mode) -> Result<(), Failed> {
        trim(&mut self.state.refused, MAX_REFUSED);
        trim(&mut self.state.written, MAX_WRITTEN);
        let is_new = self.kept.as_ref() != Some(&self.state);
        if mode == Mode::Write && is_new && (self.kept.is_some() || !self.is_empty()) {
            store.put_proposals(name, &self.state)?;
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.state == ProposalState::default()
    }

    /// Whether nothing was remembered at all, as after the state was lost.
    pub fn is_fresh(&self) -> bool {
        self.kept.is_none()
    }

    /// Whether the branch's history is to be asked for what is not remembered:
    /// once, and where it matters.
    pub fn wants_history(&mut self) -> bool {
        self.is_fresh() && !self.ignores && !std::mem::replace(&mut self.searched, true)
    }

    /// Whether what people took back is proposed all the same.
    pub fn ignores(&self) -> bool {
        self.ignores
    }

    /// The refusals that count.
    pub fn refusals(&self) -> Vec<Refusal> {
        match self.ignores {
            true => Vec::new(),
            false => self.state.refused.clone(),
        }
    }

    /// Looks at what the base branch holds, and notices what was taken back
    /// there. Says whether anything was.
    pub fn notice(&mut self, edits: &Edits) -> bool {
        self.observe(edits);
        if self.ignores {
            return false;
        }
        let reverted = |change: &&Change| {
            self.state.written.iter().any(|written| {
                written.landed
                    && written.place == place(change)
                    && written.new == change.new
                    && written.old.contains(&change.old)
            })
        };
        let refusals = edits
            .changes
            .iter()
            .filter(reverted)
            .map(|change| Refusal { file: Some(change.file.clone()), ..self.refusal(change) });
        let refusals: Vec<Refusal> = refusals.collect();
        self.refuse(refusals)
    }

    /// Marks what the base branch holds of our values.
    fn observe(&mut self, edits: &Edits) {
        for written in self.state.written.iter_mut().filter(|written| !written.landed) {
            let is_pending = edits.changes.iter().any(|change| place(change) == written.place);
            written.landed = !is_pending && holds(edits, written);
        }
    }

    fn refusal(&self, change: &Change) -> Refusal {
        Refusal {
            change: id(change),
            setter: change.setter.clone(),
            value: change.new.clone(),
            file: None,
            request: None,
            by: None,
            noticed_at: self.now,
        }
    }

    /// Notices that a request for these changes was closed.
    pub fn notice_closed(&mut self, changes: &[&Change], request: &str, by: Option<&str>) -> bool {
        let refusals = changes.iter().map(|change| Refusal {
            request: Some(request.to_owned()),
            by: by.map(str::to_owned),
            ..self.refusal(change)
        });
        let refusals: Vec<_> = refusals.collect();
        self.refuse(refusals)
    }

    fn refuse(&mut self, refusals: Vec<Refusal>) -> bool {
        let known = self.state.refused.len();
        for refusal in refusals {
            let same = |r: &Refusal| r.change == refusal.change && r.file == refusal.file;
            if !self.state.refused.iter().any(same) {
                self.state.refused.push(refusal);
            }
        }
        self.state.refused.len() > known
    }

    /// Remembers what was written, to the base branch or to one beside it.
    pub fn wrote<'c>(&mut self, changes: impl IntoIterator<Item = &'c Change>, landed: bool) {
        for change in changes {
            self.state.refused.retain(|refusal| !covers(refusal, change));
            let place = place(change);
            let written = self.state.written.iter_mut().find(|written| written.place == place);
            match written {
                Some(written) if written.new == change.new => {
                    written.landed |= landed;
                    if !written.old.contains(&change.old) {
                        written.old.push(change.old.clone());
                    }
                }
                written => {
                    let fresh = Written {
                        file: change.file.clone(),
                        place,
                        setter: change.setter.clone(),
                        old: vec![change.old.clone()],
                        new: change.new.clone(),
                        landed,
                    };
                    match written {
                        Some(written) => *written = fresh,
                        None => self.state.written.push(fresh),
                    }
                }
            }
        }
    }

    /// The requests that were open when last seen.
    pub fn requests(&self) -> Vec<RequestState> {
        self.state.requests.clone()
    }

    /// The request of a branch, as last seen.
    pub fn request(&self, head: &str) -> Option<&RequestState> {
        self.state.requests.iter().find(|request| request.head == head)
    }

    /// Remembers a request that is open.
    pub fn opened(&mut self, request: RequestState) {
        self.forget(&request.head);
        self.state.requests.push(request);
    }

    /// Forgets a request that is not open any more.
    pub fn forget(&mut self, head: &str) {
        self.state.requests.retain(|known| known.head != head);
    }
}

/// Whether a change may be made, and if not, why.
pub(super) fn admit(refusals: &[Refusal], change: &Change) -> Result<(), String> {
    match refusals.iter().find(|refusal| covers(refusal, change)) {
        None => Ok(()),
        Some(refusal) => Err(told(refusal)),
    }
}

fn covers(refusal: &Refusal, change: &Change) -> bool {
    refusal.change == id(change) && refusal.file.as_ref().is_none_or(|f| *f == change.file)
}

/// A refusal in words.
fn told(refusal: &Refusal) -> String {
    let by = refusal.by.as_deref().unwrap_or("somebody");
    match &refusal.request {
        Some(url) => format!("{by} closed {url}; a newer tag is proposed again"),
        None => format!("{by} reverted it; a newer tag is proposed again"),
    }
}

/// Names a value for a setter, wherever it is written.
pub(super) fn id(change: &Change) -> String {
    digest(&[&change.setter, &change.new])
}

fn place(change: &Change) -> String {
    let Change { file, kind, name, namespace, setter, .. } = change;
    digest(&[file, kind, name, namespace, setter])
}

/// Whether a marker of the same file and setter says that the value is there.
fn holds(edits: &Edits, written: &Written) -> bool {
    let markers = edits.markers.iter().filter(|file| file.file == written.file);
    markers.flat_map(|file| &file.markers).any(|outcome| {
        let current =
            matches!(&outcome.verdict, Verdict::Current { value } if *value == written.new);
        current && outcome.marker.as_ref().is_some_and(|m| m.to_string() == written.setter)
    })
}

/// Sixteen digits that tell texts apart.
pub(super) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn trim<T>(list: &mut Vec<T>, most: usize) {
    if list.len() > most {
        list.drain(..list.len() - most);
    }
}
