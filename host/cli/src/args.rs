//! The command line, as clap reads it.

use std::{path::PathBuf, str::FromStr, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use tagwarden_core::object::ObjectName;

/// Keeps container images in GitOps repositories current; every decision runs in a sandbox.
///
/// Reads Flux's own manifests (ImageRepository, ImagePolicy, ImageUpdateAutomation,
/// GitRepository, Secret) from files, scans the registries, lets WebAssembly plugins
/// choose the tags, and writes them into the marked lines of a Git repository.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing selected.
#[derive(Debug, Parser)]
#[command(name = "tagwarden", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

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

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Reconcile everything: scan, select, edit, commit, push.
    Run(Run),
    /// Show what `run` would do, and write nothing.
    Plan(Manifests),
    /// Show the state that the last run left.
    Get(Get),
    /// Tell for each tag why it is, or is not, the selected one.
    Explain(Explain),
    /// List the tags of an image.
    Scan(Scan),
    /// Select a tag, from standard input or from an image.
    Select(Box<Select>),
    /// Edit marked YAML files in place.
    Set(Set),
    /// Render a commit message.
    Message(Message),
    /// Look at plugins.
    #[command(subcommand)]
    Plugin(Plugin),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Where the manifests are.
#[derive(Debug, Args)]
pub struct Manifests {
    /// A manifest, or a folder of them, read with its subfolders.
    #[arg(short, long = "filename", value_name = "DIR", required = true, value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub manifests: Manifests,
    /// Make one pass over everything, and stop.
    #[arg(long)]
    pub once: bool,
    /// Do nothing more often than this, whatever the manifests say.
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "once")]
    pub interval: Option<Duration>,
}

#[derive(Debug, Args)]
pub struct Get {
    /// Only this kind.
    #[arg(value_enum, default_value_t = Kind::All)]
    pub kind: Kind,
    #[command(flatten)]
    pub manifests: Manifests,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    All,
    #[value(alias = "repository")]
    Repositories,
    #[value(alias = "policy")]
    Policies,
    #[value(alias = "update")]
    Updates,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The policy: NAMESPACE/NAME, or NAME alone where only one has it.
    pub policy: String,
    /// Only this tag.
    #[arg(long)]
    pub tag: Option<String>,
    #[command(flatten)]
    pub manifests: Manifests,
}

/// How to reach an image's registry.
#[derive(Debug, Args)]
pub struct Access {
    /// Allow plain HTTP.
    #[arg(long)]
    pub insecure: bool,
    /// A Docker configuration file with credentials. [default: ~/.docker/config.json]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub docker_config: Option<PathBuf>,
    /// How long it may take in all.
    #[arg(long, default_value = "1m", value_name = "DURATION", value_parser = duration)]
    pub timeout: Duration,
}

#[derive(Debug, Args)]
pub struct Scan {
    /// The image, without a tag.
    pub image: String,
    #[command(flatten)]
    pub access: Access,
}

#[derive(Debug, Args)]
pub struct Select {
    /// The greatest version within a range, e.g. '>=1.0.0 <2.0.0'.
    #[arg(long, value_name = "RANGE", group = "decider")]
    pub semver: Option<String>,
    /// The last tag (asc) or the first (desc) in byte order.
    #[arg(long, value_name = "ORDER", group = "decider")]
    pub alphabetical: Option<String>,
    /// The greatest (asc) or smallest (desc) number.
    #[arg(long, value_name = "ORDER", group = "decider")]
    pub numerical: Option<String>,
    /// A plugin loaded by --plugin, by its name; implied when --plugin is given once and nothing else is.
    #[arg(long, value_name = "NAME", group = "decider")]
    pub policy: Option<String>,
    /// The settings of --policy, as JSON.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub settings: String,
    /// Only tags that match this RE2 pattern.
    #[arg(long, value_name = "PATTERN")]
    pub filter: Option<String>,
    /// Compare this expansion of the pattern's groups in place of the tag, e.g. '$timestamp'.
    #[arg(long, value_name = "TEMPLATE", requires = "filter")]
    pub extract: Option<String>,
    /// Scan this image in place of reading tags from standard input.
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<String>,
    /// Tell for each tag what became of it.
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub access: Access,
}

#[derive(Debug, Args)]
pub struct Set {
    /// Files or folders to edit.
    #[arg(required = true, value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// What a policy selected; may be given many times.
    #[arg(long = "policy", required = true, value_name = "NS/NAME=IMAGE:TAG[@DIGEST]")]
    pub policies: Vec<String>,
    /// Show the changes as a diff, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Message {
    /// The template.
    #[arg(long, value_name = "TEXT", required_unless_present = "template_file")]
    pub template: Option<String>,
    /// The file with the template.
    #[arg(long, value_name = "FILE", conflicts_with = "template", value_hint = ValueHint::FilePath)]
    pub template_file: Option<PathBuf>,
    /// The changes: JSON of {automation, values, changes}; - for standard input.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub changes: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// List the plugins there are.
    List,
    /// Show what a plugin is, imports and exports.
    Inspect {
        /// A file, or the name of a plugin.
        plugin: String,
    },
}

/// A Go duration, e.g. `1h30m`.
fn duration(text: &str) -> Result<Duration, String> {
    let duration = tagwarden_api::parse_duration(text).filter(|duration| !duration.is_zero());
    duration.ok_or_else(|| "write a number with h, m, s or ms, e.g. 5m or 1h30m".to_owned())
}

/// `NAMESPACE/NAME`, or a bare name.
pub fn object_name(text: &str) -> (Option<&str>, &str) {
    match text.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, text),
    }
}

/// Finds the one object that `text` names.
pub fn named<'a>(
    text: &str,
    objects: impl Iterator<Item = &'a ObjectName>,
) -> Result<&'a ObjectName, String> {
    let (namespace, name) = object_name(text);
    let all: Vec<_> = objects.collect();
    let fits = |o: &&ObjectName| o.name == name && namespace.is_none_or(|n| o.namespace == n);
    let mut found = all.iter().copied().filter(fits);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => {
            let there: Vec<_> = all.iter().map(ToString::to_string).collect();
            Err(format!("there is no {text} in the manifests, only: {}", there.join(", ")))
        }
        (Some(one), Some(other)) => {
            Err(format!("{text} may be {one} or {other}: give the namespace"))
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_plugin_is_named_by_its_file_unless_told() {
        let named: PluginFile = "semver=/x/y.wasm".parse().unwrap();
        assert_eq!((named.name.as_str(), named.path.to_str()), ("semver", Some("/x/y.wasm")));
        let bare: PluginFile = "/x/calver.wasm".parse().unwrap();
        assert_eq!(bare.name, "calver");
        assert!("Bad_Name=x".parse::<PluginFile>().is_err());
    }

    #[test]
    fn a_bare_name_must_be_unambiguous() {
        let objects =
            [ObjectName::new("a", "x"), ObjectName::new("b", "x"), ObjectName::new("b", "y")];
        assert_eq!(named("y", objects.iter()), Ok(&objects[2]));
        assert_eq!(named("b/x", objects.iter()), Ok(&objects[1]));
        assert!(named("x", objects.iter()).is_err());
        assert!(named("z", objects.iter()).is_err());
    }
}
