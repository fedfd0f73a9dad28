//! How much a template may do before it is stopped.

use std::cell::Cell;

/// The longest message.
pub(crate) const MAX_OUTPUT: usize = 1 << 20;
/// Bytes that all steps together may produce.
const MAX_BYTES: usize = 24 << 20;
/// Actions, commands and loop turns.
const MAX_STEPS: usize = 2_000_000;
/// The most elements a function may put into one list.
pub(crate) const MAX_ITEMS: usize = 100_000;
/// How deep templates, blocks and parentheses may nest together. A sandbox with a
/// stack of 512 KiB was seen to hold more than 450 levels.
pub(crate) const MAX_NESTING: usize = 250;
/// How deep one value may nest.
const MAX_VALUE_DEPTH: u8 = 100;

/// What a template has used up.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    bytes: Cell<usize>,
    steps: Cell<usize>,
}

/// Which limit was hit, as a sentence.
pub(crate) type Exceeded = String;

impl Budget {
    /// Accounts for bytes about to be produced.
    pub(crate) fn bytes(&self, count: usize) -> Result<(), Exceeded> {
        let used = self.bytes.get().saturating_add(count);
        if used > MAX_BYTES {
            return Err(format!("the template produces more than {MAX_BYTES} bytes of values"));
        }
        self.bytes.set(used);
        Ok(())
    }

    /// Accounts for a list about to be built.
    pub(crate) fn items(&self, count: usize) -> Result<(), Exceeded> {
        if count > MAX_ITEMS {
            return Err(format!("a list of more than {MAX_ITEMS} elements"));
        }
        self.bytes(count.saturating_mul(size_of::<crate::value::Value>()))
    }

    /// Accounts for one step.
    pub(crate) fn step(&self) -> Result<(), Exceeded> {
        let used = self.steps.get() + 1;
        if used > MAX_STEPS {
            return Err(format!("the template takes more than {MAX_STEPS} steps"));
        }
        self.steps.set(used);
        Ok(())
    }
}

/// A walk through a value, which may nest and share parts without end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walk<'b> {
    budget: &'b Budget,
    left: u8,
}

impl Budget {
    pub(crate) fn walk(&self) -> Walk<'_> {
        Walk { budget: self, left: MAX_VALUE_DEPTH }
    }
}

impl Walk<'_> {
    /// One value further down.
    pub(crate) fn deeper(self) -> Result<Self, Exceeded> {
        self.budget.step()?;
        let left = self.left.checked_sub(1);
        let left = left.ok_or_else(|| format!("a value nests more than {MAX_VALUE_DEPTH} deep"))?;
        Ok(Self { left, ..self })
    }

    /// Accounts for bytes produced on the way.
    pub(crate) fn bytes(self, count: usize) -> Result<(), Exceeded> {
        self.budget.bytes(count)
    }
}
