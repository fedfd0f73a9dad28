//! `docker-credential-NAME get`: the protocol by which Docker's clients ask a
//! keychain or a cloud's helper.

use std::{path::Path, time::Duration};

use serde::Deserialize;
use tagwarden_core::spec::SecretValue;

use crate::{auth::credential::Credential, child, endpoint::DOCKER_HUB, environment::Environment};

/// The longest a helper may take, however long a scan may.
const MAX_TIME: Duration = Duration::from_secs(60);
/// How Docker's helpers know Docker Hub.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";
/// What helpers say that have nothing for a registry.
const NOT_FOUND: &str = "credentials not found";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    username: String,
    secret: String,
}

/// What the helper has for a registry, if anything. The error names the
/// helper; it quotes nothing that the helper said.
pub(super) fn get(
    environment: &Environment,
    name: &str,
    registry: &str,
    limit: Duration,
) -> Result<Option<Credential>, String> {
    if !is_name(name) {
        return Err(format!("{name:?} is no name of a credential helper"));
    }
    let program = format!("docker-credential-{name}");
    let path = environment
        .program(&program)
        .ok_or_else(|| format!("there is no program {program} in PATH"))?;
    let server = match registry {
        DOCKER_HUB => DOCKER_HUB_KEY,
        other => other,
    };
    let output = run(&path, environment, server, limit.min(MAX_TIME))
        .map_err(|problem| format!("{program}: {problem}"))?;
    let Some(answer) = output else {
        return Ok(None);
    };
    // serde's own message may quote a value, so it is not told.
    let answer: Answer = serde_json::from_slice(&answer)
        .map_err(|_| format!("{program}: its answer is not the JSON of a credential"))?;
    Ok(credential(answer, &program))
}

/// Whether the name can only be that of a program in `PATH`.
fn is_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !name.is_empty() && name.len() <= 100 && name.bytes().all(allowed)
}

fn credential(answer: Answer, program: &str) -> Option<Credential> {
    if answer.secret.is_empty() {
        return None;
    }
    let secret = Some(SecretValue::new(answer.secret));
    let source = Some(program.to_owned());
    let identity = Some(format!("{program} {}", answer.username));
    Some(match answer.username.as_str() {
        "<token>" => {
            Credential { source, identity, identity_token: secret, ..Credential::default() }
        }
        user => Credential {
            source,
            identity,
            username: Some(user.to_owned()),
            password: secret,
            ..Credential::default()
        },
    })
}

/// Runs the helper; none when it says that it has nothing.
fn run(
    path: &Path,
    environment: &Environment,
    server: &str,
    limit: Duration,
) -> Result<Option<Vec<u8>>, String> {
    let mut program = environment.command(path);
    program.arg("get");
    let said = child::ask(program, &format!("{server}\n"), limit)?;
    match said.well {
        true => Ok(Some(said.answer)),
        false if says_not_found(&said.answer) => Ok(None),
        false => Err("it failed; run it by hand to see why".to_owned()),
    }
}

fn says_not_found(answer: &[u8]) -> bool {
    String::from_utf8_lossy(answer).to_ascii_lowercase().contains(NOT_FOUND)
}
