//! Moments and spans as people read them.

use std::time::{Duration, UNIX_EPOCH};

use crate::world::now;

/// The moment as HTTP writes dates, which everybody reads alike.
pub(super) fn moment(seconds: u64) -> String {
    UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))
        .map_or_else(|| seconds.to_string(), httpdate::fmt_http_date)
}

/// How long ago, in the one unit that matters, as kubectl prints ages.
pub(super) fn ago(then: Option<u64>) -> String {
    let Some(then) = then else {
        return "never".into();
    };
    format!("{} ago", span(now().saturating_sub(then)))
}

pub(super) fn span(seconds: u64) -> String {
    match seconds {
        s @ 0..120 => format!("{s}s"),
        s @ 120..7_200 => format!("{}m", s / 60),
        s @ 7_200..172_800 => format!("{}h", s / 3_600),
        s => format!("{}d", s / 86_400),
    }
}
