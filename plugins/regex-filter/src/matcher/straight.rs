//! Patterns that can be walked straight through.
//!
//! Most patterns in manifests are like `^main-[a-f0-9]+-(?P<ts>[0-9]+)$`: from the
//! start of the tag, texts and repeated classes one after the other, each of which
//! ends where the next one begins. There is nothing to choose and so no automaton
//! to build, which takes longer than to match a hundred tags.

use regex_automata::util::primitives::NonMaxUsize;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// The most parts, and the most characters they count: other patterns have their
/// size judged by the automaton.
const MAX_STEPS: usize = 64;
const MAX_COUNT: usize = 1000;

/// A pattern of which every part is known to end in one place.
#[derive(Debug)]
pub(super) struct Straight {
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Text(Box<[u8]>),
    Run(Run),
    /// A group starts or ends here.
    Slot(usize),
    /// The tag ends here.
    End,
}

impl Straight {
    /// The pattern, if it can be walked straight through. The given number of
    /// groups will be asked for, counted from the whole match.
    pub(super) fn of(hir: &Hir, groups: usize) -> Option<Self> {
        let mut walk = Walk { steps: Vec::new(), slots: 2 * groups, is_anchored: false };
        walk.group(0, hir)?;
        settle(&mut walk.steps)?;
        walk.is_anchored.then_some(Self { steps: walk.steps })
    }

    /// Whether a tag matches, and if so, where the groups start and end.
    pub(super) fn find(&self, tag: &[u8], slots: &mut [Option<NonMaxUsize>]) -> bool {
        let mut at = 0;
        for step in &self.steps {
            let next = match step {
                Step::Text(text) => after_text(tag, at, text),
                Step::Run(run) => run.end(tag, at),
                Step::End => (at == tag.len()).then_some(at),
                Step::Slot(slot) => {
                    slots[*slot] = NonMaxUsize::new(at);
                    Some(at)
                }
            };
            match next {
                Some(next) => at = next,
                None => return false,
            }
        }
        true
    }
}

/// Where a text ends that begins at `at`. The texts of patterns are a few bytes, for
/// which a call of `memcmp` does not pay off.
fn after_text(tag: &[u8], at: usize, text: &[u8]) -> Option<usize> {
    let end = at + text.len();
    let found = tag.get(at..end)?;
    found.iter().zip(text).all(|(ours, theirs)| ours == theirs).then_some(end)
}

/// Takes a pattern apart.
struct Walk {
    steps: Vec<Step>,
    slots: usize,
    is_anchored: bool,
}

impl Walk {
    fn push(&mut self, hir: &Hir) -> Option<()> {
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Literal(text) => self.step(Step::Text(text.0.clone()))?,
            HirKind::Class(class) => self.step(Step::Run(Run::of(set_of(class)?, 1, Some(1))))?,
            HirKind::Look(Look::Start) if self.is_at_start() => self.is_anchored = true,
            HirKind::Look(Look::End) => self.step(Step::End)?,
            HirKind::Repetition(repetition) => self.step(Step::Run(Run::repeated(repetition)?))?,
            HirKind::Capture(group) => self.group(group.index as usize, &group.sub)?,
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.push(part))?,
            HirKind::Look(_) | HirKind::Alternation(_) => return None,
        }
        Some(())
    }

    fn step(&mut self, step: Step) -> Option<()> {
        self.steps.push(step);
        (self.steps.len() <= MAX_STEPS).then_some(())
    }

    fn group(&mut self, number: usize, hir: &Hir) -> Option<()> {
        let is_asked_for = 2 * number < self.slots;
        if is_asked_for {
            self.step(Step::Slot(2 * number))?;
        }
        self.push(hir)?;
        match is_asked_for {
            true => self.step(Step::Slot(2 * number + 1)),
            false => Some(()),
        }
    }

    fn is_at_start(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Slot(_)))
    }
}

/// Bytes by which a character may start.
type Set = [bool; 256];

/// The characters of a class. It has all beyond ASCII, or none.
fn set_of(class: &Class) -> Option<Set> {
    let Class::Unicode(class) = class else {
        return None;
    };
    let mut set = [false; 256];
    for range in class.iter() {
        let (first, last) = (range.start(), range.end());
        if last.is_ascii() {
            set[first as usize..=last as usize].fill(true);
        } else if first <= '\u{80}' && last == char::MAX {
            set[first as usize..].fill(true);
        } else {
            return None;
        }
    }
    Some(set)
}

fn only(byte: u8) -> Set {
    let mut set = [false; 256];
    set[byte as usize] = true;
    set
}

/// A class, repeated: as much of the tag as it takes.
#[derive(Debug)]
struct Run {
    set: Box<Set>,
    min: usize,
    max: usize,
    /// How many bytes at the end of the tag belong to what follows.
    reserve: usize,
}

impl Run {
    fn of(set: Set, min: u32, max: Option<u32>) -> Self {
        let max = max.map_or(usize::MAX, |max| max as usize);
        Self { set: Box::new(set), min: min as usize, max, reserve: 0 }
    }

    fn repeated(repetition: &Repetition) -> Option<Self> {
        let Repetition { min, max, greedy, sub } = repetition;
        let set = match sub.kind() {
            HirKind::Class(class) => set_of(class)?,
            HirKind::Literal(text) if text.0.len() == 1 => only(text.0[0]),
            _ => return None,
        };
        (*greedy || *max == Some(*min)).then(|| Self::of(set, *min, *max))
    }

    /// Its length in bytes, where every tag has the same.
    fn length(&self) -> Option<usize> {
        (self.min == self.max && !self.set[0x80]).then_some(self.min)
    }

    /// How many characters it counts.
    fn count(&self) -> usize {
        match self.max {
            usize::MAX => self.min,
            max => max,
        }
    }

    /// Where it ends when it begins at `at`.
    fn end(&self, tag: &[u8], mut at: usize) -> Option<usize> {
        let tag = &tag[..tag.len().checked_sub(self.reserve)?];
        let mut count = 0;
        while count < self.max
            && let Some(byte) = tag.get(at)
            && self.set[*byte as usize]
        {
            at += 1;
            count += 1;
            if !byte.is_ascii() {
                at += tag[at..].iter().take_while(|byte| matches!(byte, 0x80..0xc0)).count();
            }
        }
        (count >= self.min).then_some(at)
    }
}

/// Makes sure of each run that it ends in one place only: either what follows starts
/// with none of its characters, or it has a known length and ends the tag.
fn settle(steps: &mut [Step]) -> Option<()> {
    let (mut following, mut tail, mut count) = ([false; 256], None, 0);
    for step in steps.iter_mut().rev() {
        match step {
            Step::Slot(_) => {}
            Step::End => (following, tail) = ([false; 256], Some(0)),
            Step::Text(text) => {
                following = only(*text.first()?);
                tail = tail.map(|tail| tail + text.len());
            }
            Step::Run(run) => {
                let mut both = run.set.iter().zip(&following);
                if run.min != run.max && both.any(|(ours, theirs)| *ours && *theirs) {
                    run.reserve = tail?;
                }
                tail = tail.zip(run.length()).map(|(tail, length)| tail + length);
                let may_be_empty = run.min == 0;
                for (follows, ours) in following.iter_mut().zip(run.set.iter()) {
                    *follows = *ours || (may_be_empty && *follows);
                }
                count += run.count();
            }
        }
    }
    (count <= MAX_COUNT).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    fn straight(pattern: &str) -> Option<Straight> {
        Straight::of(Pattern::parse(pattern).unwrap().hir(), 2)
    }

    /// Where the whole match and the first group are.
    fn found(pattern: &str, tag: &str) -> Option<[Option<usize>; 4]> {
        let mut slots = [None; 4];
        let is_found = straight(pattern).unwrap().find(tag.as_bytes(), &mut slots);
        is_found.then_some(slots.map(|slot| slot.map(NonMaxUsize::get)))
    }

    #[test]
    fn knows_which_patterns_leave_no_choice() {
        for pattern in [
            "^",
            "^v",
            "(^v)",
            "^main-[a-f0-9]+-(?P<ts>[0-9]+)$",
            r"^v?\d+\.\d{1,3}\.x*$",
            "^.*-alpine$",
            "^(.*)-[0-9]{8}$",
            "^(?i)rc.[^a]+$",
        ] {
            assert!(straight(pattern).is_some(), "{pattern}");
        }
        for pattern in [
            "v",
            "a^",
            "a*^b",
            "^a|b",
            "^a+?b",
            "^(ab)+$",
            "^a(b)?",
            "^[0-9]*5",
            "^.*-[0-9]+$",
            r"^\pL+$",
            r"^a\b",
            "^(?m)a$",
            "^a{600}b{600}",
        ] {
            assert!(straight(pattern).is_none(), "{pattern}");
        }
    }

    #[test]
    fn finds_groups() {
        let pattern = "^main-[a-f0-9]+-([0-9]+)$";
        assert_eq!(found(pattern, "main-0af-17"), Some([0, 11, 9, 11].map(Some)));
        for other in ["main-0af-", "main-0af-17x", "xmain-0af-17", "main--17", "main", ""] {
            assert_eq!(found(pattern, other), None, "{other}");
        }
        assert_eq!(found("^(.*)-[0-9]{2}$", "a-12-34"), Some([0, 7, 0, 4].map(Some)));
        assert_eq!(found("^(.*)-[0-9]{2}$", "12"), None);
    }

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(found("^.{2}(.)", "éaé"), Some([0, 5, 3, 5].map(Some)));
        assert_eq!(found("^.{2}$", "éa\u{10ffff}"), None);
        assert_eq!(found("^(.*)é$", "aéé"), Some([0, 5, 0, 3].map(Some)));
        assert_eq!(found("^(.*)é$", "aあ"), None);
    }
}
