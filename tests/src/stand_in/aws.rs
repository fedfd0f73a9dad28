//! Amazon: ECR, STS, IAM Identity Center, the instance metadata service, a
//! container's credentials.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{Call, Reply, ends};

/// The access key of all stand-ins.
const KEY: &str = "AKIDSTANDIN";
const ROLE: &str = "tagwarden-node";

pub(super) fn answer(call: &Call, secret: &str, life: u64) -> Option<(String, Reply)> {
    metadata(call, secret)
        .or_else(|| ecr(call, secret, life))
        .or_else(|| sso(call, secret, life))
        .or_else(|| sts(call, secret))
}

/// `GetRoleCredentials` and `CreateToken` with a refresh token.
fn sso(call: &Call, secret: &str, life: u64) -> Option<(String, Reply)> {
    let query = |name: &str| call.query.get(name).map_or("", String::as_str);
    match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/federation/credentials") if call.header("x-amz-sso_bearer_token") == secret => {
            let body = json!({"roleCredentials": {
                "accessKeyId": KEY, "secretAccessKey": secret, "sessionToken": secret,
                "expiration": ends(life) * 1000,
            }});
            let name = format!("sso {} {}", query("account_id"), query("role_name"));
            Some((name, (200, body.to_string())))
        }
        ("GET", "/federation/credentials") => {
            let body = json!({"message": "Session token not found or invalid"});
            Some(("refused sso".into(), (401, body.to_string())))
        }
        ("POST", "/token") => {
            let asked: serde_json::Value = serde_json::from_str(&call.body).ok()?;
            let is = |name: &str, value: &str| asked[name] == value;
            let known = is("grantType", "refresh_token") && is("clientId", "a-client");
            let proven = is("refreshToken", secret) && is("clientSecret", secret);
            let body = json!({
                "accessToken": secret, "expiresIn": life, "refreshToken": "a-successor",
                "tokenType": "Bearer",
            });
            (known && proven).then(|| ("sso renewal".into(), (200, body.to_string())))
        }
        _ => None,
    }
}

/// `GetAuthorizationToken`, signed for its service.
fn ecr(call: &Call, secret: &str, life: u64) -> Option<(String, Reply)> {
    let service = match call.header("x-amz-target") {
        "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken" => "ecr",
        "SpencerFrontendService.GetAuthorizationToken" => "ecr-public",
        _ => return None,
    };
    let region = is_signed(call, service)?;
    let token = STANDARD.encode(format!("AWS:{secret}"));
    let data = json!({"authorizationToken": token, "expiresAt": ends(life)});
    let data = if service == "ecr" { json!([data]) } else { data };
    let body = json!({"authorizationData": data}).to_string();
    Some((format!("{service} {region}"), (200, body)))
}

/// The region of a signature of Version 4 for the service.
fn is_signed(call: &Call, service: &str) -> Option<String> {
    let header = call.header("authorization");
    let rest = header.strip_prefix(&format!("AWS4-HMAC-SHA256 Credential={KEY}/"))?;
    let (scope, rest) = rest.split_once(", SignedHeaders=")?;
    let mut scope = scope.split('/');
    let (_day, region) = (scope.next()?, scope.next()?);
    let signed = scope.next() == Some(service) && scope.next() == Some("aws4_request");
    let whole = rest.contains("host;") && rest.contains("Signature=");
    (signed && whole && !call.header("x-amz-date").is_empty()).then(|| region.to_owned())
}

fn sts(call: &Call, secret: &str) -> Option<(String, Reply)> {
    let form = call.form();
    let action = form.get("Action").filter(|_| call.method == "POST")?;
    let proven = match action.as_str() {
        "AssumeRoleWithWebIdentity" => form.get("WebIdentityToken")? == secret,
        "AssumeRole" => is_signed(call, "sts").is_some(),
        _ => false,
    };
    if !proven {
        let body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
        return Some((format!("refused {action}"), (403, body.to_owned())));
    }
    let body = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>\
         <Credentials><AccessKeyId>{KEY}</AccessKeyId>\
         <SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{secret}</SessionToken>\
         <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
         </{action}Result></{action}Response>"
    );
    Some((format!("{action} {}", form.get("RoleArn")?), (200, body)))
}

fn metadata(call: &Call, secret: &str) -> Option<(String, Reply)> {
    let keys = json!({
        "Code": "Success", "AccessKeyId": KEY, "SecretAccessKey": secret, "Token": secret,
        "Expiration": "2099-01-01T00:00:00Z",
    });
    if call.path == "/latest/api/token" {
        let asked =
            call.method == "PUT" && !call.header("x-aws-ec2-metadata-token-ttl-seconds").is_empty();
        return Some((
            "imds token".into(),
            if asked { (200, secret.to_owned()) } else { (400, String::new()) },
        ));
    }
    if let Some(role) = call.path.strip_prefix("/latest/meta-data/iam/security-credentials/") {
        if call.header("x-aws-ec2-metadata-token") != secret {
            return Some(("refused imds".into(), (401, String::new())));
        }
        return Some(match role {
            "" => ("imds role".into(), (200, format!("{ROLE}\n"))),
            ROLE => ("imds keys".into(), (200, keys.to_string())),
            _ => ("imds nothing".into(), (404, String::new())),
        });
    }
    if call.path == "/latest/meta-data/placement/region" {
        let known = call.header("x-aws-ec2-metadata-token") == secret;
        return known.then(|| ("imds region".into(), (200, "eu-west-1".to_owned())));
    }
    let container = call.path == "/container" && call.header("authorization") == secret;
    container.then(|| ("container keys".into(), (200, keys.to_string())))
}
