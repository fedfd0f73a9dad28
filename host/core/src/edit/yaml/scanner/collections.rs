//! The beginnings, entries and ends of collections, in flow and in blocks.

use super::{MAX_DEPTH, Scanned, Scanner, SimpleKey};
use crate::edit::yaml::{cursor::Mark, token::Kind};

impl Scanner<'_> {
    pub(super) fn fetch_flow_start(&mut self, kind: Kind) -> Scanned {
        self.save_simple_key()?;
        self.simple_keys.push(SimpleKey::none(self.next_number()));
        self.flow_level += 1;
        if self.flow_level > MAX_DEPTH {
            return Err(self.cursor.error("collections nest too deep"));
        }
        self.simple_key_allowed = true;
        self.push_indicator(kind);
        Ok(())
    }

    pub(super) fn fetch_flow_end(&mut self, kind: Kind) -> Scanned {
        self.remove_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            self.simple_keys.pop();
        }
        self.simple_key_allowed = false;
        self.push_indicator(kind);
        Ok(())
    }

    pub(super) fn fetch_flow_entry(&mut self) -> Scanned {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(Kind::FlowEntry);
        Ok(())
    }

    pub(super) fn fetch_block_entry(&mut self) -> Scanned {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(self.cursor.error("a list entry cannot stand here"));
            }
            let mark = self.cursor.mark();
            self.roll_indent(mark, None, Kind::BlockSequenceStart)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(Kind::BlockEntry);
        Ok(())
    }

    pub(super) fn fetch_key(&mut self) -> Scanned {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(self.cursor.error("a key cannot stand here"));
            }
            let mark = self.cursor.mark();
            self.roll_indent(mark, None, Kind::BlockMappingStart)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.push_indicator(Kind::Key);
        Ok(())
    }

    pub(super) fn fetch_value(&mut self) -> Scanned {
        if let Some(key) = self.take_simple_key()? {
            self.insert(key.number, Kind::Key, key.mark);
            self.roll_indent(key.mark, Some(key.number), Kind::BlockMappingStart)?;
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.simple_key_allowed {
                    return Err(self.cursor.error("a second \": \" in one line; quote the value"));
                }
                let mark = self.cursor.mark();
                self.roll_indent(mark, None, Kind::BlockMappingStart)?;
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.push_indicator(Kind::Value);
        Ok(())
    }

    /// Pushes the token of the character at the cursor.
    pub(super) fn push_indicator(&mut self, kind: Kind) {
        self.push(kind, self.cursor.mark());
        self.cursor.skip();
    }

    /// Opens a block collection when the column is deeper than the last one.
    pub(super) fn roll_indent(&mut self, mark: Mark, number: Option<usize>, kind: Kind) -> Scanned {
        let column = mark.column as isize;
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_DEPTH {
            return Err(self.cursor.error("collections nest too deep"));
        }
        match number {
            Some(number) => self.insert(number, kind, mark),
            None => self.push(kind, mark),
        }
        Ok(())
    }

    /// Closes the block collections that are deeper than the column.
    pub(super) fn unroll_indent(&mut self, column: isize, scan_mark: Mark) {
        if self.flow_level > 0 {
            return;
        }
        let mut end = scan_mark;
        end.index = end.index.saturating_sub(1);
        while self.indent > column {
            end = self.end_before_comments(end);
            self.push(Kind::BlockEnd, end);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }
}
