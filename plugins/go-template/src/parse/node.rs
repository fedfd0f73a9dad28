//! The parsed template, and how errors quote it.

use super::number::Number;
use crate::func::Func;
use crate::text::Str;
use std::fmt;

/// A list of nodes.
pub(crate) type Block = Vec<Node>;

/// A piece of a template.
#[derive(Debug)]
pub(crate) enum Node {
    Text(Str),
    Action(Pipe),
    If(Branch),
    With(Branch),
    Range(Branch),
    Template(Invoke),
    Break,
    Continue,
}

/// A condition or loop.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) pipe: Pipe,
    pub(crate) body: Block,
    pub(crate) otherwise: Option<Block>,
}

/// The use of a named template.
#[derive(Debug)]
pub(crate) struct Invoke {
    pub(crate) pos: usize,
    pub(crate) name: Str,
    pub(crate) pipe: Option<Pipe>,
}

/// Commands joined by `|`, with the variables that take the result.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) pos: usize,
    pub(crate) assigns: bool,
    pub(crate) vars: Vec<Str>,
    pub(crate) commands: Vec<Command>,
}

/// A function, method or value with its arguments.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) pos: usize,
    pub(crate) args: Vec<Operand>,
}

/// A word of a command.
#[derive(Debug)]
pub(crate) struct Operand {
    pub(crate) pos: usize,
    pub(crate) term: Term,
}

/// What a word is.
#[derive(Debug)]
pub(crate) enum Term {
    Func(&'static Func),
    Dot,
    Nil,
    /// A variable and the fields asked of it.
    Var(Vec<Str>),
    Field(Vec<Str>),
    Chain(Box<Operand>, Vec<Str>),
    Bool(bool),
    Number(Number),
    /// A string as written and as meant.
    Str(Str, Str),
    Pipe(Pipe),
}

impl fmt::Display for Invoke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{template {}", crate::text::quote::quote(&self.name, '"', false))?;
        if let Some(pipe) = &self.pipe {
            write!(f, " {pipe}")?;
        }
        f.write_str("}}")
    }
}

impl fmt::Display for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, var) in self.vars.iter().enumerate() {
            write!(f, "{}{var}", if i > 0 { ", " } else { "" })?;
        }
        if !self.vars.is_empty() {
            f.write_str(if self.assigns { " = " } else { " := " })?;
        }
        for (i, command) in self.commands.iter().enumerate() {
            write!(f, "{}{command}", if i > 0 { " | " } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, arg) in self.args.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            match &arg.term {
                Term::Pipe(pipe) => write!(f, "({pipe})")?,
                _ => write!(f, "{arg}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.term {
            Term::Func(func) => f.write_str(func.name),
            Term::Dot => f.write_str("."),
            Term::Nil => f.write_str("nil"),
            Term::Var(names) => {
                let (first, fields) = names.split_at(1);
                first.iter().try_for_each(|name| write!(f, "{name}"))?;
                write_fields(f, fields)
            }
            Term::Field(names) => write_fields(f, names),
            Term::Chain(of, names) => {
                match &of.term {
                    Term::Pipe(pipe) => write!(f, "({pipe})")?,
                    _ => write!(f, "{of}")?,
                }
                write_fields(f, names)
            }
            Term::Bool(value) => write!(f, "{value}"),
            Term::Number(number) => write!(f, "{}", number.text),
            Term::Str(written, _) => write!(f, "{written}"),
            Term::Pipe(pipe) => write!(f, "{pipe}"),
        }
    }
}

fn write_fields(f: &mut fmt::Formatter<'_>, names: &[Str]) -> fmt::Result {
    names.iter().try_for_each(|name| write!(f, ".{name}"))
}
