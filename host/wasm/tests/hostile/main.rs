//! Plugins that misbehave, each ended in time and told apart.

mod answers;
mod loading;
mod resources;
mod stage;
