//! Azure: Entra ID, and the managed identity of machines and platforms. The
//! exchange at a registry is the registry's own.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{Call, Reply};

const RESOURCE: &str = "https://management.azure.com/";

pub(super) fn answer(call: &Call, secret: &str, life: u64) -> Option<(String, Reply)> {
    // The metadata service writes its numbers as text.
    let token = json!({"access_token": secret, "expires_in": life.to_string()}).to_string();
    let query = |name: &str| call.query.get(name).map_or("", String::as_str);
    match call.path.as_str() {
        "/a-tenant/oauth2/v2.0/token" => Some(entra(call, secret, token)),
        "/metadata/identity/oauth2/token"
            if call.header("metadata") == "true"
                && query("resource") == RESOURCE
                && query("api-version") == "2018-02-01" =>
        {
            Some((format!("machine identity {}", query("client_id")), (200, token)))
        }
        "/msi/token"
            if call.header("x-identity-header") == secret
                && query("api-version") == "2019-08-01" =>
        {
            Some(("platform identity".into(), (200, token)))
        }
        _ => None,
    }
}

fn entra(call: &Call, secret: &str, token: String) -> (String, Reply) {
    let form = call.form();
    let is = |name: &str, value: &str| form.get(name).is_some_and(|v| v == value);
    let asked =
        is("grant_type", "client_credentials") && is("scope", &format!("{RESOURCE}.default"));
    let asserted =
        is("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let assertion = form.get("client_assertion").filter(|_| asserted);
    let federated = assertion.is_some_and(|assertion| assertion == secret);
    let signed = assertion.is_some_and(|assertion| is_of_a_certificate(assertion));
    match asked {
        true if signed => ("certificate".into(), (200, token)),
        true if federated => ("federated token".into(), (200, token)),
        true if is("client_secret", secret) => ("client secret".into(), (200, token)),
        _ => {
            let body = json!({"error": "invalid_client", "error_description": "AADSTS7000215"});
            ("refused".into(), (401, body.to_string()))
        }
    }
}

/// A JSON Web Token as the documentation of certificate credentials has it;
/// whose certificate it is would be Entra ID's to know.
fn is_of_a_certificate(assertion: &str) -> bool {
    let parts: Vec<_> = assertion.split('.').collect();
    let read = |part: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    let [header, claims, _signature] = parts[..] else { return false };
    let (Some(header), Some(claims)) = (read(header), read(claims)) else { return false };
    let thumbprint = header["x5t#S256"].as_str().map_or(0, str::len);
    let endpoint = claims["aud"].as_str().is_some_and(|aud| aud.ends_with("/oauth2/v2.0/token"));
    let own = claims["iss"] == "a-client" && claims["sub"] == "a-client";
    header["alg"] == "PS256" && thumbprint == 43 && endpoint && own && claims["jti"].is_string()
}
