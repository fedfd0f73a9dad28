//! Anchors, aliases and tags.

use super::{Kind, Scanned, Scanner};
use crate::edit::yaml::token::Span;

impl Scanner<'_> {
    pub(super) fn fetch_anchor(&mut self) -> Scanned {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark();
        let is_alias = self.cursor.byte() == b'*';
        self.cursor.skip();
        while is_word(self.cursor.byte()) {
            self.cursor.skip();
        }
        let (first, end) = (start.index + 1, self.cursor.mark().index);
        let ends = self.cursor.is_white(0)
            || matches!(self.cursor.byte(), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if first == end || !ends {
            return Err(self
                .cursor
                .error("an anchor's name consists of letters, digits, '-' and '_'"));
        }
        let name = Span::new(first, end);
        let kind = if is_alias { Kind::Alias(name) } else { Kind::Anchor(name) };
        self.push(kind, start);
        Ok(())
    }

    pub(super) fn fetch_tag(&mut self) -> Scanned {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark();
        let known = match self.cursor.ahead(1) {
            b'<' => self.scan_verbatim_tag()?,
            _ => self.scan_short_tag()?,
        };
        if !self.cursor.is_white(0) {
            return Err(self.cursor.error("a blank must follow a tag"));
        }
        self.push(Kind::Tag { known }, start);
        Ok(())
    }

    fn scan_verbatim_tag(&mut self) -> Result<bool, crate::edit::yaml::SyntaxError> {
        self.cursor.skip_many(2);
        if !self.scan_tag_uri()? || self.cursor.byte() != b'>' {
            return Err(self.cursor.error("a tag that starts with !< must end with >"));
        }
        self.cursor.skip();
        Ok(true)
    }

    /// Reads `!`, `!suffix`, `!!suffix` or `!handle!suffix`. A handle with a
    /// name needs a declaration, which no readable document can have.
    fn scan_short_tag(&mut self) -> Result<bool, crate::edit::yaml::SyntaxError> {
        self.cursor.skip();
        let start = self.cursor.mark().index;
        while is_word(self.cursor.byte()) {
            self.cursor.skip();
        }
        let named = self.cursor.mark().index > start;
        let is_handle = self.cursor.byte() == b'!';
        if is_handle {
            self.cursor.skip();
        }
        if !self.scan_tag_uri()? && is_handle {
            return Err(self.cursor.error("a tag without a name"));
        }
        Ok(!(is_handle && named))
    }

    /// Moves over the characters a tag may have; whether there were any.
    fn scan_tag_uri(&mut self) -> Result<bool, crate::edit::yaml::SyntaxError> {
        let start = self.cursor.mark().index;
        loop {
            match self.cursor.byte() {
                b'%' => self.scan_uri_escape()?,
                byte if is_word(byte) || b";/?:@&=+$,.!~*'()[]".contains(&byte) => {
                    self.cursor.skip();
                }
                _ => return Ok(self.cursor.mark().index > start),
            }
        }
    }

    /// Moves over the escaped bytes of one character.
    fn scan_uri_escape(&mut self) -> Scanned {
        let mut left = 1;
        let mut first = true;
        while left > 0 {
            let octet = self.escaped_octet();
            left = match (octet, first) {
                (Some(0..0x80), true) => 1,
                (Some(0xC0..0xE0), true) => 2,
                (Some(0xE0..0xF0), true) => 3,
                (Some(0xF0..0xF8), true) => 4,
                (Some(0x80..0xC0), false) => left,
                _ => return Err(self.cursor.error("a tag with an invalid % escape")),
            } - 1;
            first = false;
            self.cursor.skip_many(3);
        }
        Ok(())
    }

    fn escaped_octet(&self) -> Option<u8> {
        let digit = |n| (self.cursor.ahead(n) as char).to_digit(16);
        let value = (self.cursor.byte() == b'%')
            .then_some(())
            .and_then(|()| Some((digit(1)? << 4) | digit(2)?))?;
        u8::try_from(value).ok()
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}
