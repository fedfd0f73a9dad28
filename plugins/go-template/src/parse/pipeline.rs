//! Pipelines, commands and their words.

use super::node::{Command, Operand, Pipe, Term};
use super::number::Number;
use super::{Parsed, Parser};
use crate::lex::{Kind, Token};
use crate::text::quote::quote;
use crate::text::{Str, split};

impl<'t> Parser<'t> {
    /// Commands up to `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Parsed<Pipe> {
        let pos = self.peek_word().pos;
        let mut pipe = Pipe { pos, assigns: false, vars: Vec::new(), commands: Vec::new() };
        self.variables(&mut pipe, context)?;
        loop {
            let token = self.next_word();
            match token.kind {
                kind if kind == end => break,
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.back(token);
                    pipe.commands.push(self.command()?);
                }
                _ => return self.unexpected(&token, context),
            }
        }
        self.check(&pipe, context)?;
        Ok(pipe)
    }

    /// The variables that a pipeline declares or assigns.
    fn variables(&mut self, pipe: &mut Pipe, context: &str) -> Parsed<()> {
        while self.peek_word().kind == Kind::Variable {
            let var = self.next_word();
            let after = self.next();
            let next = if after.kind == Kind::Space { self.next_word() } else { after.clone() };
            let name = Str::from(var.text);
            if matches!(next.kind, Kind::Assign | Kind::Declare) {
                pipe.assigns = next.kind == Kind::Assign;
                pipe.vars.push(name.clone());
                self.vars.push(name);
                return Ok(());
            }
            if next.kind != Kind::Char || next.text != b"," {
                // Only an argument: give everything back, the space included,
                // since a field may follow at once.
                let spaced = after.kind == Kind::Space;
                self.back(next);
                if spaced {
                    self.back(after);
                }
                self.back(var);
                return Ok(());
            }
            pipe.vars.push(name.clone());
            self.vars.push(name);
            if context != "range" || pipe.vars.len() >= 2 {
                return self.fail(format!("too many declarations in {context}"));
            }
            let follows = self.peek_word().kind;
            if !matches!(follows, Kind::Variable | Kind::RightDelim | Kind::RightParen) {
                return self.fail("range can only initialize variables");
            }
        }
        Ok(())
    }

    fn check(&self, pipe: &Pipe, context: &str) -> Parsed<()> {
        if pipe.commands.is_empty() {
            return self.fail(format!("missing value for {context}"));
        }
        let value = |command: &Command| {
            command.args.first().is_some_and(|first| {
                use Term::{Bool, Dot, Nil, Number, Str};
                matches!(first.term, Bool(_) | Dot | Nil | Number(_) | Str(..))
            })
        };
        match pipe.commands.iter().skip(1).position(value) {
            Some(at) => self.fail(format!("non executable command in pipeline stage {}", at + 2)),
            None => Ok(()),
        }
    }

    fn command(&mut self) -> Parsed<Command> {
        let pos = self.peek_word().pos;
        let mut args = Vec::new();
        loop {
            self.peek_word();
            if let Some(operand) = self.operand()? {
                args.push(operand);
            }
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.back(token),
                Kind::Pipe => {}
                _ => return self.unexpected(&token, "operand"),
            }
            break;
        }
        if args.is_empty() {
            return self.fail("empty command");
        }
        Ok(Command { pos, args })
    }

    /// A word with the fields asked of it.
    fn operand(&mut self) -> Parsed<Option<Operand>> {
        let Some(operand) = self.term()? else { return Ok(None) };
        if self.peek() != Kind::Field {
            return Ok(Some(operand));
        }
        let mut fields = Vec::new();
        let mut pos = None;
        while self.peek() == Kind::Field {
            let token = self.next();
            pos.get_or_insert(token.pos);
            fields.push(Str::from(&token.text[1..]));
        }
        let first = operand.pos;
        let pos = pos.unwrap_or(first);
        let term = match operand.term {
            Term::Field(mut names) => {
                names.append(&mut fields);
                Term::Field(names)
            }
            Term::Var(mut names) => {
                names.append(&mut fields);
                Term::Var(names)
            }
            term @ (Term::Bool(_) | Term::Str(..) | Term::Number(_) | Term::Nil | Term::Dot) => {
                let word = Operand { pos, term }.to_string();
                let term = quote(word.as_bytes(), '"', false);
                return self.fail(format!("unexpected . after term {term}"));
            }
            term => Term::Chain(Box::new(Operand { pos: first, term }), fields),
        };
        Ok(Some(Operand { pos, term }))
    }

    fn term(&mut self) -> Parsed<Option<Operand>> {
        let token = self.next_word();
        let term = match token.kind {
            Kind::Identifier => self.function(token.text)?,
            Kind::Dot => Term::Dot,
            Kind::Nil => Term::Nil,
            Kind::Variable => self.variable(token.text)?,
            Kind::Field => Term::Field(split(&token.text[1..], b".", -1)),
            Kind::Bool => Term::Bool(token.text == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => self.number(&token)?,
            Kind::LeftParen => {
                let inner = |p: &mut Self| p.pipeline("parenthesized pipeline", Kind::RightParen);
                Term::Pipe(self.deeper(inner)?)
            }
            Kind::String | Kind::RawString => {
                Term::Str(Str::from(token.text), self.unquoted(token.text)?)
            }
            _ => {
                self.back(token);
                return Ok(None);
            }
        };
        // A parenthesised pipeline is found where its first word is.
        let pos = match &term {
            Term::Pipe(pipe) => pipe.pos,
            _ => token.pos,
        };
        Ok(Some(Operand { pos, term }))
    }

    fn function(&self, name: &[u8]) -> Parsed<Term> {
        if let Some(func) = crate::func::find(name) {
            return Ok(Term::Func(func));
        }
        let hint =
            crate::func::why_missing(name).map_or_else(String::new, |why| format!(": {why}"));
        self.fail(format!("function {} not defined{hint}", quote(name, '"', false)))
    }

    fn variable(&self, name: &[u8]) -> Parsed<Term> {
        let name = Str::from(name);
        if self.vars.contains(&name) {
            return Ok(Term::Var(vec![name]));
        }
        self.fail(format!("undefined variable {}", quote(&name, '"', false)))
    }

    fn number(&self, token: &Token<'t>) -> Parsed<Term> {
        let number = match token.kind {
            Kind::CharConstant => Number::character(token.text),
            Kind::Complex => Number::complex(token.text),
            _ => Number::plain(token.text),
        };
        match number {
            Ok(number) => Ok(Term::Number(number)),
            Err(problem) => self.fail(problem),
        }
    }
}
