//! The first-party plugins, built as components and embedded.
