//! Numbers, roughly: whether they make sense is seen when they are read.

use super::{Kind, Lexer, Token};
use crate::text::{decode_last, is_word, quote};

impl<'t> Lexer<'t> {
    pub(super) fn number(&mut self) -> Token<'t> {
        let mut good = self.scan_number();
        let mut kind = Kind::Number;
        if good && matches!(self.peek(), '+' | '-') {
            kind = Kind::Complex;
            good = self.scan_number() && decode_last(&self.input[..self.pos]).0 == 'i';
        }
        if good {
            return self.emit(kind);
        }
        let text = quote::quote(&self.input[self.start..self.pos], '"', false);
        self.error(format!("bad number syntax: {text}"))
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let found = self.rest().first().is_some_and(|b| valid.contains(b));
        self.pos += usize::from(found);
        found
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        let mut exponent: &[u8] = b"eE";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                (digits, exponent) = (b"0123456789abcdefABCDEF_", b"pP");
            } else if self.accept(b"oO") {
                (digits, exponent) = (b"01234567_", b"");
            } else if self.accept(b"bB") {
                (digits, exponent) = (b"01_", b"");
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        if self.pos < self.input.len() && is_word(self.peek()) {
            self.bump();
            return false;
        }
        true
    }
}
