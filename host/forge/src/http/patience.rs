//! When a forge asks for patience.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::{
    StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};

/// The longest wait that is believed: forges count in windows of an hour.
const MAX_WAIT: Duration = Duration::from_secs(2 * 3600);

/// Whether the answer asks for patience, and for how long if it says so.
///
/// GitHub says so by 403 as well, with its counter at zero or a `Retry-After`.
pub(super) fn asked_for(status: StatusCode, headers: &HeaderMap) -> Option<Option<Duration>> {
    let wait = wait(headers, SystemTime::now());
    let spent = number(headers, "x-ratelimit-remaining") == Some(0)
        || number(headers, "ratelimit-remaining") == Some(0);
    match status {
        StatusCode::TOO_MANY_REQUESTS => Some(wait),
        StatusCode::FORBIDDEN if spent || headers.contains_key(RETRY_AFTER) => Some(wait),
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
        let at = number(headers, "x-ratelimit-reset").or(number(headers, "ratelimit-reset"))?;
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
    fn a_limit_shows_in_status_or_counters() {
        let soon = headers(&[("retry-after", "7")]);
        let seven = Some(Some(Duration::from_secs(7)));
        assert_eq!(asked_for(StatusCode::TOO_MANY_REQUESTS, &soon), seven);
        assert_eq!(asked_for(StatusCode::FORBIDDEN, &soon), seven);
        let spent = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1")]);
        assert_eq!(asked_for(StatusCode::FORBIDDEN, &spent), Some(Some(Duration::ZERO)));
        let left = headers(&[("x-ratelimit-remaining", "12")]);
        assert_eq!(asked_for(StatusCode::FORBIDDEN, &left), None, "a plain refusal");
        assert_eq!(asked_for(StatusCode::TOO_MANY_REQUESTS, &left), Some(None));
    }

    #[test]
    fn does_not_believe_a_year_or_nonsense() {
        let now = SystemTime::now();
        assert_eq!(wait(&headers(&[("retry-after", "31536000")]), now), Some(MAX_WAIT));
        assert_eq!(wait(&headers(&[("ratelimit-reset", "18446744073709551615")]), now), None);
        assert_eq!(wait(&headers(&[("retry-after", "soon")]), now), None);
    }
}
