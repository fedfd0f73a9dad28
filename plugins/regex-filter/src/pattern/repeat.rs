//! Repetitions: `*`, `+`, `?` and counts.

use super::error::Problem;
use super::group::Flags;
use super::parser::Node;
use super::text::Text;
use regex_syntax::hir::{Hir, Repetition};

/// The greatest count, also of nested repetitions together.
const MAX_COUNT: u32 = 1000;

/// How often something is repeated.
pub(super) struct Repeat {
    min: u32,
    /// None: without end.
    max: Option<u32>,
    greedy: bool,
    counted: bool,
}

impl Repeat {
    /// Parses a repetition; none when a brace begins no count.
    pub(super) fn parse(text: &mut Text<'_>, flags: Flags) -> Result<Option<Self>, Problem> {
        let (min, max, counted) = if text.eat("*") {
            (0, None, false)
        } else if text.eat("+") {
            (1, None, false)
        } else if text.eat("?") {
            (0, Some(1), false)
        } else if let Some((min, max)) = counts(text)? {
            (min, max, true)
        } else {
            return Ok(None);
        };
        let greedy = text.eat("?") == flags.ungreedy;
        Ok(Some(Self { min, max, greedy, counted }))
    }

    /// What this adds to the count of nested repetitions.
    fn factor(&self) -> u32 {
        match self.counted {
            true => self.max.unwrap_or(self.min).max(1),
            false => 1,
        }
    }
}

/// Reads `{2}`, `{2,}` or `{2,3}`; none when there is something else.
fn counts(text: &mut Text<'_>) -> Result<Option<(u32, Option<u32>)>, Problem> {
    let before = *text;
    let Some((min, max, rest)) = read_counts(*text) else {
        return Ok(None);
    };
    *text = rest;
    match (min, max) {
        (_, Some(max)) if min > max => {}
        (min, max) if min <= MAX_COUNT && max.is_none_or(|max| max <= MAX_COUNT) => {
            return Ok(Some((min, max)));
        }
        _ => {}
    }
    Err(Problem::InvalidCount(before.up_to(rest)))
}

fn read_counts(mut text: Text<'_>) -> Option<(u32, Option<u32>, Text<'_>)> {
    if !text.eat("{") {
        return None;
    }
    let min = read_count(&mut text)?;
    let max = if !text.eat(",") {
        Some(min)
    } else if text.peek() == Some('}') {
        None
    } else {
        Some(read_count(&mut text)?)
    };
    text.eat("}").then_some((min, max, text))
}

/// Reads a number without leading zeros. One too great is read as the greatest.
fn read_count(text: &mut Text<'_>) -> Option<u32> {
    let is_digit = |c: char| c.is_ascii_digit();
    let length = text.0.find(|c| !is_digit(c)).unwrap_or(text.0.len());
    let (digits, rest) = text.0.split_at(length);
    if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    text.0 = rest;
    Some(digits.parse().unwrap_or(u32::MAX))
}

/// Repeats a part; none when its innermost part would be repeated too often.
pub(super) fn apply(node: Node, repeat: &Repeat) -> Option<Node> {
    let count = node.count.saturating_mul(repeat.factor());
    let is_many = repeat.min >= 2 || repeat.max.is_some_and(|max| max >= 2);
    if repeat.counted && is_many && count > MAX_COUNT {
        return None;
    }
    // A part repeated zero times counts for nothing, whatever is in it.
    let vanishes = repeat.counted && repeat.max == Some(0);
    Some(Node {
        hir: Hir::repetition(Repetition {
            min: repeat.min,
            max: repeat.max,
            greedy: repeat.greedy,
            sub: Box::new(node.hir),
        }),
        count: if vanishes { 1 } else { count },
        depth: node.depth + 1,
    })
}
