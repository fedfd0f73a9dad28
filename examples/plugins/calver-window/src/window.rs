//! A maintenance window that comes back every week, in UTC.

use schemars::JsonSchema;
use serde::Deserialize;

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60;

/// A window as a manifest gives it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The days on which it opens; all of them, unless given.
    days: Option<Vec<Day>>,
    /// When it opens, in UTC, e.g. `22:00`.
    from: String,
    /// When it closes, in UTC; on the next day where that is before it opens.
    to: String,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    // 1970-01-01 was a Thursday.
    Thu,
    Fri,
    Sat,
    Sun,
    Mon,
    Tue,
    Wed,
}

/// A window that makes sense.
#[derive(Debug)]
pub struct Window {
    days: Option<Vec<Day>>,
    /// Minutes into the day.
    from: u64,
    /// Minutes it stays open.
    length: u64,
}

impl Window {
    /// Checks a window.
    pub fn new(spec: Spec) -> Result<Self, String> {
        let (from, to) = (minutes(&spec.from)?, minutes(&spec.to)?);
        if spec.days.as_ref().is_some_and(Vec::is_empty) {
            return Err("the window opens on no days".into());
        }
        match (to + DAY - from) % DAY {
            0 => Err(format!("a window from {} to {} never opens", spec.from, spec.to)),
            length => Ok(Self { days: spec.days, from, length }),
        }
    }

    /// Whether it is open at a time in seconds since 1970.
    pub fn is_open(&self, now: u64) -> bool {
        let minutes = now / MINUTE;
        let (today, minute) = (minutes / DAY, minutes % DAY);
        let opened_today = self.opens_on(today) && (self.from..self.from + self.length).contains(&minute);
        let lasts = today > 0
            && self.opens_on(today - 1)
            && minute + DAY < self.from + self.length;
        opened_today || lasts
    }

    fn opens_on(&self, day: u64) -> bool {
        let days = self.days.as_deref();
        days.is_none_or(|days| days.iter().any(|opens| *opens as u64 == day % 7))
    }
}

/// Minutes into the day of `22:00`.
fn minutes(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text} is no time of day like 22:00");
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    match (hours.parse::<u64>(), minutes.parse::<u64>()) {
        (Ok(hours), Ok(minutes)) if hours < 24 && minutes < 60 => Ok(hours * 60 + minutes),
        _ => Err(wrong()),
    }
}
