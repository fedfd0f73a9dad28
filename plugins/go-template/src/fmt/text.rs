//! Strings and bytes under the verbs `v s q x X`.

use super::printer::{Printed, Printer};
use crate::text::quote::{can_backquote, quote};
use crate::text::{Str, chars};
use crate::value::Value;
use crate::value::list::List;

impl Printer<'_> {
    pub(super) fn text(&mut self, text: &Str, verb: char) -> Printed {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(text),
            'v' | 's' => self.string(text),
            'x' | 'X' => self.hex(text, verb == 'X'),
            'q' => self.quoted(text),
            _ => return self.bad_verb(&Value::Str(text.clone()), verb),
        }
        Ok(())
    }

    /// Prints text, cut to the precision.
    pub(super) fn string(&mut self, text: &[u8]) {
        self.pad(self.cut(text));
    }

    fn cut<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        match self.flags.precision {
            Some(count) => &text[..chars(text).take(count).map(|(_, width)| width).sum()],
            None => text,
        }
    }

    fn quoted(&mut self, text: &[u8]) {
        let text = self.cut(text);
        if self.flags.sharp && can_backquote(text) {
            self.pad(&[b"`", text, b"`"].concat());
            return;
        }
        let quoted = quote(text, '"', self.flags.plus);
        self.pad(quoted.as_bytes());
    }

    fn hex(&mut self, bytes: &[u8], upper: bool) {
        let count = self.flags.precision.map_or(bytes.len(), |most| most.min(bytes.len()));
        if count == 0 {
            self.pad_left(self.flags.width.unwrap_or(0));
            return;
        }
        let prefix = match (self.flags.sharp, upper) {
            (true, true) => "0X",
            (true, false) => "0x",
            _ => "",
        };
        let mut text = String::from(prefix);
        for (i, byte) in bytes[..count].iter().enumerate() {
            if self.flags.space && i > 0 {
                text.push(' ');
                text.push_str(prefix);
            }
            text.push_str(&if upper { format!("{byte:02X}") } else { format!("{byte:02x}") });
        }
        self.pad(text.as_bytes());
    }

    /// Prints a `[]uint8`.
    pub(super) fn bytes(&mut self, list: &List, verb: char, depth: usize) -> Printed {
        let raw = list.raw();
        match verb {
            's' => self.string(&raw),
            'q' => self.quoted(&raw),
            'x' | 'X' => self.hex(&raw, verb == 'X'),
            _ => {
                let sharp = self.flags.sharp_v;
                if sharp {
                    // A byte slice by itself is named by its alias.
                    self.write(if depth == 0 { "[]byte" } else { list.ty.name() });
                }
                self.write(if sharp { "{" } else { "[" });
                for (i, byte) in raw.iter().enumerate() {
                    if i > 0 {
                        self.write(if sharp { ", " } else { " " });
                    }
                    if sharp {
                        self.hex_with_prefix(u64::from(*byte));
                    } else {
                        self.digits(u64::from(*byte), false, 10, 'd', b"0123456789abcdefx");
                    }
                }
                self.write(if sharp { "}" } else { "]" });
            }
        }
        Ok(())
    }
}
