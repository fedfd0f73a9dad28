//! When a forge asks for patience.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::{
    StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};

/// The longest wait that is believed: forges count in windows of an hour.
const MAX_WAIT: Duration = Duration::from_secs(2 * 3600);
/// What GitHub asks for where it does not say how long.
pub(super) const UNSAID: Duration = Duration::from_secs(60);
/// A reset before this is no moment, but a number of seconds from now.
const FIRST_MOMENT: u64 = 1_000_000_000;

/// Whether the answer asks for patience, and for how long if it says so.
///
/// GitHub says so by 403 as well: with its counter at zero, with a
/// `Retry-After`, or, for its secondary limits, in words alone.
pub(super) fn asked_for(
    status: StatusCode,
    headers: &HeaderMap,
    said: &str,
) -> Option<Option<Duration>> {
    let wait = wait(headers, SystemTime::now());
    let spent = number(headers, "x-ratelimit-remaining") == Some(0)
        || number(headers, "ratelimit-remaining") == Some(0);
    let in_words = || said.to_ascii_lowercase().contains("rate limit");
    match status {
        StatusCode::TOO_MANY_REQUESTS => Some(wait),
        StatusCode::FORBIDDEN if spent || headers.contains_key(RETRY_AFTER) => Some(wait),
        StatusCode::FORBIDDEN if in_words() => Some(wait.or(Some(UNSAID))),
        StatusCode::SERVICE_UNAVAILABLE if headers.contains_key(RETRY_AFTER) => Some(wait),
        _ => None,
    }
}

fn wait(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let given = headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).map(str::trim);
    let given = given.and_then(|text| match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        // A moment in the past means now.
        Err(_) => {
            Some(httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default())
        }
    });
    let reset = || {
        let spent = ["x-ratelimit-remaining", "ratelimit-remaining"];
        // Of a counter that is not spent, the reset says nothing.
        if !spent.iter().any(|name| number(headers, name) == Some(0)) {
            return None;
        }
        let at = number(headers, "x-ratelimit-reset").or(number(headers, "ratelimit-reset"))?;
        if at < FIRST_MOMENT {
            return Some(Duration::from_secs(at));
        }
        let at = UNIX_EPOCH.checked_add(Duration::from_secs(at))?;
        Some(at.duration_since(now).unwrap_or_default())
    };
    given.or_else(reset).map(|wait| wait.min(MAX_WAIT))
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), value.parse().unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_limit_shows_in_status_counters_or_words() {
        let soon = headers(&[("retry-after", "7")]);
        let seven = Some(Some(Duration::from_secs(7)));
        assert_eq!(asked_for(StatusCode::TOO_MANY_REQUESTS, &soon, ""), seven);
        assert_eq!(asked_for(StatusCode::FORBIDDEN, &soon, ""), seven);
        let spent = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1700000000")]);
        assert_eq!(asked_for(StatusCode::FORBIDDEN, &spent, ""), Some(Some(Duration::ZERO)));
        let left = headers(&[("x-ratelimit-remaining", "12"), ("x-ratelimit-reset", "9999999999")]);
        assert_eq!(asked_for(StatusCode::FORBIDDEN, &left, "no"), None, "a plain refusal");
        assert_eq!(asked_for(StatusCode::TOO_MANY_REQUESTS, &left, ""), Some(None));
        let said = "You have exceeded a secondary rate limit. Please wait a few minutes";
        assert_eq!(asked_for(StatusCode::FORBIDDEN, &left, said), Some(Some(UNSAID)));
    }

    #[test]
    fn a_small_reset_counts_from_now() {
        let spent = headers(&[("ratelimit-remaining", "0"), ("ratelimit-reset", "30")]);
        assert_eq!(wait(&spent, SystemTime::now()), Some(Duration::from_secs(30)));
    }

    #[test]
    fn does_not_believe_a_year_or_nonsense() {
        let now = SystemTime::now();
        assert_eq!(wait(&headers(&[("retry-after", "31536000")]), now), Some(MAX_WAIT));
        let nonsense = [("ratelimit-remaining", "0"), ("ratelimit-reset", "18446744073709551615")];
        assert_eq!(wait(&headers(&nonsense), now), None);
        assert_eq!(wait(&headers(&[("retry-after", "soon")]), now), None);
    }
}
