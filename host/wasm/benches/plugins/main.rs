//! What a decision costs in the sandbox, and what the same code costs natively.
//!
//! `cargo bench -p tagwarden-wasm` prints the tables of `docs/benchmarks.md`.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run has nothing to say")]

mod cases;
mod clock;
mod engine;

use anyhow::Result;

fn main() -> Result<()> {
    let cases = cases::all();
    engine::per_tag(&cases)?;
    engine::fresh(&cases)?;
    engine::throughput(&cases)?;
    engine::start(&cases)
}
