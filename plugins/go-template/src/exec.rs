//! Runs a parsed template over its data.

mod call;
mod control;
mod eval;
mod field;

use crate::error::TemplateError;
use crate::limits::{Budget, MAX_NESTING, MAX_OUTPUT};
use crate::parse::node::{Block, Command, Invoke, Node, Operand, Pipe};
use crate::parse::{NAME, Template};
use crate::text::Str;
use crate::text::quote::quote;
use crate::value::Value;

type Run<T> = Result<T, TemplateError>;

/// What the walk is looking at, for errors.
#[derive(Clone, Copy)]
enum Spot<'t> {
    Text,
    Pipe(&'t Pipe),
    Command(&'t Command),
    Operand(&'t Operand),
    Invoke(&'t Invoke),
}

/// How a block ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

/// The state of one run.
struct Machine<'t> {
    template: &'t Template<'t>,
    out: Vec<u8>,
    budget: Budget,
    vars: Vec<(Str, Value)>,
    /// The template being run, whose name errors give.
    name: Str,
    spot: Spot<'t>,
    depth: usize,
}

/// Executes a template, giving the bytes of the message.
pub(crate) fn execute(template: &Template<'_>, data: &Value) -> Run<Vec<u8>> {
    let name = Str::from(NAME);
    let mut machine = Machine {
        template,
        out: Vec::new(),
        budget: Budget::default(),
        vars: vec![(Str::from("$"), data.clone())],
        name: name.clone(),
        spot: Spot::Text,
        depth: 0,
    };
    let Some(root) = template.blocks.get(&name) else { return Ok(Vec::new()) };
    machine.block(data, root)?;
    Ok(machine.out)
}

impl<'t> Machine<'t> {
    /// An error at the current spot.
    fn fail<T>(&self, problem: impl std::fmt::Display) -> Run<T> {
        let (pos, context) = match self.spot {
            Spot::Text => {
                return Err(TemplateError::Execute(format!("template: {NAME}: {problem}")));
            }
            Spot::Pipe(pipe) => (pipe.pos, pipe.to_string()),
            Spot::Command(command) => (command.pos, command.to_string()),
            Spot::Operand(operand) => (operand.pos, operand.to_string()),
            Spot::Invoke(invoke) => (invoke.pos, invoke.to_string()),
        };
        let before = &self.template.text[..pos.min(self.template.text.len())];
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let column = memchr::memrchr(b'\n', before).map_or(pos, |newline| pos - newline - 1);
        let name = quote(&self.name, '"', false);
        Err(TemplateError::Execute(format!(
            "template: {NAME}:{line}:{column}: executing {name} at <{context}>: {problem}"
        )))
    }

    fn step(&self) -> Run<()> {
        self.budget.step().or_else(|problem| self.fail(problem))
    }

    /// Guards the stack: everything that recurses comes through here.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Run<T>) -> Run<T> {
        self.step()?;
        if self.depth >= MAX_NESTING {
            return self.fail(format!("exceeded maximum template depth ({MAX_NESTING})"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn write(&mut self, bytes: &[u8]) -> Run<()> {
        if self.out.len() + bytes.len() > MAX_OUTPUT {
            return self.fail(format!("the message is longer than {MAX_OUTPUT} bytes"));
        }
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn block(&mut self, dot: &Value, block: &'t Block) -> Run<Flow> {
        for node in block {
            let flow = self.node(dot, node)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, dot: &Value, node: &'t Node) -> Run<Flow> {
        self.step()?;
        match node {
            Node::Text(text) => self.write(text)?,
            Node::Action(pipe) => {
                let value = self.pipeline(dot, pipe)?;
                if pipe.vars.is_empty() {
                    self.print(pipe, &value)?;
                }
            }
            Node::If(branch) => return self.deeper(|m| m.branch(dot, branch, false)),
            Node::With(branch) => return self.deeper(|m| m.branch(dot, branch, true)),
            Node::Range(branch) => {
                self.deeper(|m| m.range(dot, branch))?;
            }
            Node::Template(invoke) => self.deeper(|m| m.invoke(dot, invoke))?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn print(&mut self, pipe: &'t Pipe, value: &Value) -> Run<()> {
        self.spot = Spot::Pipe(pipe);
        let text = match value {
            Value::Str(text) => return self.write(text),
            other => crate::fmt::print_value(other, &self.budget),
        };
        match text {
            Ok(text) => self.write(&text),
            Err(problem) => self.fail(problem),
        }
    }
}
