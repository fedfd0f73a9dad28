//! What a plugin decides, and in which language it is written.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What a plugin decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Which tag is the current one.
    Policy,
    /// Which tags a policy sees, and by which keys.
    Filter,
    /// What a commit says.
    Message,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Policy, Self::Filter, Self::Message];

    /// The world of `wit/` that plugins of this kind belong to.
    #[must_use]
    pub fn world(self) -> &'static str {
        match self {
            Self::Policy => "tag-policy",
            Self::Filter => "tag-filter",
            Self::Message => "commit-message",
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let kind = Self::ALL.into_iter().find(|kind| kind.to_string() == name);
        kind.ok_or_else(|| "there are policy, filter and message".to_owned())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Policy => "policy",
            Self::Filter => "filter",
            Self::Message => "message",
        })
    }
}

/// A language with a template and a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust, with the SDK.
    Rust,
    /// Go, by the standard toolchain.
    Go,
    /// JavaScript, on QuickJS.
    JavaScript,
    /// Python, on `CPython`.
    Python,
    /// C, by `zig cc` or clang.
    C,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Rust, Self::Go, Self::JavaScript, Self::Python, Self::C];

    /// What it is called on the command line and in file paths.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Go => "go",
            Self::JavaScript => "javascript",
            Self::Python => "python",
            Self::C => "c",
        }
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let language = Self::ALL.into_iter().find(|language| language.id() == name);
        language.ok_or_else(|| "there are rust, go, javascript, python and c".to_owned())
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rust => "Rust",
            Self::Go => "Go",
            Self::JavaScript => "JavaScript",
            Self::Python => "Python",
            Self::C => "C",
        })
    }
}
