//! Why no answer came, in words.

use tagwarden_core::quote;

/// Why an exchange failed before there was a whole answer.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What happened, without the address.
    pub message: String,
    pub cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The connection broke: the very same request may succeed in a moment.
    Broken,
    /// No connection came about.
    Unconnected,
    /// One side does not trust the other's certificate.
    Untrusted,
    /// The proxy wants other credentials.
    Proxy,
    /// Time ran out.
    Late,
    /// The answer itself was wrong, as opposed to missing.
    Nonsense,
}

impl Failure {
    pub fn of(error: reqwest::Error) -> Self {
        let connecting = error.is_connect();
        let text = causes(error);
        let lower = text.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        let cause = if has(&["proxy authorization required"]) {
            Cause::Proxy
        } else if has(&["certificate", "alert"]) {
            Cause::Untrusted
        } else if connecting || has(&["ssl", "tls"]) {
            Cause::Unconnected
        } else {
            Cause::Broken
        };
        Self { message: explain(&lower, text), cause }
    }

    /// Whether it tells that the host is in trouble, or gone.
    pub fn is_the_hosts(&self) -> bool {
        matches!(self.cause, Cause::Broken | Cause::Unconnected | Cause::Late)
    }

    pub fn nonsense(message: String) -> Self {
        Self { message, cause: Cause::Nonsense }
    }

    pub fn late() -> Self {
        Self { message: "no whole answer in time".to_owned(), cause: Cause::Late }
    }
}

fn explain(lower: &str, text: String) -> String {
    let hint = if lower.contains("certificate verify failed") {
        "the certificate is not trusted; give its authority as ca.crt in the secret of spec.certSecretRef"
    } else if lower.contains("wrong version number") || lower.contains("packet length too long") {
        "the server does not speak TLS; spec.insecure: true allows plain HTTP"
    } else if lower.contains("certificate required") || lower.contains("bad certificate") {
        "the server wants another client certificate; give tls.crt and tls.key in the secret of spec.certSecretRef"
    } else if lower.contains("proxy authorization required") {
        "the proxy wants other credentials; correct the secret of spec.proxySecretRef"
    } else if lower.contains("dns error") || lower.contains("lookup address") {
        "the host name does not resolve"
    } else if lower.contains("connection refused") {
        "nothing listens there"
    } else {
        return text;
    };
    format!("{hint} ({text})")
}

/// An error and its causes in one line, without the address, whose query may
/// hold something secret.
pub(crate) fn causes(error: reqwest::Error) -> String {
    quote::causes(&error.without_url())
}
