//! A service account's key: it signs a JSON Web Token, which is traded for an access token.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{hash::MessageDigest, pkey::PKey, sign::Signer};
use serde::Deserialize;
use serde_json::json;
use tagwarden_core::spec::SecretValue;

use super::{Access, Client, Google, SCOPE, traded};
use crate::cloud::{CloudError, caller::trusted};

/// Google's token endpoint, where a key does not name another.
pub(super) const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// How long a signed claim is good for: Google takes an hour at most.
const CLAIM_SECONDS: u64 = 3600;

/// The parts of a key file that matter.
#[derive(Deserialize)]
pub(super) struct ServiceAccount {
    client_email: String,
    private_key: String,
    #[serde(default)]
    private_key_id: Option<String>,
    #[serde(default)]
    token_uri: Option<String>,
}

impl ServiceAccount {
    pub async fn access(&self, google: &Google<'_>) -> Result<Access, CloudError> {
        let source = google.source;
        let address = self.token_uri.as_deref().unwrap_or(TOKEN_URI);
        let url = trusted(&format!("token_uri of {source}"), address)?;
        // OpenSSL's words are left out: they may tell of the key.
        let assertion = self.assertion(address, SystemTime::now()).map_err(|_| {
            CloudError::configuration(format!("{source}: private_key holds no PEM private key"))
        })?;
        let secret = SecretValue::new(assertion.as_str());
        let form = [("grant_type", GRANT), ("assertion", &assertion)];
        let what = format!("the token endpoint, for {}", self.client_email);
        traded(google, &what, url, &form, &Client::default(), &[&secret]).await
    }

    fn assertion(
        &self,
        audience: &str,
        now: SystemTime,
    ) -> Result<String, openssl::error::ErrorStack> {
        let now = now.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": self.private_key_id});
        let claims = json!({
            "iss": self.client_email, "scope": SCOPE, "aud": audience,
            "iat": now, "exp": now + CLAIM_SECONDS,
        });
        let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let key = PKey::private_key_from_pem(self.private_key.as_bytes())?;
        let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
        signer.update(signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signer.sign_to_vec()?)))
    }
}
