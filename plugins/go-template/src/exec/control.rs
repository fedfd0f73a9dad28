//! `if`, `with`, `range` and `template`.

use super::{Flow, Machine, Run, Spot};
use crate::parse::node::{Branch, Invoke, Pipe};
use crate::text::Str;
use crate::text::quote::quote;
use crate::value::Value;

impl<'t> Machine<'t> {
    pub(super) fn branch(&mut self, dot: &Value, branch: &'t Branch, with: bool) -> Run<Flow> {
        let mark = self.vars.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let flow = if value.is_true() {
            self.block(if with { &value } else { dot }, &branch.body)?
        } else if let Some(block) = &branch.otherwise {
            self.block(dot, block)?
        } else {
            Flow::Next
        };
        self.vars.truncate(mark);
        Ok(flow)
    }

    pub(super) fn range(&mut self, dot: &Value, branch: &'t Branch) -> Run<Flow> {
        let mark = self.vars.len();
        self.spot = Spot::Pipe(&branch.pipe);
        let over = self.pipeline(dot, &branch.pipe)?;
        let two = branch.pipe.vars.len() > 1;
        let ran = match over {
            Value::Int(..) | Value::Uint(..) if two => {
                let what = crate::fmt::text(&over, &self.budget);
                return self
                    .fail(format!("can't use {what} to iterate over more than one variable"));
            }
            Value::Int(ty, count) => {
                self.turns(branch, (0..count).map(|i| (Value::Invalid, Value::Int(ty, i))))?
            }
            Value::Uint(ty, count) => {
                self.turns(branch, (0..count).map(|i| (Value::Invalid, Value::Uint(ty, i))))?
            }
            Value::List(list) => {
                let item = |i| (Value::int(i as i64), list.get(i).unwrap_or(Value::Nil));
                self.turns(branch, (0..list.len()).map(item))?
            }
            Value::Map(map) => {
                let entries = map.entries().into_iter();
                self.turns(branch, entries.map(|(key, value)| (key.value(), value)))?
            }
            Value::Invalid | Value::Nil => false,
            other => {
                let what = crate::fmt::text(&other, &self.budget);
                return self.fail(format!("range can't iterate over {what}"));
            }
        };
        let mut flow = Flow::Next;
        if let (false, Some(block)) = (ran, &branch.otherwise) {
            flow = self.block(dot, block)?;
        }
        self.vars.truncate(mark);
        Ok(flow)
    }

    /// Runs the body for each pair; tells whether there was one.
    fn turns(
        &mut self,
        branch: &'t Branch,
        pairs: impl Iterator<Item = (Value, Value)>,
    ) -> Run<bool> {
        let mark = self.vars.len();
        let mut ran = false;
        for (index, item) in pairs {
            self.step()?;
            ran = true;
            self.bind(&branch.pipe, index, &item)?;
            let flow = self.block(&item, &branch.body)?;
            self.vars.truncate(mark);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(ran)
    }

    /// Gives the loop's variables their values for this turn.
    fn bind(&mut self, pipe: &Pipe, index: Value, item: &Value) -> Run<()> {
        let values = match pipe.vars.len() {
            0 => return Ok(()),
            1 => vec![item.clone()],
            _ => vec![index, item.clone()],
        };
        if pipe.assigns {
            for (name, value) in pipe.vars.iter().zip(values) {
                self.assign(name, value)?;
            }
            return Ok(());
        }
        let top = self.vars.len() - values.len();
        for ((_, slot), value) in self.vars[top..].iter_mut().zip(values) {
            *slot = value;
        }
        Ok(())
    }

    /// Sets the innermost variable of that name. The parser lets an assignment
    /// stand that nothing declares, as Go's does.
    pub(super) fn assign(&mut self, name: &Str, value: Value) -> Run<()> {
        match self.vars.iter_mut().rev().find(|(known, _)| known == name) {
            Some((_, slot)) => {
                *slot = value;
                Ok(())
            }
            None => self.fail(format!("undefined variable: {name}")),
        }
    }

    pub(super) fn invoke(&mut self, dot: &Value, invoke: &'t Invoke) -> Run<()> {
        self.spot = Spot::Invoke(invoke);
        let Some(block) = self.template.blocks.get(&invoke.name) else {
            let name = quote(&invoke.name, '"', false);
            return self.fail(format!("template {name} not defined"));
        };
        let dot = match &invoke.pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Value::Invalid,
        };
        let vars = std::mem::replace(&mut self.vars, vec![(Str::from("$"), dot.clone())]);
        let name = std::mem::replace(&mut self.name, invoke.name.clone());
        self.block(&dot, block)?;
        self.vars = vars;
        self.name = name;
        Ok(())
    }
}
