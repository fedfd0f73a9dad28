//! Keys without a `?`, which show only when their colon comes.

use super::{Mark, Scanned, Scanner};
use crate::edit::yaml::SyntaxError;

/// The most characters from the start of such a key to its colon.
const MAX_KEY: usize = 1024;

/// A token that may turn out to be a key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SimpleKey {
    possible: bool,
    /// Whether nothing but a key may stand there.
    required: bool,
    /// The number of the token.
    pub number: usize,
    pub mark: Mark,
}

impl SimpleKey {
    /// No key, at a new flow level.
    pub fn none(number: usize) -> Self {
        Self { number, ..Self::default() }
    }
}

impl Scanner<'_> {
    /// Notes that a key may start at the cursor.
    pub(super) fn save_simple_key(&mut self) -> Scanned {
        if !self.simple_key_allowed {
            return Ok(());
        }
        let mark = self.cursor.mark();
        let key = SimpleKey {
            possible: true,
            required: self.flow_level == 0 && self.indent == mark.column as isize,
            number: self.next_number(),
            mark,
        };
        self.remove_simple_key()?;
        if let Some(last) = self.simple_keys.last_mut() {
            *last = key;
        }
        Ok(())
    }

    /// Gives up the key of the current flow level.
    pub(super) fn remove_simple_key(&mut self) -> Scanned {
        match self.simple_keys.last_mut() {
            Some(key) if key.possible => {
                key.possible = false;
                if key.required { Err(no_colon(key.mark)) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    /// The key that the colon at the cursor belongs to.
    pub(super) fn take_simple_key(&mut self) -> Result<Option<SimpleKey>, SyntaxError> {
        let last = self.simple_keys.len().saturating_sub(1);
        if !self.is_still_key(last)? {
            return Ok(None);
        }
        Ok(self.simple_keys.get_mut(last).map(|key| {
            key.possible = false;
            *key
        }))
    }

    /// Whether the token to be taken next may yet become a key.
    pub(super) fn front_may_be_key(&mut self) -> Result<bool, SyntaxError> {
        // Token numbers ascend with the flow level.
        let first = self.simple_keys.partition_point(|key| key.number < self.taken);
        let mut index = first;
        while self.simple_keys.get(index).is_some_and(|key| key.number == self.taken) {
            if self.simple_keys[index].possible {
                return self.is_still_key(index);
            }
            index += 1;
        }
        Ok(false)
    }

    /// Whether the key may still get its colon: in its line, and not too far off.
    fn is_still_key(&mut self, index: usize) -> Result<bool, SyntaxError> {
        let now = self.cursor.mark();
        let Some(key) = self.simple_keys.get(index).copied().filter(|key| key.possible) else {
            return Ok(false);
        };
        if key.mark.line == now.line && now.column <= key.mark.column + MAX_KEY {
            return Ok(true);
        }
        if key.required {
            return Err(no_colon(key.mark));
        }
        self.simple_keys[index].possible = false;
        Ok(false)
    }
}

fn no_colon(mark: Mark) -> SyntaxError {
    SyntaxError::new(mark.line, "a key without \": \"")
}
