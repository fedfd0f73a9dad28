//! The edit of one file.

use std::ops::Range;

use super::{
    FileEdit, MarkerOutcome, Note, PolicyState, Verdict,
    note::{self, Noted},
    occurrences::Occurrence,
    rewrite::{self, Splice},
    walk::{Found, Site},
    yaml,
};
use crate::{
    change::{Change, ObjectIdentifier},
    marker::Marker,
    object::ObjectName,
};

/// Turns what was found in a file into an edit of it.
pub(super) struct Editor<'a> {
    file: &'a str,
    text: &'a str,
    policies: &'a dyn Fn(&ObjectName) -> PolicyState,
    admit: &'a dyn Fn(&Change) -> Result<(), String>,
    splices: Vec<Splice>,
    /// Splices that only add quotes to values that are current, made along
    /// with others.
    quoting: Vec<Splice>,
    changes: Vec<Change>,
    objects: Vec<ObjectIdentifier>,
    outcomes: Vec<Outcome>,
}

/// What became of a comment.
struct Outcome {
    place: usize,
    marker: Option<Marker>,
    verdict: Verdict,
    /// What the marked scalar holds before the edit, where there is one.
    held: Option<String>,
}

impl<'a> Editor<'a> {
    pub fn new(
        file: &'a str,
        text: &'a str,
        policies: &'a dyn Fn(&ObjectName) -> PolicyState,
        admit: &'a dyn Fn(&Change) -> Result<(), String>,
    ) -> Self {
        Self {
            file,
            text,
            policies,
            admit,
            splices: Vec::new(),
            quoting: Vec::new(),
            changes: Vec::new(),
            objects: Vec::new(),
            outcomes: Vec::new(),
        }
    }

    /// Edits the marked values and says what became of each marker.
    pub fn run(mut self, found: &Found, occurrences: &[Occurrence]) -> FileEdit {
        self.objects.clone_from(&found.objects);
        for site in &found.sites {
            self.edit(site);
        }
        for stray in &found.strays {
            self.report_stray(stray.comment.clone(), stray.owner);
        }
        self.report_rest(found, occurrences);
        let (markers, note) = self.ordered_outcomes();
        FileEdit { bytes: self.spliced(), markers, changes: self.changes, note }
    }

    fn edit(&mut self, site: &Site) {
        let comment = self.text.get(site.comment.clone()).unwrap_or_default();
        let marker = match Marker::of_comment(comment) {
            Some(Ok(marker)) => marker,
            Some(Err(error)) => {
                let verdict = Verdict::Malformed { reason: error.to_string() };
                return self.report(site.comment.start, None, verdict);
            }
            None => return self.report_malformed(site.comment.start, comment),
        };
        let held = yaml::decode(self.text, &site.scalar).into_owned();
        let verdict = match note::wanted(&marker, (self.policies)(&marker.policy)) {
            Ok(value) => self.write(site, &marker, &held, value),
            Err(verdict) => verdict,
        };
        let (place, marker) = (site.comment.start, Some(marker));
        self.outcomes.push(Outcome { place, marker, verdict, held: Some(held) });
    }

    fn report(&mut self, place: usize, marker: Option<Marker>, verdict: Verdict) {
        self.outcomes.push(Outcome { place, marker, verdict, held: None });
    }

    fn write(&mut self, site: &Site, marker: &Marker, old: &str, new: String) -> Verdict {
        if old == new {
            if site.scalar.style == yaml::Style::Plain && !rewrite::is_plain_string(&new) {
                self.quoting.extend(rewrite::rewrite(self.text, &site.scalar, &new));
            }
            return Verdict::Current { value: new };
        }
        let object = self.named(site, &new);
        let change = Change {
            file: self.file.to_owned(),
            api_version: object.api_version.clone(),
            kind: object.kind.clone(),
            name: object.name.clone(),
            namespace: object.namespace.clone(),
            old: old.to_owned(),
            new,
            setter: marker.to_string(),
        };
        if let Err(reason) = (self.admit)(&change) {
            return Verdict::Withheld { value: change.new, reason };
        }
        if let Some(named) = self.objects.get_mut(site.object) {
            *named = object;
        }
        self.splices.extend(rewrite::rewrite(self.text, &site.scalar, &change.new));
        let (old, new) = (change.old.clone(), change.new.clone());
        self.changes.push(change);
        Verdict::Changed { old, new }
    }

    /// The object that holds a value, by its name after the change: a marker
    /// may stand on a part of the name itself.
    fn named(&self, site: &Site, new: &str) -> ObjectIdentifier {
        let mut object = self.objects.get(site.object).cloned().unwrap_or_default();
        if let Some(field) = site.field {
            new.clone_into(field.of(&mut object));
        }
        object
    }

    /// A comment that is at home on something without a value of its own.
    fn report_stray(&mut self, comment: Range<usize>, owner: &str) {
        let text = self.text.get(comment.clone()).unwrap_or_default();
        match Marker::of_comment(text) {
            Some(Ok(marker)) => {
                let verdict = Verdict::NotAScalar { found: format!("it belongs to {owner}") };
                self.report(comment.start, Some(marker), verdict);
            }
            Some(Err(error)) => {
                let verdict = Verdict::Malformed { reason: error.to_string() };
                self.report(comment.start, None, verdict);
            }
            None => self.report_malformed(comment.start, text),
        }
    }

    /// A comment that mentions markers without being one. Prose is let be.
    fn report_malformed(&mut self, place: usize, comment: &str) {
        let body = comment.trim_start_matches('#').trim_start();
        if comment.contains("\"$imagepolicy\"") || body.starts_with('{') {
            let reason = "a marker is JSON and alone in its comment: # {\"$imagepolicy\": \"NAMESPACE:NAME\"}";
            self.report(place, None, Verdict::Malformed { reason: reason.to_owned() });
        }
    }

    /// Marker texts in no comment that belongs to anything.
    fn report_rest(&mut self, found: &Found, occurrences: &[Occurrence]) {
        let mut comments: Vec<_> = found.sites.iter().map(|site| site.comment.clone()).collect();
        comments.extend(found.strays.iter().map(|stray| stray.comment.clone()));
        comments.sort_unstable_by_key(|comment| comment.start);
        for occurrence in occurrences.iter().filter(|occurrence| occurrence.quoted) {
            let next = comments.partition_point(|comment| comment.end <= occurrence.place);
            if comments.get(next).is_none_or(|comment| comment.start > occurrence.place) {
                let is_unread = found.unread.iter().any(|text| text.contains(&occurrence.place));
                let found = match is_unread {
                    true => "it stands behind the end of its document; separate documents by ---",
                    false => "it stands inside a text, or in a comment of its own",
                };
                let verdict = Verdict::NotAScalar { found: found.to_owned() };
                self.report(occurrence.place, None, verdict);
            }
        }
    }

    fn spliced(&mut self) -> Option<Vec<u8>> {
        if self.splices.is_empty() {
            return None;
        }
        self.splices.append(&mut self.quoting);
        self.splices.sort_by_key(|splice| splice.range.start);
        let mut bytes = Vec::with_capacity(self.text.len() + 64 * self.splices.len());
        let mut place = 0;
        for splice in &self.splices {
            bytes.extend_from_slice(&self.text.as_bytes()[place..splice.range.start]);
            bytes.extend_from_slice(splice.text.as_bytes());
            place = splice.range.end;
        }
        bytes.extend_from_slice(&self.text.as_bytes()[place..]);
        Some(bytes)
    }

    /// The outcomes in the order of lines, and what is to be noted of them.
    fn ordered_outcomes(&mut self) -> (Vec<MarkerOutcome>, Option<Note>) {
        self.outcomes.sort_by_key(|outcome| outcome.place);
        let (mut line, mut from) = (1, 0);
        let mut noted = Some(Vec::with_capacity(self.outcomes.len()));
        let mut markers = Vec::with_capacity(self.outcomes.len());
        for Outcome { place, marker, verdict, held } in std::mem::take(&mut self.outcomes) {
            line += memchr::memchr_iter(b'\n', &self.text.as_bytes()[from..place]).count();
            from = place;
            let site = marker.clone().zip(held).map(|(marker, held)| Noted { line, marker, held });
            noted = noted.zip(site).map(|(mut noted, site)| {
                noted.push(site);
                noted
            });
            markers.push(MarkerOutcome { line, marker, verdict });
        }
        (markers, noted.map(Note))
    }
}
