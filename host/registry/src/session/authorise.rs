//! Logging in when asked to.

use std::{sync::PoisonError, time::Instant};

use reqwest::{StatusCode, header::HeaderValue};
use tagwarden_reconcile::ports::{RegistryError, RegistryErrorKind};
use url::Url;

use super::{Session, place};
use crate::{
    auth::{
        challenge::{Challenge, offers},
        credential::sensitive,
        token::{Token, TokenRequest},
    },
    endpoint::{is_private, same_origin},
    http::wire::{Answer, Ask},
    problem::words,
};

impl Session<'_> {
    /// Asks, logging in when the registry wants it: once, or once anew when a
    /// token or a cloud's login is not taken any more. Any status comes back.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, RegistryError> {
        let outcome = self.ask_once(ask.clone()).await;
        let refused = match &outcome {
            Ok(answer) => has_ended(answer) && same_origin(&answer.url, &self.root),
            Err(error) => error.kind == RegistryErrorKind::Unauthorized,
        };
        match refused && self.renew_login().await? {
            true => self.ask_once(ask).await,
            false => outcome,
        }
    }

    async fn ask_once(&self, mut ask: Ask) -> Result<Answer, RegistryError> {
        let root = self.root.clone();
        let at_home = same_origin(&ask.url, &root);
        if at_home {
            ask.authorization = self.known_authorization().await?;
        }
        let answer = self.follow(ask.clone(), &root).await?;
        let wanted = answer.status == StatusCode::UNAUTHORIZED;
        if !wanted || !at_home || !same_origin(&answer.url, &root) {
            return Ok(answer);
        }
        let Some(challenge) = self.choose(&answer)? else {
            return Ok(answer);
        };
        self.forget_token(&challenge);
        let authorization = self.authorization(&challenge).await?;
        let same = authorization == ask.authorization;
        self.shared.challenges.put(self.challenge_key(), challenge);
        if same {
            return Ok(answer);
        }
        ask.authorization = authorization;
        self.follow(ask, &root).await
    }

    /// Asks as [`Session::ask`] does, and takes nothing but success.
    pub async fn demand(&self, ask: Ask) -> Result<Answer, RegistryError> {
        let named = super::named(&ask);
        let answer = self.ask(ask).await?;
        match answer.status.is_success() {
            true => Ok(answer),
            false => Err(self.refused(&named, "registry", &answer)),
        }
    }

    fn challenge_key(&self) -> (String, String) {
        (self.endpoint.authority.clone(), self.endpoint.repository.clone())
    }

    /// What the registry wanted last time, before it asks again.
    async fn known_authorization(&self) -> Result<Option<HeaderValue>, RegistryError> {
        match self.shared.challenges.get(&self.challenge_key()) {
            Some(challenge) => self.authorization(&challenge).await,
            None => Ok(None),
        }
    }

    /// The offer that suits the credentials; none when there is nothing to offer.
    fn choose(&self, answer: &Answer) -> Result<Option<Challenge>, RegistryError> {
        let (known, unknown) = offers(&answer.headers);
        let bearer = known.iter().find(|c| matches!(c, Challenge::Bearer { .. }));
        if let Some(challenge) = bearer.or(known.first()) {
            return Ok(Some(challenge.clone()));
        }
        if unknown.is_empty() {
            return Ok(None);
        }
        let names = self.clean(&tagwarden_core::quote::plain(&unknown.join(", ")));
        let message = format!("the registry wants a login of a kind not supported: {names}");
        Err(self.subject.error(RegistryErrorKind::Unauthorized, message))
    }

    async fn authorization(
        &self,
        challenge: &Challenge,
    ) -> Result<Option<HeaderValue>, RegistryError> {
        let credential = self.credential();
        let registry_token = credential.registry_token.as_ref();
        match challenge {
            Challenge::Basic => Ok(credential.basic()),
            Challenge::Bearer { .. } if registry_token.is_some() => {
                let token = registry_token.and_then(|t| t.expose_text()).unwrap_or_default();
                let header = sensitive(&format!("Bearer {token}"));
                let source = credential.described();
                header.map(Some).ok_or_else(|| {
                    self.subject.configuration(format!(
                        "{source}: registrytoken holds characters no token may have"
                    ))
                })
            }
            Challenge::Bearer { .. } => Ok(Some(self.token(challenge).await?)),
        }
    }

    fn forget_token(&self, challenge: &Challenge) {
        if let Ok(request) = self.token_request(challenge) {
            self.shared.tokens.forget(&request.key(&self.credential()));
        }
    }

    async fn token(&self, challenge: &Challenge) -> Result<HeaderValue, RegistryError> {
        let request = self.token_request(challenge)?;
        let key = request.key(&self.credential());
        if let Some(token) = self.shared.tokens.get(&key) {
            return Ok(self.seen(&token));
        }
        let asked_at = Instant::now();
        let ask = request.ask(&self.credential());
        let named = super::named(&ask);
        let answer = self.follow(ask, &request.realm).await?;
        if !answer.status.is_success() {
            return Err(self.refused(&named, "token server", &answer));
        }
        let token = Token::read(&answer.body, asked_at).map_err(|problem| {
            self.subject.protocol(format!("{named}: the token server: {problem}"))
        })?;
        let header = self.seen(&token);
        self.shared.tokens.put(key, token);
        Ok(header)
    }

    fn seen(&self, token: &Token) -> HeaderValue {
        let mut seen = self.tokens_seen.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.contains(&token.text) {
            seen.push(token.text.clone());
        }
        token.header.clone()
    }

    fn token_request(&self, challenge: &Challenge) -> Result<TokenRequest, RegistryError> {
        let Challenge::Bearer { realm, service, scope } = challenge else {
            return Err(self.subject.protocol("no token without a realm"));
        };
        let own = format!("repository:{}:pull", self.endpoint.repository);
        let theirs = scope.clone().filter(|scope| *scope != own);
        Ok(TokenRequest {
            realm: self.realm(realm)?,
            service: service.clone(),
            scopes: std::iter::once(own).chain(theirs).collect(),
        })
    }

    /// The token server's address, if credentials may go there.
    fn realm(&self, realm: &str) -> Result<Url, RegistryError> {
        let url = Url::parse(realm)
            .ok()
            .filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
            .ok_or_else(|| {
                let quoted = tagwarden_core::quote::plain(realm);
                self.subject.protocol(format!(
                    "the registry names a token server that is no address: {quoted:?}"
                ))
            })?;
        // A registry that speaks plain HTTP may have its token server beside it.
        let beside = self.root.scheme() == "http" && url.host() == self.root.host();
        if is_private(&url) || beside || self.target.insecure {
            return Ok(url);
        }
        Err(self.subject.protocol(format!(
            "refused to log in at {}: it is not HTTPS; spec.insecure: true allows plain HTTP",
            place(&url)
        )))
    }
}

/// Whether the registry does not take a login, or not any more: Amazon ECR
/// says the latter with 403.
fn has_ended(answer: &Answer) -> bool {
    let ended = || words(&answer.body).is_some_and(|said| said.contains("token has expired"));
    match answer.status {
        StatusCode::UNAUTHORIZED => true,
        StatusCode::FORBIDDEN => ended(),
        _ => false,
    }
}
