//! `credential_process`: a program that the user's configuration names, and
//! that prints keys.

use std::{path::Path, time::Duration};

use serde::Deserialize;
use tagwarden_core::spec::SecretValue;

use super::{Aws, sigv4::Keys};
use crate::cloud::CloudError;

/// How long the program may take, as AWS's clients have it.
const MAX_TIME: Duration = Duration::from_secs(60);
/// The version of the format there is.
const VERSION: u32 = 1;

/// What the program prints.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    version: u32,
    access_key_id: String,
    secret_access_key: String,
    #[serde(default)]
    session_token: Option<String>,
}

/// The keys that the program prints. Nothing of what it says is told, for it
/// may hold a secret.
pub(super) async fn keys(aws: &Aws<'_>, profile: &str, command: &str) -> Result<Keys, CloudError> {
    let what = format!("credential_process of AWS profile {profile:?}");
    let wrong = |why: &str| CloudError::configuration(format!("{what}: {why}"));
    // The setting is a line for the shell, quotes and all.
    let mut program = aws.environment.command(Path::new("/bin/sh"));
    program.args(["-c", command]);
    let said = aws.caller.program(&what, program, MAX_TIME).await?;
    if !said.well {
        return Err(wrong("it failed; run it by hand to see why"));
    }
    let printed: Printed = serde_json::from_slice(&said.answer)
        .map_err(|_| wrong("what it prints is not the JSON of credentials"))?;
    if printed.version != VERSION {
        return Err(wrong("it prints another version than 1"));
    }
    Ok(Keys {
        source: what,
        id: printed.access_key_id,
        secret: SecretValue::new(printed.secret_access_key),
        session: printed.session_token.filter(|t| !t.is_empty()).map(SecretValue::new),
    })
}
