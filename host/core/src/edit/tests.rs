//! Behaviour of edits.
