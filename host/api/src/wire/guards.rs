//! `spec.guards` of an ImagePolicy: Tagwarden's extension.

use jiff::Timestamp;
use tagwarden_core::{
    spec::{Age, Downgrade, Guards, Hold},
    tags::is_tag,
};

use super::filled;
use crate::{
    duration::{Units, duration},
    fields::{Field, Fields, quoted},
};

const AGES: &[(&str, Age)] = &[("Created", Age::Created), ("FirstSeen", Age::FirstSeen)];

/// Reads the guards.
pub(crate) fn read(fields: &Fields<'_>) -> Option<Guards> {
    let downgrade = fields.optional("allowDowngrade").and_then(|f| f.flag());
    let minimum_age = fields.optional("minimumAge");
    let age = fields.optional("ageFrom");
    if let (Some(field), None) = (&age, &minimum_age) {
        field.invalid("is only taken with `minimumAge`", None);
    }
    Some(Guards {
        downgrade: match downgrade {
            None => Downgrade::WhenGone,
            Some(true) => Downgrade::Allowed,
            Some(false) => Downgrade::Never,
        },
        minimum_age: minimum_age.and_then(|f| duration(&f, Units::Interval)),
        age: age.and_then(|f| f.choice(AGES)).unwrap_or_default(),
        hold: fields.optional("hold").and_then(|f| f.record(hold)),
    })
}

fn hold(fields: &Fields<'_>) -> Option<Hold> {
    let tag = fields.optional("tag");
    if let Some(field) = tag.as_ref().filter(|f| f.text().is_some_and(|tag| !is_tag(tag))) {
        field.invalid("is not a tag", None);
    }
    let until = fields.required("until").and_then(|f| moment(&f));
    Some(Hold { tag: filled(tag), until: until? })
}

/// A moment as RFC 3339 writes it, in seconds since 1970-01-01 UTC.
fn moment(field: &Field<'_>) -> Option<u64> {
    let text = field.text()?;
    let seconds = text.parse().map(Timestamp::as_second).ok().map(u64::try_from);
    let Some(Ok(seconds)) = seconds else {
        let hint = "write date, time and zone, e.g. `2027-01-31T18:00:00Z`";
        field.invalid(format!("{} is not a date", quoted(text)), Some(hint));
        return None;
    };
    Some(seconds)
}
