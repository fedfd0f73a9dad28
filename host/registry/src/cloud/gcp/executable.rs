//! A program that prints the other provider's token. As with Google's own
//! clients, it is run only where the environment allows such programs.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde::Deserialize;
use tagwarden_core::{quote::plain, spec::SecretValue};

use super::Google;
use crate::cloud::{CloudError, caller::file, moment};

const ALLOWED: &str = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES";
const VERSION: u32 = 1;
const SAML: &str = "urn:ietf:params:oauth:token-type:saml2";
/// How long such a program may take, unless the file says, and what it may say.
const USUAL_TIME: u64 = 30_000;
const TIMES: std::ops::RangeInclusive<u64> = 5_000..=120_000;

/// Which program, and what it is told.
#[derive(Deserialize)]
pub(super) struct Executable {
    command: String,
    #[serde(default)]
    timeout_millis: Option<u64>,
    /// Where the program keeps what it printed.
    #[serde(default)]
    output_file: Option<PathBuf>,
}

/// What the token is wanted for.
pub(super) struct Purpose<'a> {
    pub audience: &'a str,
    pub token_type: &'a str,
    pub impersonation_url: Option<&'a str>,
}

/// What the program prints, or keeps in its file.
#[derive(Deserialize)]
struct Printed {
    version: u32,
    success: bool,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    expiration_time: Option<f64>,
    #[serde(default)]
    id_token: Option<String>,
    #[serde(default)]
    saml_response: Option<String>,
    #[serde(default)]
    code: Option<String>,
}

impl Executable {
    /// The token that the program kept, or prints now.
    pub async fn token(
        &self,
        google: &Google<'_>,
        purpose: &Purpose<'_>,
    ) -> Result<SecretValue, CloudError> {
        let what = format!("the executable of {}", google.source);
        if let Some(kept) = self.output_file.as_deref().filter(|path| path.exists()) {
            let kept = file(&what, kept).await?;
            if let Ok(token) = token(kept.expose(), true) {
                return Ok(token);
            }
        }
        let wrong = |why: String| CloudError::configuration(format!("{what}: {why}"));
        if google.environment.get(ALLOWED) != Some("1") {
            return Err(wrong(format!("it is not run unless {ALLOWED} is 1")));
        }
        let limit = self.timeout_millis.unwrap_or(USUAL_TIME);
        if !TIMES.contains(&limit) {
            return Err(wrong("timeout_millis must be from 5000 to 120000".to_owned()));
        }
        let program = self.program(google, purpose).map_err(wrong)?;
        let said = google.caller.program(&what, program, Duration::from_millis(limit)).await?;
        if !said.well {
            return Err(wrong("it failed; run it by hand to see why".to_owned()));
        }
        token(&said.answer, self.output_file.is_some()).map_err(wrong)
    }

    fn program(
        &self,
        google: &Google<'_>,
        purpose: &Purpose<'_>,
    ) -> Result<std::process::Command, String> {
        let mut words = self.command.split_whitespace();
        let name = words.next().ok_or("its command is empty")?;
        let path = match name.contains('/') {
            true => Path::new(name).to_owned(),
            false => google
                .environment
                .program(name)
                .ok_or_else(|| format!("there is no program {name} in PATH"))?,
        };
        let mut program = google.environment.command(&path);
        let named = |name| format!("GOOGLE_EXTERNAL_ACCOUNT_{name}");
        program
            .args(words)
            .env(named("AUDIENCE"), purpose.audience)
            .env(named("TOKEN_TYPE"), purpose.token_type)
            .env(named("INTERACTIVE"), "0");
        if let Some(email) = purpose.impersonation_url.and_then(email) {
            program.env(named("IMPERSONATED_EMAIL"), email);
        }
        if let Some(kept) = &self.output_file {
            program.env(named("OUTPUT_FILE"), kept);
        }
        Ok(program)
    }
}

/// The account of `…/serviceAccounts/EMAIL:generateAccessToken`.
fn email(url: &str) -> Option<&str> {
    url.split_once("/serviceAccounts/")?.1.strip_suffix(":generateAccessToken")
}

/// The token of an answer, or what is wrong with that; never its words.
fn token(answer: &[u8], kept: bool) -> Result<SecretValue, String> {
    let printed: Printed = serde_json::from_slice(answer)
        .map_err(|_| "what it prints is not the JSON of a token".to_owned())?;
    if !printed.success {
        let code = plain(printed.code.as_deref().unwrap_or("no code"));
        return Err(format!("it gives no token ({code})"));
    }
    if printed.version != VERSION {
        return Err("it prints another version than 1".to_owned());
    }
    let ended = |seconds| moment::until(seconds, SystemTime::now()).is_zero();
    match printed.expiration_time {
        None if kept => return Err("it prints no expiration_time".to_owned()),
        Some(seconds) if ended(seconds) => return Err("its token has ended".to_owned()),
        _ => {}
    }
    let token = match printed.token_type.as_deref() {
        Some(SAML) => printed.saml_response,
        _ => printed.id_token,
    };
    let token = token.filter(|token| !token.is_empty());
    token.map(SecretValue::new).ok_or_else(|| "it prints no token".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_documented_answers() {
        let jwt = "urn:ietf:params:oauth:token-type:jwt";
        for (answer, expected) in [
            (format!(r#"{{"version":1,"success":true,"token_type":"{jwt}","id_token":"t"}}"#), "t"),
            (
                format!(
                    r#"{{"version":1,"success":true,"token_type":"{SAML}","saml_response":"s"}}"#
                ),
                "s",
            ),
        ] {
            let token = token(answer.as_bytes(), false).unwrap();
            assert_eq!(token.expose_text(), Some(expected));
        }
        for (answer, word) in [
            (r#"{"version":1,"success":false,"code":"401","message":"hunter2"}"#, "(401)"),
            (r#"{"version":2,"success":true,"id_token":"t"}"#, "version"),
            (r#"{"version":1,"success":true,"id_token":"t","expiration_time":1}"#, "ended"),
            (r#"{"version":1,"success":true,"saml_response":"s"}"#, "no token"),
            ("hunter2", "not the JSON"),
        ] {
            let said = token(answer.as_bytes(), false).unwrap_err();
            assert!(said.contains(word) && !said.contains("hunter2"), "{said}");
        }
        assert!(token(br#"{"version":1,"success":true,"id_token":"t"}"#, true).is_err());
    }

    #[test]
    fn finds_the_account_in_the_address_of_its_impersonation() {
        let url = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.example:generateAccessToken";
        assert_eq!(email(url), Some("a@b.example"));
        assert_eq!(email("https://x.example/"), None);
    }
}
