//! Since when each tag is known.

use super::{
    TagSet,
    difference::{Step, merge},
};

/// When each tag of a set was first seen, in seconds since 1970-01-01 UTC.
///
/// A tag that went and came back counts from its return. Neighbours mostly
/// share their time, so there is one entry for each run of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstSeen {
    runs: Vec<Run>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    /// The index after the run's last tag.
    end: usize,
    time: u64,
}

impl FirstSeen {
    /// So many tags, all seen at `time`.
    #[must_use]
    pub fn all(count: usize, time: u64) -> Self {
        [(count, time)].into_iter().collect()
    }

    /// The times of `now`: those of `before` for the tags that stayed, `time` for the new ones.
    #[must_use]
    pub fn carried(before: (&TagSet, &Self), now: &TagSet, time: u64) -> Self {
        let (tags, times) = before;
        let mut seen = vec![time; now.len()];
        merge(tags, now, |step| {
            if let Step::Stayed { before, now } = step {
                seen[now] = times.get(before).unwrap_or(time).min(time);
            }
        });
        seen.into_iter().map(|time| (1, time)).collect()
    }

    /// The time of the tag at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<u64> {
        let run = self.runs.partition_point(|run| run.end <= index);
        self.runs.get(run).map(|run| run.time)
    }

    /// How many tags there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.runs.last().map_or(0, |run| run.end)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// How many tags in a row share which time.
    pub fn runs(&self) -> impl ExactSizeIterator<Item = (usize, u64)> {
        let starts = std::iter::once(0).chain(self.runs.iter().map(|run| run.end));
        self.runs
            .iter()
            .zip(starts.collect::<Vec<_>>())
            .map(|(run, start)| (run.end - start, run.time))
    }
}

impl FromIterator<(usize, u64)> for FirstSeen {
    /// Joins runs of the same time; lengths that add up to more than can be counted end the list.
    fn from_iter<I: IntoIterator<Item = (usize, u64)>>(lengths: I) -> Self {
        let mut runs: Vec<Run> = vec![];
        for (length, time) in lengths {
            let start = runs.last().map_or(0, |run| run.end);
            let Some(end) = start.checked_add(length) else { break };
            match runs.last_mut() {
                Some(last) if last.time == time => last.end = end,
                _ if length == 0 => {}
                _ => runs.push(Run { end, time }),
            }
        }
        Self { runs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_keeps_its_time_and_a_new_one_gets_this_scan() {
        let first = TagSet::new(&["a", "c", "d"]);
        let seen = FirstSeen::all(3, 10);
        let second = TagSet::new(&["a", "b", "d", "e"]);
        let seen = FirstSeen::carried((&first, &seen), &second, 20);
        let times: Vec<_> = (0..5).map(|i| seen.get(i)).collect();
        assert_eq!(times, [Some(10), Some(20), Some(10), Some(20), None]);
        let back = FirstSeen::carried((&second, &seen), &first, 30);
        assert_eq!((back.get(0), back.get(1)), (Some(10), Some(30)), "`c` came back");
    }

    #[test]
    fn a_clock_set_back_never_leaves_a_time_in_the_future() {
        let tags = TagSet::new(&["a"]);
        let seen = FirstSeen::carried((&tags, &FirstSeen::all(1, 1_000)), &tags, 10);
        assert_eq!(seen.get(0), Some(10));
    }

    #[test]
    fn neighbours_of_one_time_are_one_run() {
        let seen: FirstSeen = [(2, 5), (0, 9), (1, 5), (4, 6)].into_iter().collect();
        assert_eq!(seen.runs().collect::<Vec<_>>(), [(3, 5), (4, 6)]);
        assert_eq!(seen.len(), 7);
        assert!(FirstSeen::all(0, 1).is_empty());
    }
}
