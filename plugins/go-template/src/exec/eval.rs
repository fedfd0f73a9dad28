//! Pipelines, commands and words as values.

use super::{Machine, Run, Spot};
use crate::parse::node::{Command, Operand, Pipe, Term};
use crate::parse::number::Number;
use crate::text::Str;
use crate::value::Value;

/// The value a pipeline hands to its next command as last argument.
pub(super) type Final = Option<Value>;

impl<'t> Machine<'t> {
    pub(super) fn pipeline(&mut self, dot: &Value, pipe: &'t Pipe) -> Run<Value> {
        self.spot = Spot::Pipe(pipe);
        let mut piped: Final = None;
        for command in &pipe.commands {
            let value = self.deeper(|m| m.command(dot, command, piped.take()))?;
            piped = Some(value.unboxed());
        }
        let value = piped.unwrap_or(Value::Invalid);
        for name in &pipe.vars {
            if pipe.assigns {
                self.assign(name, value.clone())?;
            } else {
                self.vars.push((name.clone(), value.clone()));
            }
        }
        Ok(value)
    }

    fn command(&mut self, dot: &Value, command: &'t Command, piped: Final) -> Run<Value> {
        let Some((first, args)) = command.args.split_first() else { return Ok(Value::Invalid) };
        match &first.term {
            Term::Field(names) => {
                self.spot = Spot::Operand(first);
                self.fields(dot, dot.clone(), first, names, args, piped)
            }
            Term::Chain(of, names) => self.chain(dot, first, of, names, args, piped),
            Term::Func(func) => {
                self.spot = Spot::Operand(first);
                self.function(dot, func, Spot::Command(command), args, piped)
            }
            Term::Pipe(pipe) => {
                self.no_arguments(first, args, &piped)?;
                self.pipeline(dot, pipe)
            }
            Term::Var(names) => self.variable(dot, first, names, args, piped),
            _ => {
                self.spot = Spot::Operand(first);
                self.no_arguments(first, args, &piped)?;
                self.plain(dot, first)
            }
        }
    }

    /// A word that is a value by itself.
    pub(super) fn plain(&mut self, dot: &Value, word: &'t Operand) -> Run<Value> {
        match &word.term {
            Term::Bool(value) => Ok(Value::Bool(*value)),
            Term::Dot => Ok(dot.clone()),
            Term::Nil => self.fail("nil is not a command"),
            Term::Number(number) => {
                self.spot = Spot::Operand(word);
                self.constant(number)
            }
            Term::Str(_, text) => Ok(Value::Str(text.clone())),
            _ => self.fail(format!("can't evaluate command {word}")),
        }
    }

    fn no_arguments(&self, first: &Operand, args: &[Operand], piped: &Final) -> Run<()> {
        if args.is_empty() && piped.is_none() {
            return Ok(());
        }
        self.fail(format!("can't give argument to non-function {first}"))
    }

    /// A constant where nothing says which type is wanted.
    fn constant(&self, number: &Number) -> Run<Value> {
        if let Some((re, im)) = number.complex {
            return Ok(Value::Complex(re, im));
        }
        match number.float {
            Some(float) if number.looks_like_float() => return Ok(Value::Float(float)),
            _ => {}
        }
        match number.int {
            Some(int) => Ok(Value::int(int)),
            None => self.fail(format!("{} overflows int", number.text)),
        }
    }

    pub(super) fn chain(
        &mut self,
        dot: &Value,
        word: &'t Operand,
        of: &'t Operand,
        names: &[Str],
        args: &'t [Operand],
        piped: Final,
    ) -> Run<Value> {
        self.spot = Spot::Operand(word);
        let receiver = match &of.term {
            Term::Nil => {
                return self.fail(format!("indirection through explicit nil in {word}"));
            }
            Term::Pipe(pipe) => {
                self.spot = Spot::Operand(of);
                self.pipeline(dot, pipe)?
            }
            Term::Func(func) => {
                self.spot = Spot::Operand(of);
                self.function(dot, func, Spot::Operand(of), &[], None)?
            }
            _ => self.plain(dot, of)?,
        };
        self.fields(dot, receiver, word, names, args, piped)
    }

    pub(super) fn variable(
        &mut self,
        dot: &Value,
        word: &'t Operand,
        names: &[Str],
        args: &'t [Operand],
        piped: Final,
    ) -> Run<Value> {
        self.spot = Spot::Operand(word);
        let Some((name, fields)) = names.split_first() else { return Ok(Value::Invalid) };
        let found = self.vars.iter().rev().find(|(known, _)| known == name);
        let Some((_, value)) = found else {
            return self.fail(format!("undefined variable: {name}"));
        };
        let value = value.clone();
        if fields.is_empty() {
            self.no_arguments(word, args, &piped)?;
            return Ok(value);
        }
        self.fields(dot, value, word, fields, args, piped)
    }
}
