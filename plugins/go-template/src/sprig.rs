//! Sprig's functions that always give the same result for the same arguments.

mod casing;
mod cast;
mod crypto;
mod date;
mod decimal;
mod defaults;
mod dicts;
mod encoding;
mod json;
mod lists;
mod merge;
mod numbers;
mod paths;
mod reflect;
mod regex;
pub(crate) mod semver;
mod strings;
mod url;
mod wrap;

use crate::func::Func;

/// The tables of all modules.
pub(crate) static TABLES: [&[Func]; 16] = [
    casing::TABLE,
    crypto::TABLE,
    date::TABLE,
    defaults::TABLE,
    dicts::TABLE,
    encoding::TABLE,
    json::TABLE,
    lists::TABLE,
    merge::TABLE,
    numbers::TABLE,
    paths::TABLE,
    reflect::TABLE,
    regex::TABLE,
    semver::TABLE,
    strings::TABLE,
    url::TABLE,
];
