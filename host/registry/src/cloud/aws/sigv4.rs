//! Signature Version 4, as AWS documents it under "Create a signed AWS API request".

use std::time::SystemTime;

use hmac::{Hmac, Mac};
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use tagwarden_core::spec::SecretValue;
use url::Url;

use super::super::{CloudError, moment};
use crate::http::wire::Ask;

/// An access key, and where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    pub source: String,
    pub id: String,
    pub secret: SecretValue,
    pub session: Option<SecretValue>,
}

impl Keys {
    /// What must not show in a quote.
    pub fn secrets(&self) -> Vec<&SecretValue> {
        std::iter::once(&self.secret).chain(&self.session).collect()
    }

    /// The error for keys that no header can carry.
    pub fn unusable(&self) -> CloudError {
        let source = &self.source;
        CloudError::configuration(format!("{source}: a key holds characters no key may have"))
    }
}

/// Signs the request as it stands: its headers, query and content.
pub(super) fn sign(
    ask: &mut Ask,
    keys: &Keys,
    region: &str,
    service: &str,
    now: SystemTime,
) -> Option<()> {
    let date = moment::compact(now)?;
    ask.header("x-amz-date", &date);
    if let Some(session) = &keys.session {
        let mut value = HeaderValue::from_bytes(session.expose()).ok()?;
        value.set_sensitive(true);
        ask.headers.insert(HeaderName::from_static("x-amz-security-token"), value);
    }
    let (headers, names) = canonical_headers(ask)?;
    let content = ask.content.as_ref().map_or(&b""[..], |content| &content.bytes[..]);
    let request = format!(
        "{}\n{}\n{}\n{headers}\n{names}\n{}",
        ask.method,
        ask.url.path(),
        canonical_query(&ask.url),
        hex(&Sha256::digest(content))
    );
    let day = date.get(..8)?;
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let hash = hex(&Sha256::digest(request));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hash}");
    let mut key = [b"AWS4", keys.secret.expose()].concat();
    for part in [day, region, service, "aws4_request"] {
        key = mac(&key, part);
    }
    let signature = hex(&mac(&key, &text));
    let header = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        keys.id
    );
    let mut value = HeaderValue::from_str(&header).ok()?;
    value.set_sensitive(true);
    ask.headers.insert(AUTHORIZATION, value);
    Some(())
}

/// All headers in order, a line each, and their names.
fn canonical_headers(ask: &Ask) -> Option<(String, String)> {
    let url = &ask.url;
    let host = url.host_str()?;
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut all = vec![("host".to_owned(), host)];
    if let Some(content) = &ask.content {
        all.push(("content-type".to_owned(), content.media_type.to_owned()));
    }
    for (name, value) in &ask.headers {
        all.push((name.as_str().to_owned(), value.to_str().ok()?.trim().to_owned()));
    }
    all.sort();
    let lines = all.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names = all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
    Some((lines, names))
}

/// The query in order, encoded as AWS wants it: all but the unreserved.
fn canonical_query(url: &Url) -> String {
    let mut pairs: Vec<_> =
        url.query_pairs().map(|(name, value)| (encode(&name), encode(&value))).collect();
    pairs.sort();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use bytes::Bytes;

    use super::*;
    use crate::http::wire::Content;

    fn keys() -> Keys {
        Keys {
            source: "the documentation".into(),
            id: "AKIDEXAMPLE".into(),
            secret: SecretValue::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            session: None,
        }
    }

    fn signature(mut ask: Ask, service: &str) -> (String, String) {
        let moment = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
        sign(&mut ask, &keys(), "us-east-1", service, moment).unwrap();
        let header = ask.headers[AUTHORIZATION].to_str().unwrap().to_owned();
        let (_, rest) = header.split_once("SignedHeaders=").unwrap();
        let (names, signature) = rest.split_once(", Signature=").unwrap();
        (names.to_owned(), signature.to_owned())
    }

    /// The example of AWS's own documentation.
    #[test]
    fn signs_the_documented_example() {
        let url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
        let mut ask = Ask::get(url.parse().unwrap(), "*/*", 0);
        ask.content = Some(Content {
            media_type: "application/x-www-form-urlencoded; charset=utf-8",
            bytes: Bytes::new(),
        });
        let (names, signature) = signature(ask, "iam");
        assert_eq!(names, "content-type;host;x-amz-date");
        assert_eq!(signature, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    }

    /// Vectors of AWS's test suite: `get-vanilla`, `get-vanilla-query-order-key-case`.
    #[test]
    fn signs_the_vectors_of_the_test_suite() {
        for (url, expected) in [
            (
                "https://example.amazonaws.com/",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "https://example.amazonaws.com/?Param2=value2&Param1=value1",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
        ] {
            let ask = Ask::get(url.parse().unwrap(), "*/*", 0);
            assert_eq!(signature(ask, "service").1, expected, "{url}");
        }
    }

    #[test]
    fn the_secret_is_in_no_header_and_no_debug_text() {
        let mut ask = Ask::get("https://x.example/".parse().unwrap(), "*/*", 0);
        let keys = Keys { session: Some(SecretValue::new("hunter2")), ..keys() };
        sign(&mut ask, &keys, "r", "s", SystemTime::now()).unwrap();
        let text = format!("{:?} {keys:?}", ask.headers);
        assert!(!text.contains("wJalr") && !text.contains("hunter2"), "{text}");
    }
}
