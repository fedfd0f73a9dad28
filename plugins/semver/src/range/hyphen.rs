//! Hyphen ranges: `1.2 - 1.4` means `>= 1.2, <= 1.4`.

use super::parse::{bound_length, is_space};

/// Rewrites every hyphen range of a text.
///
/// The reference searches for the leftmost text that looks like one, even within
/// a word, and replaces its first occurrence; so does this.
pub(super) fn rewrite(range: &str) -> String {
    let mut rewritten = range.to_owned();
    let mut from = 0;
    while let Some(found) = find(range, from) {
        let replacement = format!(">= {}, <= {} ", found.low, found.high);
        rewritten = rewritten.replacen(found.whole, &replacement, 1);
        from = found.end;
    }
    rewritten
}

struct Found<'r> {
    whole: &'r str,
    low: &'r str,
    high: &'r str,
    end: usize,
}

/// Finds the leftmost hyphen range at or after `from`.
fn find(range: &str, from: usize) -> Option<Found<'_>> {
    let bytes = range.as_bytes();
    let mut hyphens = (from..bytes.len()).filter(|at| bytes[*at] == b'-');
    hyphens.find_map(|hyphen| find_around(range, from, hyphen))
}

/// Finds the hyphen range around one hyphen between spaces.
fn find_around(range: &str, from: usize, hyphen: usize) -> Option<Found<'_>> {
    let bytes = range.as_bytes();
    let low_end = skip_spaces_back(bytes, from, hyphen);
    let high_start = skip_spaces(bytes, hyphen + 1);
    if low_end == hyphen || high_start == hyphen + 1 {
        return None;
    }
    let high_end = high_start + bound_length(range.get(high_start..)?)?;
    let low_start = leftmost_bound(range, from, low_end)?;
    let start = skip_spaces_back(bytes, from, low_start);
    let end = skip_spaces(bytes, high_end);
    Some(Found {
        whole: &range[start..end],
        low: &range[low_start..low_end],
        high: &range[high_start..high_end],
        end,
    })
}

/// The leftmost start of a bound that ends at `end`.
fn leftmost_bound(range: &str, from: usize, end: usize) -> Option<usize> {
    let word = skip_word_back(range.as_bytes(), from, end);
    (word..end).find(|start| {
        let text = range.get(*start..end);
        text.is_some_and(|text| bound_length(text) == Some(text.len()))
    })
}

fn skip_spaces(bytes: &[u8], at: usize) -> usize {
    let spaces = bytes[at..].iter().take_while(|byte| is_space(**byte));
    at + spaces.count()
}

fn skip_spaces_back(bytes: &[u8], from: usize, at: usize) -> usize {
    let spaces = bytes[from..at].iter().rev();
    at - spaces.take_while(|byte| is_space(**byte)).count()
}

fn skip_word_back(bytes: &[u8], from: usize, at: usize) -> usize {
    let word = bytes[from..at].iter().rev();
    at - word.take_while(|byte| !is_space(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    #[test]
    fn rewrites_hyphen_ranges() {
        assert_eq!(rewrite("1.2 - 1.4"), ">= 1.2, <= 1.4 ");
        assert_eq!(rewrite("1 - 2 || 3 - 4"), ">= 1, <= 2 ||>= 3, <= 4 ");
        assert_eq!(rewrite("v1.0.0-rc  -\tx"), ">= v1.0.0-rc, <= x ");
    }

    #[test]
    fn leaves_what_is_none() {
        for range in ["1.2 -1.4", "1.2- 1.4", "1.2 - latest", "1 -- 2", " - 1", "-"] {
            assert_eq!(rewrite(range), range);
        }
    }

    #[test]
    fn finds_a_range_within_a_word_like_the_reference() {
        assert_eq!(rewrite("11.5.1.7 - 10.11.2"), "11.>= 5.1.7, <= 10.11.2 ");
        assert_eq!(rewrite("é1 - 2"), "é>= 1, <= 2 ");
    }
}
