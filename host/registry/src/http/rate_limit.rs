//! What Docker Hub says of its limits with each manifest.

use std::time::Duration;

use reqwest::header::HeaderMap;

/// The longest window that is believed.
const MAX_WINDOW: u64 = 24 * 3600;

/// How much of a limit is left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RateLimit {
    /// Whom the pulls are counted for: an address, or an account's id.
    pub source: Option<String>,
    /// Pulls left.
    pub remaining: u64,
    /// How long it takes until one more pull is free, on average.
    pub next: Duration,
}

/// Reads `ratelimit-limit: 100;w=21600`, `ratelimit-remaining: 0;w=21600` and
/// `docker-ratelimit-source`.
pub(crate) fn read(headers: &HeaderMap) -> Option<RateLimit> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let (remaining, window) = count(text("ratelimit-remaining")?)?;
    let limit = text("ratelimit-limit").and_then(count);
    let window = window.or(limit.and_then(|(_, window)| window))?.min(MAX_WINDOW);
    let per_pull = window / limit.map_or(1, |(limit, _)| limit.max(1));
    Some(RateLimit {
        source: text("docker-ratelimit-source").filter(|s| !s.is_empty()).map(str::to_owned),
        remaining,
        next: Duration::from_secs(per_pull.max(1)),
    })
}

/// `100;w=21600` as a number and its window in seconds.
fn count(text: &str) -> Option<(u64, Option<u64>)> {
    let mut parts = text.split(';').map(str::trim);
    let number = parts.next()?.parse().ok()?;
    let window = parts.find_map(|part| part.strip_prefix("w=")?.parse().ok());
    Some((number, window))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &str)]) -> Option<RateLimit> {
        let pairs = pairs.iter().map(|(name, value)| {
            (reqwest::header::HeaderName::from_static(name), value.parse().unwrap())
        });
        read(&pairs.collect())
    }

    #[test]
    fn reads_what_docker_hub_sends() {
        let limit = of(&[
            ("ratelimit-limit", "100;w=21600"),
            ("ratelimit-remaining", "0;w=21600"),
            ("docker-ratelimit-source", "203.0.113.7"),
        ]);
        let expected = RateLimit {
            source: Some("203.0.113.7".into()),
            remaining: 0,
            next: Duration::from_secs(216),
        };
        assert_eq!(limit, Some(expected));
    }

    #[test]
    fn other_headers_say_nothing() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("ratelimit-remaining", "many;w=21600")]), None);
        assert_eq!(of(&[("ratelimit-remaining", "0")]), None);
        let bare = of(&[("ratelimit-limit", "0;w=1"), ("ratelimit-remaining", "5")]).unwrap();
        assert_eq!((bare.remaining, bare.next), (5, Duration::from_secs(1)));
    }
}
