//! The command line of Tagwarden.

fn main() {}
