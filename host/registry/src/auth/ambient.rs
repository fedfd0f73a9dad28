//! Credentials that the machine's user has: the files of Docker and podman,
//! and the helpers that they name.

mod helper;

use std::{
    collections::HashMap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tagwarden_core::spec::SecretValue;

use super::{
    credential::Credential,
    docker_config::{Known, look_up},
};
use crate::environment::Environment;

/// The most bytes such a file may have.
const MAX_FILE: u64 = 4 << 20;
/// How long a helper's answer counts; it does not say itself.
const ANSWER_LIFE: Duration = Duration::from_secs(60);
/// How many answers are remembered.
const MAX_ANSWERS: usize = 1_000;

/// The files to look into, the most deliberate first. Only the first may be
/// one that somebody asked for by name and that must be there.
fn files(environment: &Environment, asked_for: Option<&Path>) -> Vec<(PathBuf, bool)> {
    if let Some(path) = asked_for {
        return vec![(path.to_owned(), true)];
    }
    let docker = match environment.path("DOCKER_CONFIG") {
        Some(folder) => Some(folder.join("config.json")),
        None => environment.below_home(".docker/config.json"),
    };
    let runtime = environment.path("XDG_RUNTIME_DIR").map(|dir| dir.join("containers/auth.json"));
    let config = match environment.path("XDG_CONFIG_HOME") {
        Some(folder) => Some(folder.join("containers/auth.json")),
        None => environment.below_home(".config/containers/auth.json"),
    };
    let deliberate = environment.path("REGISTRY_AUTH_FILE").map(|path| (path, true));
    let usual = [docker, runtime, config].into_iter().flatten().map(|path| (path, false));
    deliberate.into_iter().chain(usual).collect()
}

/// The user's credentials, looked up again with each scan.
#[derive(Default)]
pub(crate) struct Ambient {
    pub environment: Environment,
    /// A file that stands in the place of all others.
    pub file: Option<PathBuf>,
    answers: Mutex<HashMap<(String, String), (Answer, Instant)>>,
}

/// What a helper has for a registry.
type Answer = Result<Option<Credential>, String>;

impl Ambient {
    pub fn new(environment: Environment, file: Option<PathBuf>) -> Self {
        Self { environment, file, answers: Mutex::default() }
    }

    /// The credential of the first file that knows the repository; anonymous
    /// when none does. Blocks: it reads files, and may run a program for as
    /// long as `limit`.
    ///
    /// The error names the file and never quotes its content.
    pub fn find(
        &self,
        registry: &str,
        repository: &str,
        limit: Duration,
    ) -> Result<Credential, String> {
        for (path, must_be_there) in files(&self.environment, self.file.as_deref()) {
            let Some(json) = read(&path, must_be_there)? else { continue };
            let source = path.display().to_string();
            let found = match look_up(&source, &json, registry, repository)? {
                Known::Nothing => None,
                Known::Entry(credential) => Some(credential),
                Known::Helper(name) => self
                    .ask_helper(&name, registry, limit)
                    .map_err(|problem| format!("{source}: {problem}"))?,
            };
            if let Some(credential) = found {
                return Ok(credential);
            }
        }
        Ok(Credential::default())
    }

    /// Asks a helper, or repeats what it said a moment ago: a thousand
    /// repositories of one registry are not a thousand runs of a program.
    fn ask_helper(&self, name: &str, registry: &str, limit: Duration) -> Answer {
        let key = (name.to_owned(), registry.to_owned());
        let answers = || self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((answer, until)) = answers().get(&key)
            && *until > Instant::now()
        {
            return answer.clone();
        }
        let answer = helper::get(&self.environment, name, registry, limit);
        let mut answers = answers();
        if answers.len() >= MAX_ANSWERS {
            answers.clear();
        }
        answers.insert(key, (answer.clone(), Instant::now() + ANSWER_LIFE));
        answer
    }
}

fn read(path: &Path, must_be_there: bool) -> Result<Option<SecretValue>, String> {
    let failed = |why: String| format!("{} cannot be read: {why}", path.display());
    match fs::metadata(path) {
        Ok(meta) if meta.len() > MAX_FILE => {
            return Err(failed(format!("it is larger than {} MiB", MAX_FILE >> 20)));
        }
        Err(e) if e.kind() == ErrorKind::NotFound && !must_be_there => return Ok(None),
        _ => {}
    }
    let bytes = fs::read(path).map_err(|e| failed(e.to_string()))?;
    // podman leaves an empty file behind after a logout.
    Ok((!bytes.trim_ascii().is_empty()).then(|| SecretValue::new(bytes)))
}

#[cfg(test)]
mod tests;
