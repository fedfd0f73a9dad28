//! The files that AWS's clients share: `~/.aws/config` and `~/.aws/credentials`.

use std::{collections::BTreeMap, path::PathBuf};

use crate::{
    cloud::{CloudError, caller::file},
    environment::Environment,
};

/// The settings of each profile, and of the sign-ins they share.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    profiles: BTreeMap<String, Profile>,
    sessions: BTreeMap<String, Profile>,
}

/// A section of a file.
enum Section {
    Profile(String),
    Session(String),
    Other,
}

/// The settings of one profile.
pub(super) type Profile = BTreeMap<String, String>;

impl Profiles {
    /// Reads both files; what `credentials` says goes before what `config`
    /// says. A file that is not there holds nothing.
    pub async fn load(environment: &Environment) -> Result<Self, CloudError> {
        let mut profiles = Self::default();
        for (variable, usual, prefixed) in [
            ("AWS_CONFIG_FILE", ".aws/config", true),
            ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials", false),
        ] {
            let path = environment.path(variable).or_else(|| environment.below_home(usual));
            if let Some(path) = path.filter(|path| path.exists()) {
                profiles.read(variable, path, prefixed).await?;
            }
        }
        Ok(profiles)
    }

    async fn read(
        &mut self,
        variable: &str,
        path: PathBuf,
        prefixed: bool,
    ) -> Result<(), CloudError> {
        let content = file(variable, &path).await?;
        let text = content
            .expose_text()
            .ok_or_else(|| CloudError::configuration(format!("{}: not UTF-8", path.display())))?;
        self.take(text, prefixed);
        Ok(())
    }

    /// `[profile name]` in one file is `[name]` in the other.
    fn take(&mut self, text: &str, prefixed: bool) {
        let mut current = Section::Other;
        for line in text.lines() {
            let nested = line.starts_with([' ', '\t']);
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                current = Section::of(section.trim(), prefixed);
                continue;
            }
            let Some((key, value)) = line.split_once('=').filter(|_| !nested) else { continue };
            let settings = match &current {
                Section::Profile(name) => self.profiles.entry(name.clone()).or_default(),
                Section::Session(name) => self.sessions.entry(name.clone()).or_default(),
                Section::Other => continue,
            };
            settings.insert(key.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }

    /// The settings of a profile.
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    /// The settings of `[sso-session NAME]`.
    pub fn session(&self, name: &str) -> Option<&Profile> {
        self.sessions.get(name)
    }
}

impl Section {
    fn of(header: &str, prefixed: bool) -> Self {
        let named = |kind| {
            let rest = header.strip_prefix(kind).filter(|rest| rest.starts_with([' ', '\t']));
            rest.map(|name| name.trim().to_owned())
        };
        match (named("profile"), named("sso-session")) {
            (Some(name), _) => Self::Profile(name),
            (None, Some(name)) if prefixed => Self::Session(name),
            (None, None) if !prefixed || header == "default" => Self::Profile(header.to_owned()),
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_files_make_one_set_of_profiles() {
        let mut profiles = Profiles::default();
        profiles.take(
            "# comment\n[default]\nregion = eu-west-1\ns3 =\n  region = x\n\n[profile ci]\nRole_Arn=arn:x=y\n[sso-session z]\na=b\n",
            true,
        );
        profiles
            .take("[default]\naws_access_key_id=AKID\n; c\n[ci]\naws_access_key_id = K2\n", false);
        let at = |profile: &str, key: &str| profiles.get(profile)?.get(key).map(String::as_str);
        assert_eq!(at("default", "region"), Some("eu-west-1"));
        assert_eq!(at("default", "aws_access_key_id"), Some("AKID"));
        assert_eq!(at("ci", "role_arn"), Some("arn:x=y"));
        assert_eq!(at("ci", "aws_access_key_id"), Some("K2"));
        assert!(profiles.get("sso-session z").is_none() && profiles.get("z").is_none());
        assert_eq!(profiles.session("z").unwrap()["a"], "b");
    }
}
