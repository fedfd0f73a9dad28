//! Matching many tags against one pattern.
//!
//! A sandboxed plugin compiles its pattern anew for every decision, so only what
//! is cheap to build is built: one automaton, and on top of it either a one-pass
//! automaton, which finds groups at a glance where the pattern allows it, or a
//! lazy one that builds just the states the tags lead to.

use crate::pattern::{Pattern, PatternError};
use regex_automata::dfa::onepass;
use regex_automata::hybrid;
use regex_automata::nfa::thompson::backtrack::{self, BoundedBacktracker};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input};

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
    /// For patterns that start with `^` and never leave a choice.
    OnePass(onepass::DFA),
    /// For the rest: the first tells whether, the others where.
    General { lazy: Box<hybrid::dfa::DFA>, backtracker: BoundedBacktracker, pike: PikeVM },
}

impl Matcher {
    /// Prepares a pattern, of which the given number of groups will be asked for,
    /// counted from the whole match.
    pub fn new(pattern: &Pattern, groups: usize) -> Result<Self, PatternError> {
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
        Matches {
            cache: match &self.engine {
                Engine::OnePass(dfa) => Cache::OnePass(dfa, dfa.create_cache()),
                Engine::General { lazy, backtracker, pike } => Cache::General {
                    lazy: (lazy, lazy.create_cache()),
                    backtracker: (backtracker, backtracker.create_cache()),
                    pike: (pike, None),
                },
            },
            slots: vec![None; 2 * self.groups],
        }
    }
}

fn one_pass(nfa: &NFA) -> Option<Engine> {
    if !nfa.is_always_start_anchored() {
        return None;
    }
    let config = onepass::Config::new().size_limit(Some(SIZE_LIMIT));
    let mut builder = onepass::Builder::new();
    let dfa = builder.configure(config).build_from_nfa(nfa.clone());
    dfa.ok().map(Engine::OnePass)
}

fn general(nfa: NFA) -> Option<Engine> {
    let config = hybrid::dfa::Config::new().skip_cache_capacity_check(true);
    let mut builder = hybrid::dfa::Builder::new();
    let lazy = builder.configure(config).build_from_nfa(nfa.clone());
    Some(Engine::General {
        lazy: Box::new(lazy.ok()?),
        backtracker: BoundedBacktracker::new_from_nfa(nfa.clone()).ok()?,
        pike: PikeVM::new_from_nfa(nfa).ok()?,
    })
}

/// Matches of one pattern in one tag after the other.
#[derive(Debug)]
pub struct Matches<'m> {
    cache: Cache<'m>,
    /// Where the groups asked for start and end.
    slots: Vec<Option<NonMaxUsize>>,
}

#[derive(Debug)]
enum Cache<'m> {
    OnePass(&'m onepass::DFA, onepass::Cache),
    General {
        lazy: (&'m hybrid::dfa::DFA, hybrid::dfa::Cache),
        backtracker: (&'m BoundedBacktracker, backtrack::Cache),
        /// Only for tags too long for the backtracker.
        pike: (&'m PikeVM, Option<Box<pikevm::Cache>>),
    },
}

impl Matches<'_> {
    /// Whether a tag matches. If so, its groups can be asked for.
    pub fn find(&mut self, tag: &str) -> bool {
        let input = Input::new(tag).earliest(self.slots.is_empty());
        let slots = &mut self.slots;
        match &mut self.cache {
            Cache::OnePass(dfa, cache) => {
                let input = input.anchored(Anchored::Yes);
                let found = dfa.try_search_slots(cache, &input, slots);
                found.is_ok_and(|found| found.is_some())
            }
            Cache::General { lazy: (lazy, cache), backtracker, pike } => {
                let matches = lazy.try_search_fwd(cache, &input);
                match matches {
                    Ok(None) => false,
                    Ok(Some(_)) if slots.is_empty() => true,
                    _ => find_groups(backtracker, pike, &input, slots),
                }
            }
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

fn find_groups(
    (backtracker, cache): &mut (&BoundedBacktracker, backtrack::Cache),
    (pike, pike_cache): &mut (&PikeVM, Option<Box<pikevm::Cache>>),
    input: &Input<'_>,
    slots: &mut [Option<NonMaxUsize>],
) -> bool {
    match backtracker.try_search_slots(cache, input, slots) {
        Ok(found) => found.is_some(),
        Err(_) => {
            let cache = pike_cache.get_or_insert_with(|| Box::new(pike.create_cache()));
            pike.search_slots(cache, input, slots).is_some()
        }
    }
}
