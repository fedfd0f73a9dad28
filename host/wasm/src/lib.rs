//! The plugin engine: the only crate that knows wasmtime.
