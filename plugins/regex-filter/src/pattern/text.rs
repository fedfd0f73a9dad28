//! What is left to read of a pattern.

/// The rest of a pattern, read from its front.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'p>(pub(super) &'p str);

impl<'p> Text<'p> {
    pub(super) fn next(&mut self) -> Option<char> {
        let mut chars = self.0.chars();
        let next = chars.next()?;
        self.0 = chars.as_str();
        Some(next)
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.0.chars().next()
    }

    /// Reads a prefix if it is there.
    pub(super) fn eat(&mut self, prefix: &str) -> bool {
        match self.0.strip_prefix(prefix) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Reads up to a delimiter, and the delimiter; none when it is not there.
    pub(super) fn eat_until(&mut self, delimiter: &str) -> Option<&'p str> {
        let (text, rest) = self.0.split_once(delimiter)?;
        self.0 = rest;
        Some(text)
    }

    /// What was read since `self` was as it is.
    pub(super) fn up_to(&self, later: Text<'p>) -> String {
        self.0[..self.0.len() - later.0.len()].to_owned()
    }
}
