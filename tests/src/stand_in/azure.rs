//! Azure: Entra ID, and the managed identity of machines and platforms. The
//! exchange at a registry is the registry's own.

use serde_json::json;

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
    let federated = is("client_assertion", secret)
        && is("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    match asked {
        true if federated => ("federated token".into(), (200, token)),
        true if is("client_secret", secret) => ("client secret".into(), (200, token)),
        _ => {
            let body = json!({"error": "invalid_client", "error_description": "AADSTS7000215"});
            ("refused".into(), (401, body.to_string()))
        }
    }
}
