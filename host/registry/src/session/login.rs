//! Credentials that no secret holds.

use std::sync::Arc;

use tagwarden_core::spec::Provider;
use tagwarden_reconcile::ports::{Login, RegistryError};

use super::Session;
use crate::{
    auth::credential::Credential,
    cloud::{self, Caller, CloudError, Site},
    endpoint::host_of,
    http::tls,
};

impl Session<'_> {
    /// Where no secret has an entry for the registry: the login of the cloud
    /// that the manifest names, or what the user's own files hold. Who names
    /// secrets means those, and no file.
    pub(super) async fn log_in(&mut self) -> Result<(), RegistryError> {
        if !self.credential.is_anonymous() {
            return Ok(());
        }
        self.credential = match self.target.login.provider {
            Provider::Generic if self.target.login.pull_secrets.is_empty() => {
                self.of_user().await?
            }
            Provider::Generic => return Ok(()),
            provider => self.of_cloud(provider).await?,
        };
        self.who = self.credential.who();
        Ok(())
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
        let subject = self.subject.clone();
        let told = |error: CloudError| subject.error(error.kind, error.message);
        let authority = self.endpoint.authority.clone();
        let site =
            Site { host: host_of(&authority), authority: &authority, scheme: self.root.scheme() };
        // The registry's own certificates are no matter of the cloud's.
        let outside = Login { proxy: self.target.login.proxy.clone(), ..Login::default() };
        let client = |login, local| {
            self.shared.clients.get(login, local).map_err(|e| subject.configuration(e))
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
        let environment = &self.shared.options.environment;
        let found = self.shared.logins.get(&key, environment, &caller, site).await.map_err(told);
        self.login = Some(key);
        found
    }

    /// The registry does not take the cloud's login: the next scan asks for another.
    pub(super) fn forget_login(&self) {
        if let Some(key) = &self.login {
            self.shared.logins.forget(key);
        }
    }
}
