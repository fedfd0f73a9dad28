//! What every command takes.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, ValueEnum, ValueHint};
use tagwarden_core::spec::Grant;

/// What every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// How to print results.
    #[arg(short, long, global = true, value_enum, default_value_t = Output::Table)]
    pub output: Output,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Say more on standard error; twice for still more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Where tags, selections, Git mirrors and compiled plugins are kept.
    /// [default: $XDG_STATE_HOME/tagwarden, else ~/.local/state/tagwarden]
    #[arg(long, global = true, env = "TAGWARDEN_STATE", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub state: Option<PathBuf>,
    /// Load a plugin for this invocation, in place of one of the same name.
    #[arg(long = "plugin", global = true, value_name = "NAME=PATH.wasm")]
    pub plugins: Vec<PluginFile>,
    /// Give a plugin loaded by --plugin more than its input: metadata (to ask
    /// about images) or wasi (an empty system). Nothing is granted by default.
    #[arg(long = "grant", global = true, value_name = "NAME=GRANT")]
    pub grants: Vec<PluginGrant>,
    /// Write down what plugins are asked and what they answer, a line of JSON each, for
    /// `plugin replay`.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub record: Option<PathBuf>,
}

/// How to print results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For programs, and people who like it.
    Yaml,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A plugin and the file it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginFile {
    pub name: String,
    pub path: PathBuf,
}

/// A plugin and something it is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginGrant {
    pub name: String,
    pub grant: Grant,
}

impl FromStr for PluginGrant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, grant) = text.split_once('=').ok_or("write NAME=GRANT, e.g. calver=metadata")?;
        Ok(Self { name: name.to_owned(), grant: grant.parse()? })
    }
}

impl FromStr for PluginFile {
    type Err = String;

    /// `NAME=PATH.wasm`, or a path alone, named by its file's stem.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name.to_owned(), PathBuf::from(path)),
            None => {
                let path = PathBuf::from(text);
                let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
                (stem.unwrap_or_default(), path)
            }
        };
        let named = !name.is_empty()
            && name.len() <= 63
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !named {
            return Err(format!(
                "{name:?} is no plugin name: use NAME=PATH with a name of a-z, 0-9 and -"
            ));
        }
        Ok(Self { name, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_named_by_its_file_unless_told() {
        let named: PluginFile = "semver=/x/y.wasm".parse().unwrap();
        assert_eq!((named.name.as_str(), named.path.to_str()), ("semver", Some("/x/y.wasm")));
        let bare: PluginFile = "/x/calver.wasm".parse().unwrap();
        assert_eq!(bare.name, "calver");
        assert!("Bad_Name=x".parse::<PluginFile>().is_err());
    }

    #[test]
    fn a_grant_is_one_that_there_is() {
        let granted: PluginGrant = "calver=metadata".parse().unwrap();
        assert_eq!((granted.name.as_str(), granted.grant), ("calver", Grant::Metadata));
        for odd in ["metadata", "calver=", "calver=network"] {
            assert!(odd.parse::<PluginGrant>().is_err(), "{odd}");
        }
    }
}
