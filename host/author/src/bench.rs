//! What is measured of a plugin, and what it comes to.

use std::time::Duration;

use serde::Serialize;
use tagwarden_core::{change::Change, object::ObjectName};

use crate::{
    Kind,
    question::{Question, Surroundings},
};

/// The sizes of the questions.
pub const SIZES: [usize; 3] = [100, 10_000, 100_000];

/// What a plugin took to answer questions of one size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// How many tags, or changes, there were.
    pub size: usize,
    /// How many evaluations were timed.
    pub rounds: usize,
    /// Nanoseconds that half of the evaluations stayed below.
    pub p50_ns: u64,
    /// Nanoseconds that nine of ten stayed below.
    pub p90_ns: u64,
    /// Nanoseconds that ninety-nine of a hundred stayed below.
    pub p99_ns: u64,
    /// Evaluations a second, by as many threads as were asked for.
    pub per_second: f64,
    /// Instructions it executed, as the engine counts them: the same every time.
    pub fuel: u64,
    /// The most memory it had, in bytes.
    pub memory: usize,
}

impl Measured {
    /// Sums up the times of evaluations; none are none.
    #[must_use]
    pub fn new(
        size: usize,
        mut times: Vec<Duration>,
        per_second: f64,
        fuel: u64,
        memory: usize,
    ) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
            let time = times.get(place).copied().unwrap_or_default();
            u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
        };
        let (p50_ns, p90_ns, p99_ns) = (at(50), at(90), at(99));
        Self { size, rounds: times.len(), p50_ns, p90_ns, p99_ns, per_second, fuel, memory }
    }
}

/// A question of a size. `pattern` makes the tags: `{n}` counts up.
#[must_use]
pub fn question(kind: Kind, size: usize, pattern: &str) -> Question {
    let tags = || (0..size).map(|n| pattern.replace("{n}", &n.to_string())).collect();
    let context =
        Surroundings { image: "registry.example.com/bench".into(), ..Surroundings::default() };
    match kind {
        Kind::Policy => Question::Policy { tags: tags(), keys: None, context },
        Kind::Filter => Question::Filter { tags: tags(), context },
        Kind::Message => Question::Message {
            automation: ObjectName::new("flux-system", "bench"),
            values: [].into(),
            changes: (0..size).map(change).collect(),
            images: [].into(),
        },
    }
}

fn change(n: usize) -> Change {
    Change {
        file: format!("apps/app-{n}.yaml"),
        api_version: "apps/v1".into(),
        kind: "Deployment".into(),
        name: format!("app-{n}"),
        namespace: "apps".into(),
        old: format!("registry.example.com/app-{n}:1.0.0"),
        new: format!("registry.example.com/app-{n}:1.0.1"),
        setter: format!("flux-system:app-{n}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times = (1..=100).rev().map(Duration::from_nanos).collect();
        let measured = Measured::new(10, times, 3.5, 7, 8);
        assert_eq!((measured.p50_ns, measured.p90_ns, measured.p99_ns), (50, 90, 99));
        let one = Measured::new(10, vec![Duration::from_nanos(5)], 3.5, 7, 8);
        assert_eq!((one.p50_ns, one.p99_ns, one.rounds), (5, 5, 1));
        assert_eq!(Measured::new(10, vec![], 0.0, 0, 0).p50_ns, 0);
    }

    #[test]
    fn tags_count_up() {
        let Question::Policy { tags, .. } = question(Kind::Policy, 3, "1.{n}") else {
            panic!("not about tags");
        };
        assert_eq!(tags, ["1.0", "1.1", "1.2"]);
    }
}
