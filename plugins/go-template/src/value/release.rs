//! Frees values without recursion: a loop can nest lists deeper than the stack
//! allows.

use super::Value;
use std::cell::RefCell;

thread_local! {
    /// Values waiting to be freed; `None` when nobody is freeing any.
    static WAITING: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

/// Frees the parts of a list or map that was just given up.
pub(super) fn release(parts: Vec<Value>) {
    let queued = WAITING.with_borrow_mut(|waiting| match waiting {
        Some(waiting) => {
            waiting.extend(parts);
            true
        }
        None => {
            *waiting = Some(parts);
            false
        }
    });
    if queued {
        return;
    }
    // What a value holds comes back here through its own drop, and is queued.
    while let Some(value) = WAITING.with_borrow_mut(|waiting| waiting.as_mut()?.pop()) {
        drop(value);
    }
    WAITING.set(None);
}
