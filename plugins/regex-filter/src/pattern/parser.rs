//! The structure of patterns: sequences, alternatives, groups.

use super::class;
use super::error::Problem;
use super::escape;
use super::group::{self, Flags, Opening};
use super::repeat::{self, Repeat};
use super::text::Text;
use regex_syntax::hir::{Capture, Class, ClassUnicode, Hir, Look};

/// How deep groups and repetitions may nest. The reference nests deeper, but on a
/// stack that grows.
const MAX_DEPTH: u32 = 200;

/// Parses a pattern into what it matches and the names of its groups.
pub(super) fn parse(pattern: &str) -> Result<(Hir, Vec<String>), Problem> {
    let mut parser = Parser {
        open: Vec::new(),
        current: Frame::new(None, Flags::default()),
        flags: Flags::default(),
        groups: vec![String::new()],
    };
    let mut text = Text(pattern);
    let mut last_repeat = None;
    while let Some(first) = text.peek() {
        let before = text;
        last_repeat = match first {
            '*' | '+' | '?' | '{' => parser.repeat(&mut text, last_repeat)?.then_some(before),
            _ => {
                parser.item(first, &mut text)?;
                None
            }
        };
    }
    if !parser.open.is_empty() {
        return Err(Problem::MissingParenthesis);
    }
    Ok((parser.current.into_node().hir, parser.groups))
}

/// A part of a pattern that can be repeated.
pub(super) struct Node {
    pub(super) hir: Hir,
    /// How often its innermost part is repeated, by counted repetitions.
    pub(super) count: u32,
    pub(super) depth: u32,
}

impl Node {
    pub(super) fn leaf(hir: Hir) -> Self {
        Self { hir, count: 1, depth: 1 }
    }
}

/// An open group, or the whole pattern.
struct Frame {
    /// The number of the group; none when it does not capture.
    group: Option<usize>,
    /// The flags to return to after it.
    outer_flags: Flags,
    alternatives: Vec<Node>,
    sequence: Vec<Node>,
}

impl Frame {
    fn new(group: Option<usize>, outer_flags: Flags) -> Self {
        Self { group, outer_flags, alternatives: Vec::new(), sequence: Vec::new() }
    }

    fn end_alternative(&mut self) {
        let sequence = std::mem::take(&mut self.sequence);
        self.alternatives.push(combine(sequence, Hir::concat));
    }

    fn into_node(mut self) -> Node {
        self.end_alternative();
        let mut node = combine(self.alternatives, Hir::alternation);
        node.depth += 1;
        if let Some(group) = self.group {
            node.hir = Hir::capture(Capture {
                index: u32::try_from(group).unwrap_or(u32::MAX),
                // Go lets groups share a name, so names are kept apart.
                name: None,
                sub: Box::new(node.hir),
            });
        }
        node
    }
}

fn combine(nodes: Vec<Node>, combined: impl Fn(Vec<Hir>) -> Hir) -> Node {
    let most = |value: fn(&Node) -> u32| nodes.iter().map(value).max().unwrap_or(1);
    let (count, depth) = (most(|node| node.count), most(|node| node.depth));
    let hir = combined(nodes.into_iter().map(|node| node.hir).collect());
    Node { hir, count, depth }
}

struct Parser {
    open: Vec<Frame>,
    current: Frame,
    flags: Flags,
    groups: Vec<String>,
}

impl Parser {
    fn push(&mut self, hir: Hir) {
        self.current.sequence.push(Node::leaf(hir));
    }

    /// Parses what begins with `first`, but for repetitions.
    fn item(&mut self, first: char, text: &mut Text<'_>) -> Result<(), Problem> {
        match first {
            '\\' => return self.backslash(text),
            '[' => {
                let class = class::bracketed(text, self.flags)?;
                self.push(Hir::class(Class::Unicode(class)));
                return Ok(());
            }
            _ => text.next(),
        };
        match first {
            '(' => self.open(text)?,
            ')' => self.close()?,
            '|' => self.current.end_alternative(),
            '^' => self.push(Hir::look(self.flags.start())),
            '$' => self.push(Hir::look(self.flags.end())),
            '.' => self.push(Hir::class(Class::Unicode(self.flags.dot()))),
            literal => self.literal(literal),
        }
        Ok(())
    }

    fn literal(&mut self, literal: char) {
        let class = class::folded(class::of_char(literal), self.flags);
        self.push(Hir::class(Class::Unicode(class)));
    }

    fn open(&mut self, text: &mut Text<'_>) -> Result<(), Problem> {
        let outer_flags = self.flags;
        let group = match group::opening(text, self.flags)? {
            Opening::Flags(flags) => {
                self.flags = flags;
                return Ok(());
            }
            Opening::Plain(flags) => {
                self.flags = flags;
                None
            }
            Opening::Capturing(name) => {
                self.groups.push(name);
                Some(self.groups.len() - 1)
            }
        };
        if self.open.len() as u32 >= MAX_DEPTH {
            return Err(Problem::TooDeep);
        }
        let frame = Frame::new(group, outer_flags);
        self.open.push(std::mem::replace(&mut self.current, frame));
        Ok(())
    }

    fn close(&mut self) -> Result<(), Problem> {
        let outer = self.open.pop().ok_or(Problem::UnexpectedParenthesis)?;
        let closed = std::mem::replace(&mut self.current, outer);
        self.flags = closed.outer_flags;
        self.current.sequence.push(closed.into_node());
        Ok(())
    }

    fn backslash(&mut self, text: &mut Text<'_>) -> Result<(), Problem> {
        if text.eat(r"\Q") {
            self.quoted(text);
            return Ok(());
        }
        for (escape, look) in [
            (r"\A", Look::Start),
            (r"\z", Look::End),
            (r"\b", Look::WordAscii),
            (r"\B", Look::WordAsciiNegate),
        ] {
            if text.eat(escape) {
                self.push(Hir::look(look));
                return Ok(());
            }
        }
        let class = match class::escaped(text, self.flags)? {
            Some(class) => class,
            None => class::folded(escape::character(text)?, self.flags),
        };
        self.push(Hir::class(Class::Unicode(class)));
        Ok(())
    }

    /// Everything up to `\E` stands for itself.
    fn quoted(&mut self, text: &mut Text<'_>) {
        let literal = text.eat_until(r"\E").unwrap_or_else(|| {
            let rest = text.0;
            text.0 = "";
            rest
        });
        for c in literal.chars() {
            self.literal(c);
        }
    }

    /// Parses a repetition and says whether it was one: a brace may be a literal.
    fn repeat(&mut self, text: &mut Text<'_>, last: Option<Text<'_>>) -> Result<bool, Problem> {
        let before = *text;
        let Some(repeat) = Repeat::parse(text, self.flags)? else {
            text.next();
            self.literal('{');
            return Ok(false);
        };
        if let Some(last) = last {
            return Err(Problem::NestedRepeat(last.up_to(*text)));
        }
        let node = self.current.sequence.pop();
        let node = node.ok_or_else(|| Problem::NothingToRepeat(before.up_to(*text)))?;
        let node = repeat::apply(node, &repeat)
            .ok_or_else(|| Problem::InvalidCount(before.up_to(*text)))?;
        if node.depth > MAX_DEPTH {
            return Err(Problem::TooDeep);
        }
        self.current.sequence.push(node);
        Ok(true)
    }
}

impl Flags {
    fn start(self) -> Look {
        match self.multi_line {
            true => Look::StartLF,
            false => Look::Start,
        }
    }

    fn end(self) -> Look {
        match self.multi_line {
            true => Look::EndLF,
            false => Look::End,
        }
    }

    fn dot(self) -> ClassUnicode {
        match self.dot_matches_newline {
            true => class::any(),
            false => class::negated(class::of_char('\n')),
        }
    }
}
