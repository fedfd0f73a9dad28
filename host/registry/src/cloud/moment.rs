//! Moments as clouds write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// How long it is from `now` to a moment in seconds since 1970; nothing when
/// it is past.
pub(super) fn until(seconds: f64, now: SystemTime) -> Duration {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    Duration::try_from_secs_f64((seconds - now).max(0.0)).unwrap_or_default()
}

/// Seconds since 1970 of `2026-01-02T03:04:05Z`.
pub(super) fn seconds(text: &str) -> Option<f64> {
    text.parse::<Timestamp>().ok().map(|moment| moment.as_duration().as_secs_f64())
}

/// The moment as `2026-01-02T03:04:05Z`.
pub(super) fn written(moment: SystemTime) -> String {
    let moment = Timestamp::try_from(moment).unwrap_or(Timestamp::MAX);
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The moment as `20260102T030405Z`, which AWS signs.
pub(super) fn compact(now: SystemTime) -> Option<String> {
    Some(Timestamp::try_from(now).ok()?.strftime("%Y%m%dT%H%M%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_what_clouds_do() {
        assert_eq!(seconds("2015-08-30T12:36:00Z"), Some(1_440_938_160.0));
        assert_eq!(seconds("2015-08-30T12:36:00.5Z"), Some(1_440_938_160.5));
        for nonsense in ["", "Z", "2015-08-30", "2015-13-30T12:36:00Z"] {
            assert_eq!(seconds(nonsense), None, "{nonsense}");
        }
        let moment = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
        assert_eq!(compact(moment).as_deref(), Some("20150830T123600Z"));
        assert_eq!(written(moment), "2015-08-30T12:36:00Z");
    }

    #[test]
    fn a_moment_that_is_past_leaves_nothing() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        assert_eq!(until(1_060.0, now), Duration::from_secs(60));
        for odd in [940.0, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(until(odd, now), Duration::ZERO, "{odd}");
        }
    }
}
