//! Pull requests end to end: the built program, a real registry and Git remote,
//! and each forge, by its API description or in person.

mod adapter;
mod desk;
mod in_person;
mod life;
mod limits;
mod races;
mod scenes;
mod ways_in;
