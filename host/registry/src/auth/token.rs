//! Bearer tokens: asking for them, and keeping them while they last.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use reqwest::header::HeaderValue;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use super::credential::{Credential, sensitive};
use crate::http::wire::{Ask, Content};

/// How long a token lasts when its server does not say (distribution spec).
const DEFAULT_LIFE: Duration = Duration::from_secs(60);
/// A token is not used in the last tenth of its life, or its last half minute.
const MAX_MARGIN: Duration = Duration::from_secs(30);
/// No token is kept for longer, whatever its server says.
const MAX_LIFE: Duration = Duration::from_secs(3600);
/// The most bytes a token server's answer may have.
const MAX_ANSWER: usize = 1 << 20;
/// How many tokens are kept.
const MAX_KEPT: usize = 10_000;

/// What a token is for, without saying whose it is.
pub(crate) type TokenKey = [u8; 32];

/// Where to get a token, and for what.
#[derive(Clone, Debug)]
pub(crate) struct TokenRequest {
    pub realm: Url,
    pub service: Option<String>,
    pub scopes: Vec<String>,
}

impl TokenRequest {
    pub fn key(&self, credential: &Credential) -> TokenKey {
        let mut hash = Sha256::new();
        let service = self.service.as_deref().unwrap_or_default();
        let scopes = self.scopes.iter().map(String::as_str);
        for part in [self.realm.as_str(), service].into_iter().chain(scopes) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update(credential.fingerprint());
        hash.finalize().into()
    }

    /// The request: OAuth2 with a refresh token, else GET with user name and
    /// password, or with nothing.
    pub fn ask(&self, credential: &Credential) -> Ask {
        let mut ask = Ask::get(self.realm.clone(), "application/json", MAX_ANSWER);
        if let Some(refresh) = credential.identity_token.as_ref().and_then(|t| t.expose_text()) {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.append_pair("grant_type", "refresh_token")
                .append_pair("client_id", "tagwarden")
                .append_pair("refresh_token", refresh)
                .append_pair("scope", &self.scopes.join(" "));
            if let Some(service) = &self.service {
                form.append_pair("service", service);
            }
            ask.method = reqwest::Method::POST;
            ask.content = Some(Content::form(form.finish()));
            return ask;
        }
        {
            let mut query = ask.url.query_pairs_mut();
            if let Some(service) = &self.service {
                query.append_pair("service", service);
            }
            for scope in &self.scopes {
                query.append_pair("scope", scope);
            }
        }
        ask.authorization = credential.basic();
        ask
    }
}

#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default)]
    expires_in: Option<f64>,
}

/// A token, ready to be sent.
#[derive(Clone)]
pub(crate) struct Token {
    pub header: HeaderValue,
    /// The bare token, to keep it out of quotes.
    pub text: String,
    pub usable_until: Instant,
}

impl Token {
    /// Reads a token server's answer.
    pub fn read(body: &[u8], now: Instant) -> Result<Self, &'static str> {
        let answer: TokenAnswer =
            serde_json::from_slice(body).map_err(|_| "its answer is not the JSON of a token")?;
        let filled = |text: Option<String>| text.filter(|t| !t.is_empty());
        let text = filled(answer.token)
            .or(filled(answer.access_token))
            .ok_or("its answer holds neither `token` nor `access_token`")?;
        let header = sensitive(&format!("Bearer {text}"))
            .ok_or("its token holds characters that no header may have")?;
        let life =
            answer.expires_in.filter(|seconds| *seconds > 0.0).map_or(DEFAULT_LIFE, |seconds| {
                Duration::from_secs_f64(seconds.min(MAX_LIFE.as_secs_f64()))
            });
        Ok(Self { header, text, usable_until: now + life - (life / 10).min(MAX_MARGIN) })
    }
}

/// The tokens that still last.
#[derive(Default)]
pub(crate) struct Tokens {
    kept: Mutex<HashMap<TokenKey, Token>>,
}

impl Tokens {
    pub fn get(&self, key: &TokenKey) -> Option<Token> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|token| token.usable_until > Instant::now()).cloned()
    }

    pub fn put(&self, key: TokenKey, token: Token) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            let now = Instant::now();
            kept.retain(|_, token| token.usable_until > now);
        }
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(key, token);
    }

    pub fn forget(&self, key: &TokenKey) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use tagwarden_core::spec::SecretValue;

    use super::*;

    fn request() -> TokenRequest {
        TokenRequest {
            realm: "https://auth.example/token?account=a".parse().unwrap(),
            service: Some("r.example".into()),
            scopes: vec!["repository:a/b:pull".into()],
        }
    }

    #[test]
    fn asks_with_service_and_scope_beside_the_realms_own_query() {
        let ask = request().ask(&Credential::default());
        assert_eq!(
            ask.url.query(),
            Some("account=a&service=r.example&scope=repository%3Aa%2Fb%3Apull")
        );
        assert!(ask.authorization.is_none() && ask.content.is_none());
    }

    #[test]
    fn a_refresh_token_is_posted_and_never_part_of_the_address() {
        let credential = Credential {
            identity_token: Some(SecretValue::new("hunter2")),
            ..Credential::default()
        };
        let ask = request().ask(&credential);
        assert_eq!(ask.method, reqwest::Method::POST);
        assert!(!ask.url.as_str().contains("hunter2"));
        let form = ask.content.unwrap().bytes;
        let form = std::str::from_utf8(&form).unwrap();
        assert!(
            form.contains("grant_type=refresh_token") && form.contains("refresh_token=hunter2"),
            "{form}"
        );
    }

    #[test]
    fn reads_either_name_and_the_time_a_token_lasts() {
        let now = Instant::now();
        let life = |body: &str| Token::read(body.as_bytes(), now).map(|t| t.usable_until - now);
        assert_eq!(life(r#"{"token":"t"}"#), Ok(Duration::from_secs(54)));
        assert_eq!(life(r#"{"access_token":"t","expires_in":300}"#), Ok(Duration::from_secs(270)));
        assert_eq!(
            life(r#"{"token":"","access_token":"t","expires_in":-5}"#),
            Ok(Duration::from_secs(54))
        );
        assert_eq!(life(r#"{"token":"t","expires_in":1e300}"#), Ok(Duration::from_secs(3570)));
        for bad in ["", "{}", "[]", r#"{"token":"a\nb"}"#] {
            assert!(life(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tokens_of_two_credentials_are_two() {
        let other = Credential { password: Some(SecretValue::new("x")), ..Credential::default() };
        assert_ne!(request().key(&Credential::default()), request().key(&other));
    }
}
