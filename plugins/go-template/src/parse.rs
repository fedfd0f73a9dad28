//! Reads a template into nodes.

pub(crate) mod control;
pub(crate) mod node;
pub(crate) mod number;
pub(crate) mod pipeline;

use crate::error::TemplateError;
use crate::lex::{Kind, Lexer, Token};
use crate::limits::MAX_NESTING;
use crate::text::{Str, lossy};
use node::{Block, Node};
use std::collections::BTreeMap;

/// The name that errors give the whole template.
pub(crate) const NAME: &str = "commit message";

/// A template with the templates it defines.
#[derive(Debug)]
pub(crate) struct Template<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) blocks: BTreeMap<Str, Block>,
}

type Parsed<T> = Result<T, TemplateError>;

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// Tokens read ahead, the next one last.
    ahead: Vec<Token<'t>>,
    /// The line that errors name: that of the last token read.
    line: usize,
    action_line: usize,
    vars: Vec<Str>,
    loops: usize,
    depth: usize,
    blocks: BTreeMap<Str, Block>,
}

/// What ends a block.
enum End {
    End,
    Else { then: Kind },
}

enum Item {
    Node(Node),
    End(End),
}

/// Parses a template.
pub(crate) fn parse(text: &[u8]) -> Parsed<Template<'_>> {
    let mut parser = Parser {
        lexer: Lexer::new(text),
        ahead: Vec::new(),
        line: 1,
        action_line: 0,
        vars: vec![Str::from("$")],
        loops: 0,
        depth: 0,
        blocks: BTreeMap::new(),
    };
    let root = parser.top()?;
    parser.add(Str::from(NAME), root)?;
    Ok(Template { text, blocks: parser.blocks })
}

impl<'t> Parser<'t> {
    fn next(&mut self) -> Token<'t> {
        match self.ahead.pop() {
            Some(token) => token,
            None => self.read(),
        }
    }

    fn read(&mut self) -> Token<'t> {
        let token = self.lexer.next_token();
        self.line = token.line;
        token
    }

    fn back(&mut self, token: Token<'t>) {
        self.ahead.push(token);
    }

    fn peek(&mut self) -> Kind {
        if self.ahead.is_empty() {
            let token = self.read();
            self.ahead.push(token);
        }
        self.ahead.last().map_or(Kind::Eof, |token| token.kind)
    }

    fn next_word(&mut self) -> Token<'t> {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    fn peek_word(&mut self) -> Token<'t> {
        let token = self.next_word();
        self.back(token.clone());
        token
    }

    fn fail<T>(&self, problem: impl std::fmt::Display) -> Parsed<T> {
        Err(TemplateError::Parse(format!("template: {NAME}:{}: {problem}", self.line)))
    }

    fn unexpected<T>(&self, token: &Token<'t>, context: &str) -> Parsed<T> {
        let what = token.describe();
        if token.kind != Kind::Error {
            return self.fail(format!("unexpected {what} in {context}"));
        }
        if self.action_line == 0 || self.action_line == token.line {
            return self.fail(what);
        }
        let started = format!("started at {NAME}:{}", self.action_line);
        if what.ends_with(" action") {
            return self.fail(format!("{what} {started}"));
        }
        self.fail(format!("{what} in action {started}"))
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Parsed<Token<'t>> {
        let token = self.next_word();
        if token.kind == kind {
            return Ok(token);
        }
        self.unexpected(&token, context)
    }

    /// Guards against templates nested deeper than the stack allows.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_NESTING {
            return self.fail(format!("blocks and parentheses nest more than {MAX_NESTING} deep"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn add(&mut self, name: Str, block: Block) -> Parsed<()> {
        match self.blocks.get(&name) {
            Some(old) if !is_blank(old) => {
                if is_blank(&block) {
                    return Ok(());
                }
                self.fail(format!(
                    "template: multiple definition of template {}",
                    crate::text::quote::quote(&name, '"', false)
                ))
            }
            _ => {
                self.blocks.insert(name, block);
                Ok(())
            }
        }
    }

    fn top(&mut self) -> Parsed<Block> {
        let mut block = Block::new();
        while self.peek() != Kind::Eof {
            if self.peek() == Kind::LeftDelim {
                let delim = self.next();
                let word = self.next_word();
                if word.kind == Kind::Define {
                    self.definition()?;
                    continue;
                }
                self.back(word);
                self.back(delim);
            }
            match self.item()? {
                Item::Node(node) => block.push(node),
                Item::End(end) => return self.fail(format!("unexpected {}", end.describe())),
            }
        }
        Ok(block)
    }

    fn definition(&mut self) -> Parsed<()> {
        let context = "define clause";
        let name = self.next_word();
        if !matches!(name.kind, Kind::String | Kind::RawString) {
            return self.unexpected(&name, context);
        }
        let name = self.unquoted(name.text)?;
        self.expect(Kind::RightDelim, context)?;
        let block = self.apart(context)?;
        self.add(name, block)
    }

    /// A block that sees neither the variables nor the loops around it.
    fn apart(&mut self, context: &str) -> Parsed<Block> {
        let vars = std::mem::replace(&mut self.vars, vec![Str::from("$")]);
        let loops = std::mem::take(&mut self.loops);
        let action_line = std::mem::take(&mut self.action_line);
        let (block, end) = self.deeper(Self::block)?;
        if !matches!(end, End::End) {
            return self.fail(format!("unexpected {} in {context}", end.describe()));
        }
        self.vars = vars;
        self.loops = loops;
        self.action_line = action_line;
        Ok(block)
    }

    /// Nodes up to `{{end}}` or `{{else}}`.
    fn block(&mut self) -> Parsed<(Block, End)> {
        let mut block = Block::new();
        while self.peek_word().kind != Kind::Eof {
            match self.item()? {
                Item::Node(node) => block.push(node),
                Item::End(end) => return Ok((block, end)),
            }
        }
        self.fail("unexpected EOF")
    }

    fn item(&mut self) -> Parsed<Item> {
        let token = self.next_word();
        match token.kind {
            Kind::Text => Ok(Item::Node(Node::Text(Str::from(token.text)))),
            Kind::LeftDelim => {
                self.action_line = token.line;
                let item = self.action()?;
                self.action_line = 0;
                Ok(item)
            }
            _ => self.unexpected(&token, "input"),
        }
    }

    fn unquoted(&self, literal: &[u8]) -> Parsed<Str> {
        match crate::text::quote::unquote(literal) {
            Some(text) => Ok(Str::from(text)),
            None => self.fail(format!("invalid syntax in the string {}", lossy(literal))),
        }
    }
}

impl End {
    fn describe(&self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else { .. } => "{{else}}",
        }
    }
}

/// Whether a block holds nothing but white space.
fn is_blank(block: &Block) -> bool {
    block.iter().all(|node| match node {
        Node::Text(text) => crate::text::trim(text, crate::text::unicode::is_space).is_empty(),
        _ => false,
    })
}
