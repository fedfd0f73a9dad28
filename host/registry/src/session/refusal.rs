//! What an answer other than success means, in words.

use reqwest::StatusCode;
use tagwarden_core::spec::Provider;
use tagwarden_reconcile::ports::{RegistryError, RegistryErrorKind};

use super::Session;
use crate::{
    http::wire::Answer,
    problem::{kind_of, words},
};

impl Session<'_> {
    /// The error for an answer of the `peer` to the request `named`.
    pub(crate) fn refused(&self, named: &str, peer: &str, answer: &Answer) -> RegistryError {
        let status = answer.status;
        let retry_after = answer.retry_after();
        let said = match words(&answer.body) {
            Some(words) => format!("({}: {})", status.as_u16(), self.clean(&words)),
            None => format!("({})", status.as_u16()),
        };
        if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            let message = format!(
                "{named}: the proxy wants other credentials {said}; correct the secret of spec.proxySecretRef"
            );
            return self.subject.configuration(message);
        }
        let kind = kind_of(status, retry_after);
        let what = match kind {
            RegistryErrorKind::Unauthorized => self.unauthorized(peer, status, &said),
            RegistryErrorKind::NotFound if peer == "registry" => {
                format!("the registry knows no such image {said}")
            }
            RegistryErrorKind::Throttled { retry_after: Some(wait) } => {
                format!("the {peer} asks to come back in {} s {said}", wait.as_secs())
            }
            RegistryErrorKind::Throttled { retry_after: None } => {
                format!("the {peer} asks for fewer requests {said}")
            }
            RegistryErrorKind::Unreachable => format!("the {peer} has trouble of its own {said}"),
            _ => format!("the {peer} gave an answer that was not expected {said}"),
        };
        self.subject.error(kind, format!("{named}: {what}"))
    }

    fn unauthorized(&self, peer: &str, status: StatusCode, said: &str) -> String {
        let credential = self.credential();
        let source = credential.described();
        let secrets = &self.target.login.pull_secrets;
        match (credential.is_anonymous(), secrets.first()) {
            (false, _) if status == StatusCode::FORBIDDEN => {
                format!("the {peer} does not let {source} read this repository {said}")
            }
            (false, _) => format!("the {peer} refused the credentials of {source} {said}"),
            (true, Some(_)) => {
                let names: Vec<String> = secrets.iter().map(|s| s.name.to_string()).collect();
                let registry = &self.endpoint.registry;
                format!(
                    "the {peer} wants credentials {said}, and no entry for {registry} is in {}",
                    names.join(", ")
                )
            }
            (true, None) if self.target.login.provider != Provider::Generic => {
                format!("the {peer} wants credentials {said}, and spec.provider gave none")
            }
            (true, None) => {
                format!(
                    "the {peer} wants credentials {said}; name a pull secret in spec.secretRef, \
                     or the cloud in spec.provider"
                )
            }
        }
    }
}
