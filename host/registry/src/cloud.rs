//! Logins with the ambient credentials of a cloud, as `spec.provider` asks for.
//!
//! One module a cloud; each finds credentials where the cloud's own clients
//! do, and trades them for what its registry takes. Every address has the
//! variable by which those clients let it be replaced.

mod aws;
mod azure;
mod caller;
mod gcp;
mod moment;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tagwarden_core::spec::Provider;
use tagwarden_reconcile::ports::RegistryErrorKind;
use tokio::sync::Mutex as Turn;

pub(crate) use self::caller::Caller;
use crate::{auth::credential::Credential, environment::Environment};

/// A login is renewed when a tenth of its life, or so much, is left.
const MAX_MARGIN: Duration = Duration::from_secs(300);
/// No login is kept for longer, whatever the cloud says.
const MAX_LIFE: Duration = Duration::from_secs(12 * 3600);
/// A login that failed is not tried again for so long: a cloud's endpoints
/// have limits of their own, and thousands of repositories share one login.
const FAILURE_LIFE: Duration = Duration::from_secs(10);
/// How many logins are remembered.
const MAX_KEPT: usize = 1_000;

/// Why a cloud gave no login; in words, without a secret.
#[derive(Clone, Debug)]
pub(crate) struct CloudError {
    pub kind: RegistryErrorKind,
    pub message: String,
}

impl CloudError {
    fn configuration(message: impl Into<String>) -> Self {
        Self { kind: RegistryErrorKind::Configuration, message: message.into() }
    }

    fn unauthorized(message: impl Into<String>) -> Self {
        Self { kind: RegistryErrorKind::Unauthorized, message: message.into() }
    }

    fn protocol(message: impl Into<String>) -> Self {
        Self { kind: RegistryErrorKind::Protocol, message: message.into() }
    }
}

/// What a registry takes, and for how long.
#[derive(Debug)]
struct Login {
    credential: Credential,
    life: Duration,
}

/// The registry that a login is for.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    /// Its host, without a port.
    pub host: &'a str,
    /// Its host and port.
    pub authority: &'a str,
    /// `https`, or `http` for a registry without TLS.
    pub scheme: &'a str,
}

/// Whose login it is: one for each cloud, registry and way there.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct LoginKey {
    provider: Provider,
    scope: String,
    way: [u8; 32],
}

type Kept = Arc<Turn<Option<Outcome>>>;

/// What came of logging in.
struct Outcome {
    result: Result<Credential, CloudError>,
    until: Instant,
    /// When a login that a registry refused was last replaced by another.
    renewed: Option<Instant>,
}

/// The logins that still last.
#[derive(Default)]
pub(crate) struct Logins {
    kept: Mutex<HashMap<LoginKey, Kept>>,
}

impl Logins {
    /// The login of a provider for a registry. `way` tells apart the proxies
    /// through which it is asked for. Many may ask at once: the first logs
    /// in, the others take its turn's result.
    pub async fn get(
        &self,
        key: &LoginKey,
        environment: &Environment,
        caller: &Caller<'_>,
        site: Site<'_>,
    ) -> Result<Credential, CloudError> {
        let place = self.place(key);
        // The turn is held while the cloud answers; that is what it is for.
        let mut turn = place.lock().await;
        if let Some(outcome) = turn.as_ref().filter(|outcome| outcome.until > Instant::now()) {
            return outcome.result.clone();
        }
        let renewed = turn.as_ref().and_then(|outcome| outcome.renewed);
        let outcome = turn
            .insert(Outcome { renewed, ..log_in(key.provider, environment, caller, site).await });
        outcome.result.clone()
    }

    /// Another login in the place of one that the registry refused before its
    /// time was over; none when there is no better one. However many scans
    /// are refused, one login is made for them.
    pub async fn renew(
        &self,
        key: &LoginKey,
        refused: &Credential,
        environment: &Environment,
        caller: &Caller<'_>,
        site: Site<'_>,
    ) -> Option<Result<Credential, CloudError>> {
        let place = self.place(key);
        let mut turn = place.lock().await;
        let now = Instant::now();
        if let Some(outcome) = turn.as_ref() {
            let same = |known: &Credential| known.fingerprint() == refused.fingerprint();
            if outcome.until > now && !outcome.result.as_ref().is_ok_and(same) {
                return Some(outcome.result.clone());
            }
            if outcome.renewed.is_some_and(|renewed| now < renewed + FAILURE_LIFE) {
                return None;
            }
        }
        let outcome = turn.insert(Outcome {
            renewed: Some(now),
            ..log_in(key.provider, environment, caller, site).await
        });
        Some(outcome.result.clone())
    }

    fn place(&self, key: &LoginKey) -> Kept {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.entry(key.clone()).or_default().clone()
    }
}

/// The key of a login, or what is wrong with asking this provider for it.
pub(crate) fn key(
    provider: Provider,
    site: Site<'_>,
    way: [u8; 32],
) -> Result<LoginKey, CloudError> {
    let scope = match provider {
        Provider::Aws => aws::scope(site.host),
        Provider::Azure => azure::scope(site),
        Provider::Gcp => gcp::scope(site.host),
        Provider::Generic => None,
    };
    let scope = scope.ok_or_else(|| {
        let (name, registries) = match provider {
            Provider::Aws => ("aws", "Amazon ECR (…dkr.ecr.REGION.amazonaws.com, public.ecr.aws)"),
            Provider::Azure => ("azure", "Azure Container Registry (….azurecr.io)"),
            Provider::Gcp => ("gcp", "Google's registries (….pkg.dev, gcr.io)"),
            Provider::Generic => ("generic", "registries whose secret is named"),
        };
        CloudError::configuration(format!(
            "spec.provider: {name} is for {registries}, which {} is not",
            site.host
        ))
    })?;
    Ok(LoginKey { provider, scope, way })
}

async fn log_in(
    provider: Provider,
    environment: &Environment,
    caller: &Caller<'_>,
    site: Site<'_>,
) -> Outcome {
    let (result, life) = match login(provider, environment, caller, site).await {
        Ok(Login { credential, life }) => (Ok(credential), usable(life)),
        Err(error) => (Err(error), FAILURE_LIFE),
    };
    Outcome { result, until: Instant::now() + life, renewed: None }
}

async fn login(
    provider: Provider,
    environment: &Environment,
    caller: &Caller<'_>,
    site: Site<'_>,
) -> Result<Login, CloudError> {
    let login = match provider {
        Provider::Aws => aws::log_in(environment, caller, site).await,
        Provider::Azure => azure::log_in(environment, caller, site).await,
        Provider::Gcp => gcp::log_in(environment, caller).await,
        Provider::Generic => Err(CloudError::configuration("there is no cloud to log in at")),
    }?;
    tracing::debug!(
        registry.host = site.host,
        credential = %login.credential.described(),
        life_s = login.life.as_secs(),
        "logged in with ambient credentials"
    );
    Ok(login)
}

fn usable(life: Duration) -> Duration {
    let life = life.min(MAX_LIFE);
    life - (life / 10).min(MAX_MARGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_provider_has_its_registries_and_refuses_others() {
        let way = [0; 32];
        let on = |provider, host| {
            key(provider, Site { host, authority: host, scheme: "https" }, way).map(|key| key.scope)
        };
        let ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
        assert_eq!(on(Provider::Aws, ecr).unwrap(), "ecr eu-west-1");
        assert_eq!(on(Provider::Azure, "team.azurecr.io").unwrap(), "team.azurecr.io");
        assert_eq!(on(Provider::Gcp, "europe-docker.pkg.dev").unwrap(), "google");
        for (provider, host) in [
            (Provider::Aws, "ghcr.io"),
            (Provider::Azure, ecr),
            (Provider::Gcp, "evilgcr.io"),
            (Provider::Azure, "azurecr.io"),
        ] {
            let error = on(provider, host).unwrap_err();
            assert_eq!(error.kind, RegistryErrorKind::Configuration);
            assert!(error.message.contains(host), "{error:?}");
        }
    }

    #[test]
    fn a_login_is_renewed_before_it_ends() {
        let seconds = Duration::from_secs;
        assert_eq!(usable(seconds(600)), seconds(540));
        assert_eq!(usable(seconds(12 * 3600)), seconds(12 * 3600 - 300));
        assert_eq!(usable(Duration::MAX), seconds(12 * 3600 - 300));
        assert_eq!(usable(Duration::ZERO), Duration::ZERO);
    }
}
