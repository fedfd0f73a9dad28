//! What a stand-in answers.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde_json::Value;

/// A status, headers and a body.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub body: Value,
    text: Option<&'static str>,
    headers: Vec<(&'static str, String)>,
}

impl Answer {
    /// In JSON; empty if the body is null.
    pub fn new(status: u16, body: Value) -> Self {
        Self { status, body, text: None, headers: Vec::new() }
    }

    /// In plain text.
    pub fn text(status: u16, text: &'static str) -> Self {
        Self { text: Some(text), ..Self::new(status, Value::Null) }
    }

    /// The same with another header.
    pub fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// As it goes over the network.
    pub fn response(&self) -> Response<Full<Bytes>> {
        let (text, kind) = match self.text {
            Some(text) => (text.to_owned(), "text/plain"),
            None if self.body.is_null() => (String::new(), "application/json"),
            None => (self.body.to_string(), "application/json"),
        };
        let mut response = Response::new(Full::new(Bytes::from(text)));
        *response.status_mut() = StatusCode::from_u16(self.status).expect("a status code");
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        for (name, value) in &self.headers {
            let value = HeaderValue::from_str(value).expect("a header's value");
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
        response
    }
}
