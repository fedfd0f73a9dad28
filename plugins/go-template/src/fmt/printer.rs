//! Walks a value and prints it under one verb.

use crate::limits::{Budget, Exceeded, Walk};
use crate::text::Str;
use crate::value::{IntType, Value, methods};

pub(super) type Printed = Result<(), Exceeded>;

/// The flags, width and precision of one directive.
#[derive(Clone, Debug, Default)]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`.
    pub(super) plus_v: bool,
    /// `%#v`.
    pub(super) sharp_v: bool,
}

/// Whether Go prints the type without looking for methods.
fn is_basic(value: &Value) -> bool {
    match value {
        Value::Int(ty, _) => matches!(ty, IntType::Int | IntType::Int64),
        Value::Bool(_) | Value::Uint(..) | Value::Float(_) | Value::Complex(..) => true,
        Value::Str(_) => true,
        _ => false,
    }
}

/// The output so far, and how the current operand is to be printed.
pub(super) struct Printer<'b> {
    pub(super) out: Vec<u8>,
    pub(super) flags: Flags,
    budget: &'b Budget,
    /// Printing the value inside `%!d(string=x)`: its methods are not called.
    erroring: bool,
    accounted: usize,
}

impl<'b> Printer<'b> {
    pub(super) fn new(budget: &'b Budget) -> Self {
        Self { out: Vec::new(), flags: Flags::default(), budget, erroring: false, accounted: 0 }
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, Exceeded> {
        self.account()?;
        Ok(self.out)
    }

    /// Accounts for what was printed since the last time.
    fn account(&mut self) -> Printed {
        let fresh = self.out.len() - self.accounted;
        self.accounted = self.out.len();
        self.budget.bytes(fresh)
    }

    pub(super) fn write(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn padding(&mut self, count: usize) {
        let byte = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        self.out.resize(self.out.len() + count, byte);
    }

    pub(super) fn pad(&mut self, bytes: &[u8]) {
        let wide = self.flags.width.unwrap_or(0);
        let missing = wide.saturating_sub(crate::text::chars(bytes).count());
        if self.flags.minus {
            self.out.extend_from_slice(bytes);
            self.padding(missing);
        } else {
            self.padding(missing);
            self.out.extend_from_slice(bytes);
        }
    }

    /// Pads with spaces even where zeros were asked for.
    pub(super) fn pad_blank(&mut self, bytes: &[u8]) {
        let zero = std::mem::take(&mut self.flags.zero);
        self.pad(bytes);
        self.flags.zero = zero;
    }

    pub(super) fn pad_left(&mut self, count: usize) {
        self.padding(count);
    }

    /// Prints an operand.
    pub(super) fn arg(&mut self, value: &Value, verb: char) -> Printed {
        match (value, verb) {
            (Value::Invalid | Value::Nil, 'T' | 'v') => {
                self.pad(b"<nil>");
                return self.account();
            }
            (Value::Invalid | Value::Nil, _) => {
                self.write(&format!("%!{verb}(<nil>)"));
                return self.account();
            }
            (_, 'T') => {
                self.string(value.type_name().as_bytes());
                return self.account();
            }
            (_, 'p') => return self.pointer(value, 'p'),
            _ => {}
        }
        self.value(value, verb, 0, self.budget.walk())?;
        self.account()
    }

    /// Prints the complaint about a verb that does not fit the operand.
    pub(super) fn bad_verb(&mut self, value: &Value, verb: char) -> Printed {
        self.write(&format!("%!{verb}({}=", value.type_name()));
        let before = std::mem::replace(&mut self.erroring, true);
        self.value(value, 'v', 0, self.budget.walk())?;
        self.erroring = before;
        self.write(")");
        Ok(())
    }

    /// Lets the value's `String` method print it, where it has one.
    fn by_method(&mut self, value: &Value, verb: char) -> Result<bool, Exceeded> {
        if self.erroring {
            return Ok(false);
        }
        if verb == 'w' && !is_basic(value) {
            self.bad_verb(value, verb)?;
            return Ok(true);
        }
        if self.flags.sharp_v {
            if let Some(text) = methods::go_string(value) {
                self.string(text.as_bytes());
                return Ok(true);
            }
            return Ok(false);
        }
        if !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return Ok(false);
        }
        let Some(text) = methods::string(value) else { return Ok(false) };
        self.text(&Str::from(text), verb)?;
        Ok(true)
    }

    pub(super) fn value(
        &mut self,
        value: &Value,
        verb: char,
        depth: usize,
        walk: Walk<'_>,
    ) -> Printed {
        let walk = walk.deeper()?;
        if self.out.len() - self.accounted > 1 << 16 {
            self.account()?;
        }
        if self.by_method(value, verb)? {
            return Ok(());
        }
        match value {
            Value::Invalid | Value::Nil => self.nil(),
            Value::Bool(truth) => match verb {
                't' | 'v' => self.pad(if *truth { b"true" } else { b"false" }),
                _ => self.bad_verb(value, verb)?,
            },
            Value::Int(_, number) => {
                self.integer(value, number.unsigned_abs(), *number < 0, verb)?;
            }
            Value::Uint(_, number) => self.integer(value, *number, false, verb)?,
            Value::Float(number) => self.float(value, *number, verb)?,
            Value::Complex(re, im) => self.complex(value, *re, *im, verb)?,
            Value::Str(text) => self.text(text, verb)?,
            Value::List(list) => self.list(list, verb, depth, walk)?,
            Value::Map(map) => self.map(map, verb, walk)?,
            Value::Struct(inner) => self.structure(inner, verb, walk)?,
            Value::Pointer(inner) if depth == 0 => {
                self.write("&");
                let inner = Value::Struct(inner.clone());
                self.value(&inner, verb, depth + 1, walk)?;
            }
            Value::Pointer(_) => self.pointer(value, verb)?,
            Value::Time(time) => self.time(time, verb)?,
        }
        Ok(())
    }
}
