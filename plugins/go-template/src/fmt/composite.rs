//! Values made of values: lists, maps, structs, pointers.

use super::printer::{Printed, Printer};
use crate::limits::Walk;
use crate::value::list::{List, ListType};
use crate::value::map::Map;
use crate::value::structs::Struct;
use crate::value::time::Time;
use crate::value::{IntType, UintType, Value};

/// What stands for every address.
const ADDRESS: u64 = 0xc0_0000_0000;

impl Printer<'_> {
    pub(super) fn nil(&mut self) {
        self.write(if self.flags.sharp_v { "interface {}(nil)" } else { "<nil>" });
    }

    /// Addresses do not exist here: a made-up one is printed.
    pub(super) fn pointer(&mut self, value: &Value, verb: char) -> Printed {
        let address = match value {
            Value::List(list) if list.is_nil() => 0,
            Value::Map(map) if map.is_nil() => 0,
            Value::Pointer(_) | Value::Map(_) | Value::List(_) => ADDRESS,
            _ => return self.bad_verb(value, verb),
        };
        match verb {
            'v' if self.flags.sharp_v => {
                self.write(&format!("({})({address:#x})", value.type_name()));
            }
            'v' if address == 0 => self.pad(b"<nil>"),
            'v' | 'p' => self.address(address),
            'b' | 'o' | 'd' | 'x' | 'X' => {
                let number = Value::Uint(UintType::Uint64, address);
                self.integer(&number, address, false, verb)?;
            }
            _ => self.bad_verb(value, verb)?,
        }
        Ok(())
    }

    /// A moment under a verb that is not for text: as the struct it is in Go.
    pub(super) fn time(&mut self, time: &Time, verb: char) -> Printed {
        const YEAR_ONE: i64 = -62_135_596_800;
        let nanos = u64::from(time.nanos);
        let seconds = time.seconds.saturating_sub(YEAR_ONE);
        self.write("{");
        self.integer(&Value::Uint(UintType::Uint64, nanos), nanos, false, verb)?;
        self.write(" ");
        let ext = Value::Int(IntType::Int64, seconds);
        self.integer(&ext, seconds.unsigned_abs(), seconds < 0, verb)?;
        self.write(" ");
        match verb {
            'v' => self.pad(b"<nil>"),
            'b' | 'o' | 'd' => self.integer(&Value::Uint(UintType::Uint64, 0), 0, false, verb)?,
            _ => {
                self.write(&format!("%!{verb}(*time.Location="));
                self.pad(b"<nil>");
                self.write(")");
            }
        }
        self.write("}");
        Ok(())
    }

    /// An item inside something; it is padded and printed like an operand.
    fn item(&mut self, value: &Value, verb: char, walk: Walk<'_>) -> Printed {
        self.value(value, verb, 1, walk)
    }

    fn separator(&mut self, index: usize) {
        if index > 0 {
            self.write(if self.flags.sharp_v { ", " } else { " " });
        }
    }

    pub(super) fn list(
        &mut self,
        list: &List,
        verb: char,
        depth: usize,
        walk: Walk<'_>,
    ) -> Printed {
        let as_bytes = matches!(verb, 's' | 'q' | 'x' | 'X') || depth == 0 && verb == 'd';
        if list.ty == ListType::Bytes && (as_bytes || depth == 0 && verb == 'v') {
            return self.bytes(list, verb, depth);
        }
        let sharp = self.flags.sharp_v;
        if sharp {
            self.write(list.ty.name());
            if list.is_nil() {
                self.write("(nil)");
                return Ok(());
            }
        }
        self.write(if sharp { "{" } else { "[" });
        for i in 0..list.len() {
            self.separator(i);
            let item = list.get(i).unwrap_or(Value::Nil);
            self.item(&item, verb, walk)?;
        }
        self.write(if sharp { "}" } else { "]" });
        Ok(())
    }

    pub(super) fn map(&mut self, map: &Map, verb: char, walk: Walk<'_>) -> Printed {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.write(map.ty.name());
            if map.is_nil() {
                self.write("(nil)");
                return Ok(());
            }
        }
        self.write(if sharp { "{" } else { "map[" });
        for (i, (key, value)) in map.entries().iter().enumerate() {
            self.separator(i);
            self.item(&key.value(), verb, walk)?;
            self.write(":");
            self.item(value, verb, walk)?;
        }
        self.write(if sharp { "}" } else { "]" });
        Ok(())
    }

    pub(super) fn structure(&mut self, value: &Struct, verb: char, walk: Walk<'_>) -> Printed {
        if self.flags.sharp_v {
            self.write(value.ty.name);
        }
        self.write("{");
        for (i, (field, item)) in value.ty.fields.iter().zip(&value.fields).enumerate() {
            self.separator(i);
            if self.flags.plus_v || self.flags.sharp_v {
                self.write(field.name);
                self.write(":");
            }
            self.item(item, verb, walk)?;
        }
        self.write("}");
        Ok(())
    }
}
