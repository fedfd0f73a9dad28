//! Credentials that no secret holds.

use std::sync::{Arc, PoisonError, atomic::Ordering};

use tagwarden_core::spec::Provider;
use tagwarden_reconcile::ports::{Login, RegistryError};

use super::Session;
use crate::{
    auth::credential::Credential,
    cloud::{self, Caller, CloudError, LoginKey, Site},
    endpoint::host_of,
    http::tls,
};

impl Session<'_> {
    /// Where no secret has an entry for the registry: the login of the cloud
    /// that the manifest names, or what the user's own files hold. Who names
    /// secrets means those, and no file.
    pub(super) async fn log_in(&mut self) -> Result<(), RegistryError> {
        if !self.credential().is_anonymous() {
            return Ok(());
        }
        let credential = match self.target.login.provider {
            Provider::Generic if self.target.login.pull_secrets.is_empty() => {
                self.of_user().await?
            }
            Provider::Generic => return Ok(()),
            provider => self.of_cloud(provider).await?,
        };
        self.who = credential.who();
        self.present(credential);
        Ok(())
    }

    fn present(&self, credential: Credential) {
        *self.credential.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(credential);
    }

    async fn of_user(&self) -> Result<Credential, RegistryError> {
        let ambient = Arc::clone(&self.shared.ambient);
        let (registry, repository) =
            (self.endpoint.registry.clone(), self.endpoint.repository.clone());
        let limit = self.remaining();
        let found =
            tokio::task::spawn_blocking(move || ambient.find(&registry, &repository, limit)).await;
        found
            .map_err(|_| self.subject.configuration("looking for credentials broke off"))?
            .map_err(|problem| self.subject.configuration(problem))
    }

    async fn of_cloud(&mut self, provider: Provider) -> Result<Credential, RegistryError> {
        let found = self.at_cloud(provider, None).await;
        let (key, found) = found?;
        self.login = Some(key);
        found.unwrap_or_else(|| Ok(Credential::default()))
    }

    /// Logs in at the cloud, or again in the place of what the registry refused.
    async fn at_cloud(
        &self,
        provider: Provider,
        refused: Option<&Credential>,
    ) -> Result<(LoginKey, Option<Result<Credential, RegistryError>>), RegistryError> {
        let told = |error: CloudError| self.subject.error(error.kind, error.message);
        let authority = &self.endpoint.authority;
        let site = Site { host: host_of(authority), authority, scheme: self.root.scheme() };
        // The registry's own certificates are no matter of the cloud's.
        let outside = Login { proxy: self.target.login.proxy.clone(), ..Login::default() };
        let client = |login, local| {
            self.shared.clients.get(login, local).map_err(|e| self.subject.configuration(e))
        };
        let (internet, metadata) = (client(&outside, false)?, client(&Login::default(), true)?);
        let caller = Caller {
            internet: &internet,
            metadata: &metadata,
            registry: &self.client,
            deadline: self.deadline,
            back_off: self.shared.options.back_off,
        };
        let key = cloud::key(provider, site, tls::fingerprint(&outside, false)).map_err(told)?;
        let (logins, environment) = (&self.shared.logins, &self.shared.options.environment);
        let found = match refused {
            None => Some(logins.get(&key, environment, &caller, site).await),
            Some(refused) => logins.renew(&key, refused, environment, &caller, site).await,
        };
        Ok((key, found.map(|found| found.map_err(told))))
    }

    /// Whether there is a better login than the one that the registry just
    /// refused. Once an operation: a login may be withdrawn, or end earlier
    /// than it said, while a list is on its way.
    pub(super) async fn renew_login(&self) -> Result<bool, RegistryError> {
        if self.login.is_none() || self.renewed.swap(true, Ordering::SeqCst) {
            return Ok(false);
        }
        let refused = self.credential();
        let (_, found) = self.at_cloud(self.target.login.provider, Some(&refused)).await?;
        let Some(found) = found else {
            return Ok(false);
        };
        tracing::debug!(registry.host = %self.subject.registry, "logged in anew");
        self.present(found?);
        Ok(true)
    }
}
