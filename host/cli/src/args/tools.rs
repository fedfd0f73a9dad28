//! The small tools.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum, ValueHint};

use super::duration;

/// How to reach an image's registry.
#[derive(Debug, Args)]
pub struct Access {
    /// Allow plain HTTP.
    #[arg(long)]
    pub insecure: bool,
    /// A Docker configuration file with credentials. [default: those Docker and podman use]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub docker_config: Option<PathBuf>,
    /// Whose ambient credentials to log in with.
    #[arg(long, value_enum, default_value_t = Provider::Generic)]
    pub provider: Provider,
    /// How long it may take in all.
    #[arg(long, default_value = "1m", value_name = "DURATION", value_parser = duration)]
    pub timeout: Duration,
}

/// Whose ambient credentials to log in with, as `spec.provider` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Provider {
    /// Those of Docker and podman.
    Generic,
    /// Amazon's.
    Aws,
    /// Azure's.
    Azure,
    /// Google's.
    Gcp,
}

impl From<Provider> for tagwarden_core::spec::Provider {
    fn from(provider: Provider) -> Self {
        match provider {
            Provider::Generic => Self::Generic,
            Provider::Aws => Self::Aws,
            Provider::Azure => Self::Azure,
            Provider::Gcp => Self::Gcp,
        }
    }
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
