//! How each forge asks for patience.

use serde_json::{Value, json};

use super::answer::Answer;

/// What a forge says when it has been asked too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plea {
    /// To come back in so many seconds.
    Wait(u64),
    /// That a limit is used up until so many seconds from now, as counters say it.
    Spent(u64),
    /// Nothing but that it is too much.
    TooMuch,
}

impl Plea {
    /// The answer of a forge by its name in a manifest; `now` is in seconds since
    /// 1970-01-01 UTC.
    pub(super) fn answer(self, provider: &str, now: u64) -> Answer {
        let answer = match provider {
            "github" => Answer::new(403, self.github()),
            // In text, from the middleware before the API.
            "gitlab" => Answer::text(429, "Retry later\n"),
            "bitbucket" => {
                let message = "Rate limit for this resource has been exceeded";
                Answer::new(429, json!({"type": "error", "error": {"message": message}}))
            }
            "bitbucketserver" => {
                let message = "You are being rate limited";
                let error = json!({"context": null, "message": message, "exceptionName": null});
                Answer::new(429, json!({"errors": [error]}))
            }
            // A proxy before it: Gitea and Forgejo count nothing themselves.
            _ => Answer::text(429, "Too Many Requests\n"),
        };
        let (limit, left, reset) = match provider {
            "gitlab" => ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"),
            _ => ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
        };
        match self {
            Self::Wait(seconds) => answer.with("retry-after", &seconds),
            Self::Spent(seconds) => {
                answer.with(limit, &5000).with(left, &0).with(reset, &(now + seconds))
            }
            Self::TooMuch => answer,
        }
    }

    fn github(self) -> Value {
        let message = match self {
            Self::Spent(_) => "API rate limit exceeded for installation ID 1.",
            _ => {
                "You have exceeded a secondary rate limit. Please wait a few minutes before you \
                 try again."
            }
        };
        let page = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api";
        json!({"message": message, "documentation_url": page})
    }
}
