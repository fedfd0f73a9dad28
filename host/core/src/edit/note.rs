//! What is worth knowing of a file's content, so that it need not be read again to
//! learn that there is nothing to do.

use super::{MarkerOutcome, PolicyState, Verdict, rewrite};
use crate::{
    marker::{Marker, MarkerPart},
    object::ObjectName,
};

/// A file's markers and the values they belong to. It hangs on the file's bytes
/// alone: not on its path, and not on what any policy selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note(pub(super) Vec<Noted>);

/// One marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Noted {
    pub line: usize,
    pub marker: Marker,
    /// What the marked scalar holds.
    pub held: String,
}

impl Note {
    /// What [`super::apply`] would report of the file; `None` where it would
    /// want to change it.
    #[must_use]
    pub fn unchanged(
        &self,
        policies: &dyn Fn(&ObjectName) -> PolicyState,
    ) -> Option<Vec<MarkerOutcome>> {
        let outcome = |Noted { line, marker, held }: &Noted| {
            let verdict = match wanted(marker, policies(&marker.policy)) {
                Ok(value) if value == *held => Verdict::Current { value },
                Ok(_) => return None,
                Err(verdict) => verdict,
            };
            Some(MarkerOutcome { line: *line, marker: Some(marker.clone()), verdict })
        };
        self.0.iter().map(outcome).collect()
    }

    /// What became of the values of the same markers in the file of another note:
    /// marker, old and new value.
    pub fn moves<'n>(
        &'n self,
        after: &'n Self,
    ) -> impl Iterator<Item = (&'n Marker, &'n str, &'n str)> {
        let pairs = self.0.iter().zip(&after.0);
        let moved =
            |(old, new): &(&Noted, &Noted)| old.marker == new.marker && old.held != new.held;
        pairs.filter(moved).map(|(old, new)| (&old.marker, old.held.as_str(), new.held.as_str()))
    }

    /// The note as bytes, to be kept.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let rows = self.0.iter().map(|Noted { line, marker, held }| (line, marker, held));
        serde_json::to_vec(&rows.collect::<Vec<_>>()).unwrap_or_default()
    }

    /// The note that was kept; `None` where the bytes are no note.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let rows: Vec<(usize, String, String)> = serde_json::from_slice(bytes).ok()?;
        let noted = |(line, setter, held): (usize, String, String)| {
            Some(Noted { line, marker: setter.parse().ok()?, held })
        };
        rows.into_iter().map(noted).collect::<Option<_>>().map(Self)
    }
}

/// The value that a marker asks for.
pub(super) fn wanted(marker: &Marker, state: PolicyState) -> Result<String, Verdict> {
    let (image, tag, digest) = match state {
        PolicyState::Ready { image, tag, digest } => (image, tag, digest),
        PolicyState::NotReady(reason) => return Err(Verdict::NotReady { reason }),
        PolicyState::Unknown => return Err(Verdict::UnknownPolicy),
    };
    let digest = digest.filter(|digest| !digest.is_empty());
    let value = match (marker.part, digest) {
        (MarkerPart::Reference, None) => format!("{image}:{tag}"),
        (MarkerPart::Reference, Some(digest)) => format!("{image}:{tag}@{digest}"),
        (MarkerPart::Tag, _) => tag,
        (MarkerPart::Name, _) => image,
        (MarkerPart::Digest, Some(digest)) => digest,
        (MarkerPart::Digest, None) => return Err(Verdict::NoDigest),
    };
    if rewrite::is_writable(&value) {
        return Ok(value);
    }
    let reason = format!("what it selected, {value:?}, cannot be written into a manifest");
    Err(Verdict::NotReady { reason })
}
