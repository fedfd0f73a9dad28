//! The files in which AWS's clients keep the tokens of sign-ins.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use openssl::sha::sha1;
use serde_json::{Map, Value};
use tagwarden_core::spec::SecretValue;
use tempfile::NamedTempFile;

use crate::{
    cloud::{CloudError, caller::file, moment},
    environment::Environment,
};

/// A token that has less left than this is renewed.
const MARGIN: Duration = Duration::from_secs(60);

/// A token with what goes along with it. Members that are not known here stay.
pub(super) struct Cached {
    path: PathBuf,
    members: Map<String, Value>,
}

/// What a token is renewed with.
pub(super) struct Renewal {
    pub client_id: String,
    pub client_secret: SecretValue,
    pub refresh_token: SecretValue,
}

impl Cached {
    /// Reads the token filed under a name, if there is one.
    pub async fn read(
        environment: &Environment,
        filed_under: &str,
    ) -> Result<Option<Self>, CloudError> {
        let name: String =
            sha1(filed_under.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        let path = environment.below_home(&format!(".aws/sso/cache/{name}.json"));
        let Some(path) = path.filter(|path| path.exists()) else {
            return Ok(None);
        };
        let content = file("the cached sign-in", &path).await?;
        let members: Option<Map<_, _>> = serde_json::from_slice(content.expose()).ok();
        let members = members.filter(|m| m.get("accessToken").is_some_and(Value::is_string));
        let wrong = || CloudError::configuration(format!("{} holds no token", path.display()));
        members.ok_or_else(wrong).map(|members| Some(Self { members, path: path.clone() }))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str()
    }

    pub fn token(&self) -> SecretValue {
        SecretValue::new(self.text("accessToken").unwrap_or_default())
    }

    /// Whether the token can still be used.
    pub fn lasts(&self) -> bool {
        // Older versions of the AWS CLI write `UTC` for `Z`.
        let ends = self.text("expiresAt").map(|text| text.replace("UTC", "Z"));
        let ends = ends.and_then(|text| moment::seconds(&text)).unwrap_or(0.0);
        moment::until(ends, SystemTime::now()) > MARGIN
    }

    pub fn renewal(&self) -> Option<Renewal> {
        Some(Renewal {
            client_id: self.text("clientId")?.to_owned(),
            client_secret: SecretValue::new(self.text("clientSecret")?),
            refresh_token: SecretValue::new(self.text("refreshToken")?),
        })
    }

    /// Puts a new token in the old one's place. Where that cannot be done, the
    /// token serves this once.
    pub async fn keep(mut self, token: &str, seconds: f64, refresh_token: Option<String>) {
        let life = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        self.members.insert("accessToken".into(), token.into());
        self.members.insert("expiresAt".into(), moment::written(SystemTime::now() + life).into());
        if let Some(refresh_token) = refresh_token {
            self.members.insert("refreshToken".into(), refresh_token.into());
        }
        let path = self.path.clone();
        let work = move || write(&self.path, &Value::Object(self.members).to_string());
        let written = tokio::task::spawn_blocking(work).await;
        if let Ok(Err(error)) = written {
            tracing::warn!("{} cannot be written: {error}", path.display());
        }
    }
}

/// Whole or not at all, and for its owner alone.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or(path))?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
