//! Plugins that misbehave, each ended in time and told apart.

#![expect(clippy::unwrap_used, reason = "the stage of a test may panic as the test may")]

mod answers;
mod grants;
mod loading;
mod resources;
mod stage;
mod wasi;
