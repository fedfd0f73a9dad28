//! The whole loop over real Git servers, in one process.

mod races;
mod sharing;
mod world;
