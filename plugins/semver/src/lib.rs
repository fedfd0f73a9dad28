//! Selects the greatest version within a range.
