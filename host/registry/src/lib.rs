//! Registry scans and the tag store.
