//! Selects the greatest or smallest number.
