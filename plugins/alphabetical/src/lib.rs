//! Selects the last tag in byte order.
