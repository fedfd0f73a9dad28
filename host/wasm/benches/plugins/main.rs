//! What a decision costs in the sandbox, and what the same code costs natively.
//!
//! `cargo bench -p tagwarden-wasm` prints the tables of `docs/benchmarks.md`, in about
//! a minute and a half; with `-- throughput` or another section's name only that one.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run has nothing to say")]

mod cases;
mod clock;
mod engine;

use anyhow::Result;

type Section = fn(&[cases::Case]) -> Result<()>;

const SECTIONS: [(&str, Section); 4] = [
    ("tags", engine::per_tag),
    ("fresh", engine::fresh),
    ("throughput", engine::throughput),
    ("start", engine::start),
];

fn main() -> Result<()> {
    let cases = cases::all();
    // Cargo passes flags of its own.
    let asked: Vec<_> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|asked| asked == name);
    SECTIONS.into_iter().filter(|(name, _)| is_asked(name)).try_for_each(|(_, run)| run(&cases))
}
