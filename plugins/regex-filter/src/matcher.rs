//! Matching many tags against one pattern.
//!
//! A sandboxed plugin compiles its pattern anew for every decision, so only what
//! is cheap to build is built: nothing where the pattern can be walked straight
//! through; otherwise one automaton, and on top of it either a one-pass automaton,
//! which finds groups at a glance where the pattern allows it, or a lazy one that
//! builds just the states the tags lead to.

mod straight;

use crate::pattern::{Pattern, PatternError};
use regex_automata::dfa::onepass;
use regex_automata::hybrid;
use regex_automata::nfa::thompson::backtrack::{self, BoundedBacktracker};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input, MatchError};
use straight::Straight;

/// The memory one automaton may take: some tens of thousands of states.
const SIZE_LIMIT: usize = 8 << 20;

/// A pattern ready to match.
#[derive(Debug)]
pub struct Matcher {
    engine: Engine,
    groups: usize,
}

#[derive(Debug)]
enum Engine {
    /// For patterns that leave no choice at all.
    Straight(Straight),
    /// For patterns that start with `^` and never leave a choice.
    OnePass(Box<onepass::DFA>),
    /// For the rest.
    General(Box<General>),
}

/// The first tells whether a tag matches, the others where.
#[derive(Debug)]
struct General {
    lazy: hybrid::dfa::DFA,
    backtracker: BoundedBacktracker,
    /// Only for tags too long for the backtracker.
    pike: PikeVM,
}

impl Matcher {
    /// Prepares a pattern, of which the given number of groups will be asked for,
    /// counted from the whole match.
    pub fn new(pattern: &Pattern, groups: usize) -> Result<Self, PatternError> {
        match Straight::of(pattern.hir(), groups) {
            Some(straight) => Ok(Self { engine: Engine::Straight(straight), groups }),
            None => Self::automaton(pattern, groups),
        }
    }

    fn automaton(pattern: &Pattern, groups: usize) -> Result<Self, PatternError> {
        let captures = match groups {
            0 => WhichCaptures::None,
            1 => WhichCaptures::Implicit,
            _ => WhichCaptures::All,
        };
        let config =
            thompson::Config::new().which_captures(captures).nfa_size_limit(Some(SIZE_LIMIT));
        let nfa = thompson::Compiler::new()
            .configure(config)
            .build_from_hir(pattern.hir())
            .map_err(|_| pattern.too_large())?;
        let engine = one_pass(&nfa).map_or_else(|| general(nfa), Some);
        let engine = engine.ok_or_else(|| pattern.too_large())?;
        Ok(Self { engine, groups })
    }

    /// Starts to match tags.
    #[must_use]
    pub fn matches(&self) -> Matches<'_> {
        let finder = match &self.engine {
            Engine::Straight(straight) => Finder::Straight(straight),
            Engine::OnePass(dfa) => Finder::OnePass(dfa, dfa.create_cache()),
            Engine::General(general) => Finder::General(Box::new(GeneralFinder {
                general,
                lazy: general.lazy.create_cache(),
                backtracker: general.backtracker.create_cache(),
                pike: None,
            })),
        };
        let slots = vec![None; 2 * self.groups];
        Matches { finder, slots }
    }
}

fn one_pass(nfa: &NFA) -> Option<Engine> {
    if !nfa.is_always_start_anchored() {
        return None;
    }
    let config = onepass::Config::new().size_limit(Some(SIZE_LIMIT));
    let mut builder = onepass::Builder::new();
    let dfa = builder.configure(config).build_from_nfa(nfa.clone());
    dfa.ok().map(|dfa| Engine::OnePass(Box::new(dfa)))
}

fn general(nfa: NFA) -> Option<Engine> {
    let config = hybrid::dfa::Config::new().skip_cache_capacity_check(true);
    let mut builder = hybrid::dfa::Builder::new();
    let lazy = builder.configure(config).build_from_nfa(nfa.clone());
    Some(Engine::General(Box::new(General {
        lazy: lazy.ok()?,
        backtracker: BoundedBacktracker::new_from_nfa(nfa.clone()).ok()?,
        pike: PikeVM::new_from_nfa(nfa).ok()?,
    })))
}

/// Matches of one pattern in one tag after the other.
#[derive(Debug)]
pub struct Matches<'m> {
    finder: Finder<'m>,
    /// Where the groups asked for start and end.
    slots: Vec<Option<NonMaxUsize>>,
}

#[derive(Debug)]
enum Finder<'m> {
    Straight(&'m Straight),
    OnePass(&'m onepass::DFA, onepass::Cache),
    General(Box<GeneralFinder<'m>>),
}

#[derive(Debug)]
struct GeneralFinder<'m> {
    general: &'m General,
    lazy: hybrid::dfa::Cache,
    backtracker: backtrack::Cache,
    pike: Option<pikevm::Cache>,
}

impl Matches<'_> {
    /// Whether a tag matches. If so, its groups can be asked for.
    pub fn find(&mut self, tag: &str) -> bool {
        let input = Input::new(tag).earliest(self.slots.is_empty());
        let slots = &mut self.slots;
        match &mut self.finder {
            Finder::Straight(straight) => straight.find(tag.as_bytes(), slots),
            Finder::OnePass(dfa, cache) => {
                let input = input.anchored(Anchored::Yes);
                let found = dfa.try_search_slots(cache, &input, slots);
                found.is_ok_and(|found| found.is_some())
            }
            Finder::General(finder) => match finder.find(&input) {
                Ok(found) if !found || slots.is_empty() => found,
                _ => finder.find_groups(&input, slots),
            },
        }
    }

    /// What a group matched in the tag found last.
    #[must_use]
    pub fn group<'t>(&self, tag: &'t str, group: usize) -> Option<&'t str> {
        let position = |slot: usize| self.slots.get(slot).copied().flatten();
        let (start, end) = (position(2 * group)?, position(2 * group + 1)?);
        tag.get(start.get()..end.get())
    }
}

impl GeneralFinder<'_> {
    /// Whether there is a match. The lazy automaton never gives up as it is set
    /// up; if it did, the search for groups would tell.
    fn find(&mut self, input: &Input<'_>) -> Result<bool, MatchError> {
        let found = self.general.lazy.try_search_fwd(&mut self.lazy, input)?;
        Ok(found.is_some())
    }

    fn find_groups(&mut self, input: &Input<'_>, slots: &mut [Option<NonMaxUsize>]) -> bool {
        let General { backtracker, pike, .. } = self.general;
        match backtracker.try_search_slots(&mut self.backtracker, input, slots) {
            Ok(found) => found.is_some(),
            Err(_) => {
                let cache = self.pike.get_or_insert_with(|| pike.create_cache());
                pike.search_slots(cache, input, slots).is_some()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What each group matched, if the tag does.
    fn groups<'t>(matcher: &Matcher, tag: &'t str) -> Option<Vec<Option<&'t str>>> {
        let mut matches = matcher.matches();
        let is_found = matches.find(tag);
        is_found.then(|| (0..matcher.groups).map(|group| matches.group(tag, group)).collect())
    }

    proptest! {
        #[test]
        fn walking_straight_finds_what_the_automaton_finds(
            pattern in r"\^((a|b|-|é|\.|\(a\*|\(|\[ab\]|\[\^a\]|\\d)(|\*|\+|\?|\{2\}|\{1,2\})|\)){0,8}\$?",
            tag in "[ab1é-]{0,8}",
            asked in 0_usize..4,
        ) {
            let closed = pattern.matches('(').count().saturating_sub(pattern.matches(')').count());
            let pattern = pattern + &")".repeat(closed);
            let Ok(pattern) = Pattern::parse(&pattern) else {
                return Ok(());
            };
            let asked = asked.min(pattern.groups().len());
            let (fast, sure) =
                (Matcher::new(&pattern, asked).unwrap(), Matcher::automaton(&pattern, asked).unwrap());
            prop_assert_eq!(groups(&fast, &tag), groups(&sure, &tag), "{:?} {}", pattern, tag);
        }
    }
}
