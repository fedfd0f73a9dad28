//! Calls: arguments are checked against the parameters' types.

use super::eval::Final;
use super::{Machine, Run, Spot};
use crate::func::{Call, Func, Outcome, Param};
use crate::parse::node::{Operand, Term};
use crate::value::list::{List, ListType};
use crate::value::map::{Map, MapType};
use crate::value::methods::Method;
use crate::value::structs::{CERTIFICATE, VERSION};
use crate::value::{IntType, UintType, Value};

impl<'t> Machine<'t> {
    pub(super) fn function(
        &mut self,
        dot: &Value,
        func: &'static Func,
        spot: Spot<'t>,
        args: &'t [Operand],
        piped: Final,
    ) -> Run<Value> {
        self.check_count(func.name, func.params, func.variadic, args.len(), piped.is_some())?;
        if func.builtin && matches!(func.name, "and" | "or") {
            return self.and_or(dot, func.name == "or", args, piped);
        }
        let callee = match (func.name, args.first(), &piped) {
            ("call", Some(first), _) => Some(first.to_string()),
            ("call", None, Some(Value::Str(text))) => Some(text.lossy()),
            ("call", None, Some(value)) => Some(format!("<{} Value>", value.type_name())),
            _ => None,
        };
        let mut values = self.arguments(dot, func.params, func.variadic, args, piped)?;
        if let Some(callee) = callee {
            values.insert(0, Value::str(callee));
        }
        let outcome = (func.run)(&Call { args: &values, budget: &self.budget });
        self.finish(func.name, spot, outcome)
    }

    pub(super) fn method(
        &mut self,
        dot: &Value,
        receiver: &Value,
        method: &'static Method,
        spot: Spot<'t>,
        args: &'t [Operand],
        piped: Final,
    ) -> Run<Value> {
        self.check_count(method.name, method.params, false, args.len(), piped.is_some())?;
        let mut values = self.arguments(dot, method.params, false, args, piped)?;
        values.insert(0, receiver.clone());
        let outcome = (method.run)(&Call { args: &values, budget: &self.budget });
        self.finish(method.name, spot, outcome)
    }

    fn finish(&mut self, name: &str, spot: Spot<'t>, outcome: Outcome) -> Run<Value> {
        outcome.or_else(|problem| {
            self.spot = spot;
            self.fail(format!("error calling {name}: {problem}"))
        })
    }

    fn check_count(
        &self,
        name: &str,
        params: &[Param],
        variadic: bool,
        args: usize,
        piped: bool,
    ) -> Run<()> {
        let given = args + usize::from(piped);
        if !variadic && given != params.len() {
            let want = params.len();
            return self.fail(format!("wrong number of args for {name}: want {want} got {given}"));
        }
        let least = params.len().saturating_sub(1);
        if variadic && given < least {
            return self.fail(format!(
                "wrong number of args for {name}: want at least {least} got {args}"
            ));
        }
        Ok(())
    }

    /// `and` and `or` evaluate only as far as they must.
    fn and_or(&mut self, dot: &Value, or: bool, args: &'t [Operand], piped: Final) -> Run<Value> {
        let mut value = Value::Invalid;
        for arg in args {
            value = self.argument(dot, Param::Reflect, arg)?;
            if value.is_true() == or {
                return Ok(value);
            }
        }
        Ok(piped.unwrap_or(value))
    }

    fn arguments(
        &mut self,
        dot: &Value,
        params: &[Param],
        variadic: bool,
        args: &'t [Operand],
        piped: Final,
    ) -> Run<Vec<Value>> {
        let param = |index: usize| {
            let last = params.last().copied().unwrap_or(Param::Any);
            let fixed = params.len() - usize::from(variadic);
            if index < fixed { params[index] } else { last }
        };
        let mut values = Vec::with_capacity(args.len() + 1);
        for (index, arg) in args.iter().enumerate() {
            values.push(self.argument(dot, param(index), arg)?);
        }
        if let Some(value) = piped {
            values.push(self.check(value, param(args.len()))?);
        }
        Ok(values)
    }

    /// Evaluates one argument for a parameter of a given type.
    fn argument(&mut self, dot: &Value, param: Param, word: &'t Operand) -> Run<Value> {
        self.spot = Spot::Operand(word);
        let value = match &word.term {
            Term::Dot => dot.clone(),
            Term::Nil => return self.nil(param),
            Term::Field(names) => self.fields(dot, dot.clone(), word, names, &[], None)?,
            Term::Var(names) => self.variable(dot, word, names, &[], None)?,
            Term::Pipe(pipe) => self.pipeline(dot, pipe)?,
            Term::Func(func) => {
                self.deeper(|m| m.function(dot, func, Spot::Operand(word), &[], None))?
            }
            Term::Chain(of, names) => self.chain(dot, word, of, names, &[], None)?,
            Term::Bool(_) | Term::Number(_) | Term::Str(..) => {
                return self.literal(dot, param, word);
            }
        };
        self.check(value, param)
    }

    fn nil(&self, param: Param) -> Run<Value> {
        match param {
            Param::Any => Ok(Value::Nil),
            Param::Reflect => Ok(Value::Invalid),
            Param::List => Ok(Value::List(List::nil(ListType::Any))),
            Param::Dict => Ok(Value::Map(Map::nil(MapType::Any))),
            other => self.fail(format!("cannot assign nil to {}", other.name())),
        }
    }

    fn literal(&mut self, dot: &Value, param: Param, word: &'t Operand) -> Run<Value> {
        let number = match &word.term {
            Term::Number(number) => Some(number),
            _ => None,
        };
        let expected = match param {
            Param::Any | Param::Reflect => return self.plain(dot, word),
            Param::Bool => {
                if let Term::Bool(value) = word.term {
                    return Ok(Value::Bool(value));
                }
                "bool"
            }
            Param::Str => {
                if let Term::Str(_, text) = &word.term {
                    return Ok(Value::Str(text.clone()));
                }
                "string"
            }
            Param::Int | Param::Duration => {
                let int = param == Param::Int;
                let ty = if int { IntType::Int } else { IntType::Duration };
                if let Some(value) = number.and_then(|number| number.int) {
                    return Ok(Value::Int(ty, value));
                }
                "integer"
            }
            Param::Uint32 => {
                if let Some(value) = number.and_then(|number| number.uint) {
                    return Ok(Value::Uint(UintType::Uint32, u64::from(value as u32)));
                }
                "unsigned integer"
            }
            Param::Float => {
                if let Some(value) = number.and_then(|number| number.float) {
                    return Ok(Value::Float(value));
                }
                "float"
            }
            Param::List | Param::Dict | Param::Time | Param::Certificate | Param::Version => {
                return self.fail(format!("can't handle {word} for arg of type {}", param.name()));
            }
        };
        self.fail(format!("expected {expected}; found {word}"))
    }

    /// Checks a value against a parameter's type.
    fn check(&self, value: Value, param: Param) -> Run<Value> {
        let fits = match (param, &value) {
            (Param::Any, _) => return Ok(value.boxed()),
            (Param::Reflect, _) => return Ok(value),
            (Param::List | Param::Dict, Value::Invalid) => return self.nil(param),
            (_, Value::Invalid) => {
                return self.fail(format!("invalid value; expected {}", param.name()));
            }
            (Param::Bool, Value::Bool(_))
            | (Param::Str, Value::Str(_))
            | (Param::Int, Value::Int(IntType::Int, _))
            | (Param::Duration, Value::Int(IntType::Duration, _))
            | (Param::Uint32, Value::Uint(UintType::Uint32, _))
            | (Param::Float, Value::Float(_))
            | (Param::Time, Value::Time(_)) => true,
            (Param::List, Value::List(list)) => list.ty == ListType::Any,
            (Param::Dict, Value::Map(map)) => map.ty == MapType::Any,
            (Param::Certificate, Value::Struct(inner)) => inner.is(&CERTIFICATE),
            (Param::Version, Value::Pointer(inner)) => inner.is(&VERSION),
            _ => false,
        };
        if fits {
            return Ok(value);
        }
        let (want, got) = (param.name(), value.type_name());
        self.fail(format!("wrong type for value; expected {want}; got {got}"))
    }
}
