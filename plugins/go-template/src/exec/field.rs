//! Fields, map entries and methods of values.

use super::eval::Final;
use super::{Machine, Run, Spot};
use crate::error::TemplateError;
use crate::parse::node::Operand;
use crate::text::Str;
use crate::value::Value;
use crate::value::methods;
use crate::value::structs::{RESULT, Struct};

impl<'t> Machine<'t> {
    /// Walks along `.A.B.C`; the last may be a method with arguments.
    pub(super) fn fields(
        &mut self,
        dot: &Value,
        mut receiver: Value,
        word: &'t Operand,
        names: &[Str],
        args: &'t [Operand],
        piped: Final,
    ) -> Run<Value> {
        let Some((last, path)) = names.split_last() else { return Ok(receiver) };
        for name in path {
            receiver = self.field(dot, &receiver, word, name, &[], None)?;
        }
        self.field(dot, &receiver, word, last, args, piped)
    }

    fn field(
        &mut self,
        dot: &Value,
        receiver: &Value,
        word: &'t Operand,
        name: &Str,
        args: &'t [Operand],
        piped: Final,
    ) -> Run<Value> {
        let has_args = !args.is_empty() || piped.is_some();
        match receiver {
            Value::Invalid => return Ok(Value::Invalid),
            Value::Nil => {
                return self.fail(format!("nil pointer evaluating interface {{}}.{name}"));
            }
            _ => {}
        }
        if let Some(method) = methods::find(receiver, name) {
            let spot = Spot::Operand(word);
            return self.method(dot, receiver, method, spot, args, piped);
        }
        match receiver {
            Value::Struct(inner) | Value::Pointer(inner) => {
                if let Some((field, value)) = inner.field(name) {
                    let ty = receiver.type_name();
                    if !field.is_exported() {
                        return self
                            .fail(format!("{name} is an unexported field of struct type {ty}"));
                    }
                    if has_args {
                        return self.fail(format!(
                            "{name} has arguments but cannot be invoked as function"
                        ));
                    }
                    return Ok(value);
                }
                self.check_removed(inner, name)?;
            }
            Value::Map(map) if map.ty.has_string_keys() => {
                if has_args {
                    return self.fail(format!("{name} is not a method but has arguments"));
                }
                return Ok(map.get(name).unwrap_or(Value::Invalid));
            }
            _ => {}
        }
        self.fail(format!("can't evaluate field {name} in type {}", receiver.type_name()))
    }

    fn check_removed(&self, receiver: &Struct, name: &Str) -> Run<()> {
        if receiver.is(&RESULT) && &**name == b"ImageResult" {
            return Err(TemplateError::RemovedField);
        }
        Ok(())
    }
}
