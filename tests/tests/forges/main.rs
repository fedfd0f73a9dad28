//! Pull requests end to end: the built program, a real registry and Git remote,
//! and each forge, by its API description or in person.

mod life;
mod limits;
mod scenes;
