//! What an HTTP server's answers mean.

use std::io;

use git2::transport::Service;
use tagwarden_reconcile::ports::GitErrorKind;
use ureq::{
    Body,
    http::{Response, StatusCode, header},
};
use url::Url;

use super::{Client, credentials};
use crate::{
    endpoint::Address,
    failure::{Failure, quote},
    transport::{Call, program},
};

/// Lets a good answer through; `part` is the end of its content type.
pub fn accept(
    client: &Client,
    service: Service,
    part: &str,
    mut response: Response<Body>,
) -> Result<Response<Body>, Failure> {
    let status = response.status();
    if status != StatusCode::OK {
        let words = words(&mut response);
        return Err(refused(client, service, status, &words));
    }
    let expected = format!("application/x-{}-{part}", program(service));
    let got = response.body().mime_type().unwrap_or("no content type");
    if got != expected {
        return Err(Failure::new(
            GitErrorKind::NotFound,
            format!(
                "no Git repository answers here: the reply is {}, not {expected}; check the URL",
                quote(got)
            ),
        ));
    }
    Ok(response)
}

fn refused(client: &Client, service: Service, status: StatusCode, words: &str) -> Failure {
    let sent = client.header().clone();
    let said = if words.is_empty() {
        format!("HTTP {}", status.as_u16())
    } else {
        format!("HTTP {}: {words}", status.as_u16())
    };
    let writing = matches!(service, Service::ReceivePackLs | Service::ReceivePack);
    let (kind, message) = match (status.as_u16(), &sent) {
        (401, Some(header)) => {
            client.call.keyring.forget(header);
            let origin = &header.origin;
            (GitErrorKind::Unauthorized, format!("the remote refused {origin} ({said})"))
        }
        (401, _) => (
            GitErrorKind::Unauthorized,
            format!(
                "the remote wants credentials and none were given ({said}); \
                 give a secret with `username` and `password`, or `bearerToken`"
            ),
        ),
        (403, ..) if writing => (
            GitErrorKind::Forbidden,
            format!("the remote does not let us push here ({said}); is it read-only?"),
        ),
        (403, ..) => {
            (GitErrorKind::Unauthorized, format!("the remote does not let us read here ({said})"))
        }
        (404 | 410, sent) => (
            GitErrorKind::NotFound,
            format!(
                "the remote knows no such repository ({said}){}",
                if sent.is_none() { ", or shows it only to those with credentials" } else { "" }
            ),
        ),
        (408 | 429 | 500..=599, ..) => {
            (GitErrorKind::Unreachable, format!("the remote answers {said}"))
        }
        (300..=399, ..) => (
            GitErrorKind::Configuration,
            format!("the remote redirects in the middle of a conversation ({said})"),
        ),
        _ => (GitErrorKind::Other, format!("the remote answers {said}")),
    };
    Failure::new(kind, message)
}

/// The first words of an answer meant for people; a page of HTML is not.
fn words(response: &mut Response<Body>) -> String {
    if response.body().mime_type() != Some("text/plain") {
        return String::new();
    }
    let body = response.body_mut().with_config().limit(64 << 10).read_to_vec();
    quote(&String::from_utf8_lossy(&body.unwrap_or_default()))
}

/// Where the repository moved, if it may be followed there: credentials and
/// certificates go to no other host, and never from HTTPS to HTTP.
pub fn redirected(client: &Client, base: &Url, response: &Response<Body>) -> Result<Url, Failure> {
    let location = response
        .headers()
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|location| super::below(base, "info/refs").join(location).ok())
        .ok_or_else(|| misled("the remote redirects without saying where to"))?;
    let Some(path) = location.path().strip_suffix("/info/refs") else {
        return Err(misled(format!(
            "the remote redirects to {}, which is no Git repository; a login page, perhaps: check URL and credentials",
            shown(&location)
        )));
    };
    let mut moved = super::bare(&location);
    moved.set_path(path);
    moved.set_query(None);
    if !matches!(moved.scheme(), "http" | "https")
        || (base.scheme() == "https" && moved.scheme() == "http")
    {
        return Err(misled(format!(
            "the remote redirects to {}, which is not HTTPS",
            shown(&moved)
        )));
    }
    if is_personal(client) && !same_host(base, &moved) {
        return Err(misled(format!(
            "the remote redirects to another host, {}, which gets no credentials; use that URL if it is right",
            shown(&moved)
        )));
    }
    Ok(moved)
}

fn is_personal(client: &Client) -> bool {
    client.header().is_some() || credentials(&client.call).client.is_some()
}

/// The same host and port; from HTTP to HTTPS only between the usual ports.
fn same_host(from: &Url, to: &Url) -> bool {
    let ports = (from.port_or_known_default(), to.port_or_known_default());
    from.host() == to.host()
        && (ports.0 == ports.1 && from.scheme() == to.scheme()
            || (from.scheme(), to.scheme()) == ("http", "https") && ports == (Some(80), Some(443)))
}

fn shown(url: &Url) -> String {
    let mut url = super::bare(url);
    url.set_query(None);
    url.to_string()
}

fn misled(message: impl Into<String>) -> Failure {
    Failure::new(GitErrorKind::Configuration, message)
}

/// No answer at all.
pub fn unanswered(call: &Call, error: &ureq::Error) -> Failure {
    let host = match &call.endpoint.address {
        Address::Http(url) => url.host_str().unwrap_or(""),
        Address::Ssh(_) | Address::Local(_) => "",
    };
    let said = quote(&error.to_string());
    match error {
        ureq::Error::Timeout(_) => call.late(),
        ureq::Error::HostNotFound => {
            Failure::new(GitErrorKind::Unreachable, format!("no address is known for {host}"))
        }
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => call.late(),
        ureq::Error::ConnectProxyFailed(_) => Failure::new(
            GitErrorKind::Unreachable,
            format!("the proxy lets us through to {host} no way ({said}); check the proxy secret"),
        ),
        _ if said.contains("certificate required") || said.contains("bad certificate") => {
            Failure::new(
                GitErrorKind::Unauthorized,
                format!(
                    "{host} wants a client certificate that it trusts ({said}); \
                     give `tls.crt` and `tls.key` in the secret"
                ),
            )
        }
        _ if said.contains("certificate") => Failure::new(
            GitErrorKind::Untrusted,
            format!(
                "the certificate of {host} is not trusted ({said}); \
                 give the authority that signed it as `ca.crt` in the secret"
            ),
        ),
        ureq::Error::Pem(_) | ureq::Error::Der(_) => Failure::new(
            GitErrorKind::Configuration,
            format!("unusable certificates or key: {said}"),
        ),
        _ => Failure::new(GitErrorKind::Unreachable, format!("cannot talk to {host}: {said}")),
    }
}

/// The answer stopped in the middle.
pub fn broken_off(call: &Call, error: &io::Error) -> Failure {
    let inner = error.get_ref().and_then(|e| e.downcast_ref::<ureq::Error>());
    match inner {
        Some(ureq::Error::Timeout(_)) => call.late(),
        _ if error.kind() == io::ErrorKind::TimedOut => call.late(),
        _ => Failure::new(
            GitErrorKind::Unreachable,
            format!("the answer broke off: {}", quote(&error.to_string())),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_host_gets_credentials() {
        let same = |a: &str, b: &str| same_host(&a.parse().unwrap(), &b.parse().unwrap());
        assert!(same("https://h/a", "https://h/b"));
        assert!(same("http://h/a", "https://h/a"));
        assert!(!same("http://h:8080/a", "https://h/a"));
        assert!(!same("https://h/a", "https://h.evil.example/a"));
        assert!(!same("https://h/a", "https://h:444/a"));
    }
}
