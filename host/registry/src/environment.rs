//! What the process was started with, as far as logins look at it.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

/// Environment variables and the home folder: where ambient credentials are
/// found. The empty one, which is the default, has none.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    home: Option<PathBuf>,
}

impl Environment {
    /// These variables; those that are empty or not UTF-8 count as unset.
    pub fn new(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        home: Option<PathBuf>,
    ) -> Self {
        let text = |(name, value): (OsString, OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let variables = variables.into_iter().filter_map(text);
        Self { variables: variables.filter(|(_, value)| !value.is_empty()).collect(), home }
    }

    /// The value of a variable.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The value of a variable that holds a path.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }

    /// A path below the home folder.
    pub(crate) fn below_home(&self, path: &str) -> Option<PathBuf> {
        self.home.as_deref().map(|home| home.join(path))
    }

    /// A program to be run in this environment and no other.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.variables);
        command
    }

    /// The first program of that name in `PATH`.
    pub(crate) fn program(&self, name: &str) -> Option<PathBuf> {
        let folders = std::env::split_paths(self.get("PATH")?).collect::<Vec<_>>();
        let absolute = folders.into_iter().filter(|folder| folder.is_absolute());
        absolute.map(|folder| folder.join(name)).find(|file| is_program(file))
    }
}

/// Variables hold passwords and keys, so none is shown.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("home", &self.home).finish_non_exhaustive()
    }
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_unset_and_none_is_shown() {
        let pair = |name: &str, value: &str| (name.into(), value.into());
        let variables = [pair("EMPTY", ""), pair("AWS_SECRET_ACCESS_KEY", "hunter2")];
        let environment = Environment::new(variables, Some("/home/u".into()));
        assert_eq!(environment.get("EMPTY"), None);
        assert_eq!(environment.get("AWS_SECRET_ACCESS_KEY"), Some("hunter2"));
        assert!(!format!("{environment:?}").contains("hunter2"));
    }
}
