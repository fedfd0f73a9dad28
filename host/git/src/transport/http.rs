//! Git's smart protocol over HTTP.

mod answer;
mod exchange;
mod login;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use git2::transport::{Service, SmartSubtransport, SmartSubtransportStream};
use tagwarden_reconcile::ports::GitErrorKind;
use ureq::{
    Agent, Body,
    http::{Response, StatusCode},
};
use url::Url;

use self::exchange::{Exchange, Reply};
use super::{Call, advertisement::Advertisement, program, tls};
use crate::{
    endpoint::{Address, Credentials, Header, HttpCredentials, Login},
    failure::Failure,
};

/// As many hops as Git's own default allows before it suspects a loop.
const MAX_REDIRECTS: usize = 20;

/// One conversation with an HTTP server.
pub struct HttpTransport {
    client: Arc<Client>,
    /// The repository's URL, after redirects.
    base: Mutex<Url>,
}

/// What every request needs.
pub struct Client {
    pub call: Arc<Call>,
    agent: Agent,
    /// Who we say we are.
    header: Mutex<Option<Header>>,
}

impl HttpTransport {
    pub fn new(call: &Arc<Call>) -> Result<Self, git2::Error> {
        let Address::Http(url) = &call.endpoint.address else {
            return Err(git2::Error::from_str("not an HTTP remote"));
        };
        let base = bare(url);
        let client = Client::new(call, &base).map_err(|failure| call.note(failure))?;
        Ok(Self { client: Arc::new(client), base: Mutex::new(base) })
    }

    /// Asks for the references; only this first request follows redirects.
    fn advertise(&self, service: Service) -> Result<Box<dyn SmartSubtransportStream>, Failure> {
        let mut base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..MAX_REDIRECTS {
            let response = self.client.references(&base, service)?;
            if response.status().is_redirection() {
                *base = answer::redirected(&self.client, &base, &response)?;
                continue;
            }
            if response.status() == StatusCode::UNAUTHORIZED && self.client.finds_login(&base) {
                continue;
            }
            let response = answer::accept(&self.client, service, "advertisement", response)?;
            let reply = Reply::new(response, service, &self.client.call);
            // The service's name and the references, each with a flush.
            return Ok(Box::new(Advertisement::new(reply, 2)));
        }
        Err(Failure::new(GitErrorKind::Configuration, format!("over {MAX_REDIRECTS} redirects")))
    }
}

impl SmartSubtransport for HttpTransport {
    fn action(
        &self,
        _: &str,
        service: Service,
    ) -> Result<Box<dyn SmartSubtransportStream>, git2::Error> {
        match service {
            Service::UploadPackLs | Service::ReceivePackLs => {
                self.advertise(service).map_err(|failure| self.client.call.note(failure))
            }
            Service::UploadPack | Service::ReceivePack => {
                let base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
                let url = below(&base, program(service));
                Ok(Box::new(Exchange::new(&self.client, url, service)))
            }
        }
    }

    fn close(&self) -> Result<(), git2::Error> {
        Ok(())
    }
}

impl Client {
    fn new(call: &Arc<Call>, base: &Url) -> Result<Self, Failure> {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // Redirects are ours to judge: see `answer::redirected`.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("git/2.0 (tagwarden ", env!("CARGO_PKG_VERSION"), ")"))
            .tls_config(tls::config(credentials(call))?);
        if let Some(proxy) = &credentials(call).proxy {
            config = config.proxy(Some(proxy.clone()));
        }
        let agent = config.build().new_agent();
        let client = Self { call: Arc::clone(call), agent, header: Mutex::default() };
        *client.header() = login::first(&client, base)?;
        Ok(client)
    }

    /// What is said now.
    fn header(&self) -> MutexGuard<'_, Option<Header>> {
        self.header.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is something to say after a refusal of nothing.
    fn finds_login(&self, base: &Url) -> bool {
        if self.header().is_some() {
            return false;
        }
        let found = login::after_refusal(self, base);
        *self.header() = found;
        self.header().is_some()
    }

    fn references(&self, base: &Url, service: Service) -> Result<Response<Body>, Failure> {
        let mut url = below(base, "info/refs");
        url.query_pairs_mut().append_pair("service", program(service));
        let mut request = self.agent.get(url.as_str()).header("Cache-Control", "no-cache");
        if let Some(header) = &*self.header() {
            request = request.header("Authorization", &header.value);
        }
        request
            .config()
            .timeout_global(Some(self.call.remaining()?))
            .build()
            .call()
            .map_err(|error| answer::unanswered(&self.call, &error))
    }

    fn post(
        &self,
        url: &Url,
        service: Service,
        body: ureq::SendBody<'_>,
        length: u64,
    ) -> Result<Response<Body>, Failure> {
        let program = program(service);
        let mut request = self
            .agent
            .post(url.as_str())
            .header("Content-Type", format!("application/x-{program}-request"))
            .header("Accept", format!("application/x-{program}-result"))
            // Known, so that servers without chunked encoding do as well.
            .header("Content-Length", length.to_string());
        if let Some(header) = &*self.header() {
            request = request.header("Authorization", &header.value);
        }
        request
            .config()
            .timeout_global(Some(self.call.remaining()?))
            .build()
            .send(body)
            .map_err(|error| answer::unanswered(&self.call, &error))
    }
}

fn credentials(call: &Call) -> &HttpCredentials {
    static NONE: HttpCredentials = HttpCredentials {
        origin: None,
        login: Login::Ambient,
        authorities: None,
        client: None,
        proxy: None,
    };
    match &call.endpoint.credentials {
        Credentials::Http(credentials) => credentials,
        Credentials::Ssh(_) | Credentials::None => &NONE,
    }
}

/// The URL without user information, which travels in a header.
fn bare(url: &Url) -> Url {
    let mut bare = url.clone();
    // Both fail only for URLs that cannot have a host; HTTP URLs have one.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare.set_fragment(None);
    bare
}

fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_goes_below_the_repository_without_user_information() {
        let base = bare(&"https://bot:pw@h:8443/team/app.git/".parse().unwrap());
        assert_eq!(below(&base, "info/refs").as_str(), "https://h:8443/team/app.git/info/refs");
    }
}
