//! What a registry keeps from being done.

use tagwarden_core::spec::KeyError;

use super::{Failed, Reason, Retry};
use crate::ports::{RegistryError, RegistryErrorKind, VerificationError};

impl From<RegistryError> for Failed {
    fn from(error: RegistryError) -> Self {
        use RegistryErrorKind as Kind;
        let (reason, retry, hint) = match error.kind {
            Kind::Unauthorized => (
                Reason::AuthenticationFailed,
                Retry::OnChange,
                "check the secret named in spec.secretRef (registry host, user name, password), or the cloud of spec.provider",
            ),
            Kind::NotFound => (
                Reason::ScanFailed,
                Retry::OnChange,
                "check spec.image; some registries also answer so when credentials are missing",
            ),
            Kind::Throttled { .. } => (
                Reason::Throttled,
                Retry::BackOff,
                "scan less often (spec.interval), or log in for a higher limit",
            ),
            Kind::Unreachable => (
                Reason::Unreachable,
                Retry::BackOff,
                "check the host's name, the network and the proxy; spec.insecure allows plain HTTP",
            ),
            Kind::Protocol => (
                Reason::ScanFailed,
                Retry::BackOff,
                "the registry's answer was not used: tags are only selected from a whole list",
            ),
            Kind::Configuration => {
                (Reason::InvalidSpecification, Retry::OnChange, "correct what the message names")
            }
        };
        let wait = match error.kind {
            // A part of a second more is waited, never less.
            Kind::Throttled { retry_after } => retry_after.map(|wait| wait.as_secs() + 1),
            _ => None,
        };
        Self::new(reason, retry, error.to_string()).hint(hint).after(wait)
    }
}

impl From<VerificationError> for Failed {
    fn from(error: VerificationError) -> Self {
        let message = error.to_string();
        match error {
            VerificationError::Registry(error) if error.kind == RegistryErrorKind::Protocol => {
                Self::new(Reason::NotVerified, Retry::BackOff, message)
                    .hint("the registry's signatures cannot be relied on; see who writes to it")
            }
            VerificationError::Registry(error) => error.into(),
            VerificationError::Key(_) => {
                Self::new(Reason::InvalidSpecification, Retry::OnChange, message)
                    .hint("give public keys in PEM, as `cosign generate-key-pair` writes them")
            }
            // Signatures often follow their image by a minute.
            VerificationError::Refused { .. } => {
                Self::new(Reason::NotVerified, Retry::OnChange, message)
                    .hint("sign it (`cosign sign --key …`), or see who pushed it; until then the last good selection stands")
            }
        }
    }
}

impl From<KeyError> for Failed {
    fn from(error: KeyError) -> Self {
        let (reason, hint) = match error {
            KeyError::NoSecret(_) => (Reason::DependencyNotFound, "add the Secret"),
            KeyError::NoKey(_) | KeyError::NoText(_) => (
                Reason::InvalidSpecification,
                "a Secret holds public keys in PEM, e.g. in an entry cosign.pub",
            ),
        };
        Self::new(reason, Retry::OnChange, error.to_string()).hint(hint)
    }
}
