//! Why a component will not do, and what to do about it.

use tagwarden_reconcile::ports::{RegistryErrorKind, VerificationError};
use tagwarden_registry::ArtifactError;

/// Why a component will not do.
#[derive(Debug)]
pub struct Refusal {
    /// What failed, and on what.
    pub reason: String,
    /// What to do about it.
    pub hint: Option<&'static str>,
}

/// What to do about a component that is not signed as it must be.
pub const SIGN: &str = "sign it with a key that is wanted (`cosign sign --key …`, for a file \
                        `cosign sign-blob --key … --bundle FILE.sigstore.json FILE`), or see who pushed it";

/// What to do about one that is larger than allowed.
pub const RAISE: &str = "if that size is meant, raise --max-size or spec.limits.size; 64Mi at most";

impl Refusal {
    /// A reason with what to do about it.
    pub fn new(reason: impl Into<String>, hint: &'static str) -> Self {
        Self { reason: reason.into(), hint: Some(hint) }
    }

    /// Why `artifact` was not pulled.
    pub fn of(artifact: &str, error: ArtifactError) -> Self {
        let named = |error: &dyn std::fmt::Display| format!("{artifact}: {error}");
        match error {
            ArtifactError::Registry(error)
            | ArtifactError::Unsigned(VerificationError::Registry(error)) => {
                Self::new(error.to_string(), asked(error.kind))
            }
            ArtifactError::Unsigned(error @ VerificationError::Refused { .. }) => {
                Self::new(named(&error), SIGN)
            }
            ArtifactError::Unsigned(error) => Self::new(
                named(&error),
                "give public keys in PEM, as `cosign generate-key-pair` writes them",
            ),
            ArtifactError::Unfit(_) => Self::new(
                named(&error),
                "`tagwarden plugin push` and `wkg oci push` push plugins as they are pulled here",
            ),
            ArtifactError::TooLarge { .. } => Self::new(named(&error), RAISE),
        }
    }
}

/// What to do about a registry that did not answer as hoped.
fn asked(kind: RegistryErrorKind) -> &'static str {
    match kind {
        RegistryErrorKind::Unauthorized => {
            "log in (`docker login`), or give --docker-config, or spec.secretRef of its PolicyPlugin"
        }
        RegistryErrorKind::NotFound => {
            "check repository and tag; some registries also answer so when credentials are missing"
        }
        RegistryErrorKind::Throttled { .. } => "try again later, or log in for a higher limit",
        RegistryErrorKind::Unreachable => {
            "check the host's name, the network and the proxy; `tagwarden plugin vendor` keeps \
             copies for places without a registry"
        }
        RegistryErrorKind::Protocol => "what the registry sent was not used; see who writes to it",
        RegistryErrorKind::Configuration => "correct what the message names",
    }
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self { reason, hint: None }
    }
}
