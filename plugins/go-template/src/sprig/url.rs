//! `urlParse` and `urlJoin`.

mod escape;
mod host;

use super::lists::NIL_POINTER;
use crate::func::{Call, Outcome, functions};
use crate::text::quote::quote;
use crate::text::{Str, lossy};
use crate::value::Value;
use crate::value::map::Map;
use escape::{Part, escape, unescape};

functions! { TABLE:
    "urlParse"(Str) => parse_url;
    "urlJoin"(Dict) => join_url;
}

/// A URL taken apart.
#[derive(Default)]
struct Url {
    scheme: Vec<u8>,
    opaque: Vec<u8>,
    /// User name and password, unescaped.
    user: Option<(Vec<u8>, Option<Vec<u8>>)>,
    host: Vec<u8>,
    path: Vec<u8>,
    query: Vec<u8>,
    fragment: Vec<u8>,
}

fn cut(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(at, text) {
        Some(place) => (&text[..place], Some(&text[place + 1..])),
        None => (text, None),
    }
}

/// Splits off `scheme:`.
fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (i, b) in text.iter().enumerate() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if i > 0 => {}
            b':' if i == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..i], &text[i + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

impl Url {
    fn parse(text: &[u8]) -> Result<Self, String> {
        let (main, fragment) = cut(text, b'#');
        let failed = |text: &[u8], problem| format!("parse {}: {problem}", quote(text, '"', false));
        let mut url = Self::parse_main(main).map_err(|problem| failed(main, problem))?;
        if let Some(fragment) = fragment {
            url.fragment =
                unescape(fragment, Part::Fragment).map_err(|problem| failed(text, problem))?;
        }
        Ok(url)
    }

    fn parse_main(text: &[u8]) -> Result<Self, String> {
        if text.iter().any(|&b| b < b' ' || b == 0x7F) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let mut url = Self::default();
        if text == b"*" {
            url.path = text.to_vec();
            return Ok(url);
        }
        let (scheme, rest) = scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (rest, query) = cut(rest, b'?');
        url.query = query.unwrap_or_default().to_vec();
        if !rest.starts_with(b"/") {
            if !scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            if cut(rest, b'/').0.contains(&b':') {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        let mut path = rest;
        if (!scheme.is_empty() || !rest.starts_with(b"///"))
            && let Some(inner) = rest.strip_prefix(b"//")
        {
            let end = memchr::memchr(b'/', inner).unwrap_or(inner.len());
            url.authority(&inner[..end])?;
            path = &inner[end..];
        }
        url.path = unescape(path, Part::Path)?;
        Ok(url)
    }

    fn authority(&mut self, authority: &[u8]) -> Result<(), String> {
        let (user, host) = match memchr::memrchr(b'@', authority) {
            Some(at) => (Some(&authority[..at]), &authority[at + 1..]),
            None => (None, authority),
        };
        self.host = host::parse(&self.scheme, host)?;
        let Some(user) = user else { return Ok(()) };
        let valid = |b: &u8| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(b);
        if !user.iter().all(valid) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        let (name, password) = cut(user, b':');
        let password = password.map(|password| unescape(password, Part::User)).transpose()?;
        self.user = Some((unescape(name, Part::User)?, password));
        Ok(())
    }

    fn user_text(&self) -> Vec<u8> {
        let Some((name, password)) = &self.user else { return Vec::new() };
        let mut text = escape(name, Part::User);
        if let Some(password) = password {
            text.push(b':');
            text.extend(escape(password, Part::User));
        }
        text
    }

    fn host_name(&self) -> &[u8] {
        let port = memchr::memrchr(b':', &self.host);
        let host = match port {
            Some(at) if host::is_port(&self.host[at..]) => &self.host[..at],
            _ => &self.host[..],
        };
        host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host)
    }

    fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.write_hierarchy(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(escape(&self.fragment, Part::Fragment));
        }
        out
    }

    fn write_hierarchy(&self, out: &mut Vec<u8>) {
        let has_user = self.user.is_some();
        let named = !self.scheme.is_empty() || !self.host.is_empty() || has_user;
        if named && (!self.host.is_empty() || !self.path.is_empty() || has_user) {
            out.extend_from_slice(b"//");
        }
        if has_user {
            out.extend(self.user_text());
            out.push(b'@');
        }
        out.extend(escape(&self.host, Part::Host));
        let path = if self.path == b"*" { b"*".to_vec() } else { escape(&self.path, Part::Path) };
        if !path.is_empty() && path[0] != b'/' && !self.host.is_empty() {
            out.push(b'/');
        }
        // A colon in the first segment would make it a scheme.
        if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }
}

fn parse_url(call: &Call<'_>) -> Outcome {
    call.budget.bytes(call.text(0).len() * 2)?;
    let url =
        Url::parse(call.text(0)).map_err(|problem| format!("unable to parse url: {problem}"))?;
    let user = url.user_text();
    let host_name = url.host_name().to_vec();
    let parts = [
        ("scheme", url.scheme),
        ("host", url.host),
        ("hostname", host_name),
        ("path", url.path),
        ("query", url.query),
        ("opaque", url.opaque),
        ("fragment", url.fragment),
        ("userinfo", user),
    ];
    Ok(Map::any(parts.map(|(key, part)| (Str::from(key), Value::str(part)))))
}

/// A part of a URL from a dictionary; empty where it is missing.
fn part(map: &Map, key: &str) -> Result<Vec<u8>, String> {
    match map.get(key.as_bytes()) {
        None => Ok(Vec::new()),
        Some(Value::Str(text)) => Ok(text.to_vec()),
        Some(Value::Nil | Value::Invalid) => Err(NIL_POINTER.to_owned()),
        Some(other) => Err(format!(
            "unable to parse {key} key, must be of type string, but {} found",
            other.kind_name()
        )),
    }
}

fn join_url(call: &Call<'_>) -> Outcome {
    let map = super::dicts::map(call, 0)?;
    let mut url = Url {
        scheme: part(map, "scheme")?,
        host: part(map, "host")?,
        path: part(map, "path")?,
        query: part(map, "query")?,
        opaque: part(map, "opaque")?,
        fragment: part(map, "fragment")?,
        user: None,
    };
    let user = part(map, "userinfo")?;
    if !user.is_empty() {
        let text = format!("proto://{}@host", lossy(&user));
        let parsed = Url::parse(text.as_bytes());
        url.user =
            parsed.map_err(|problem| format!("unable to parse userinfo in dict: {problem}"))?.user;
    }
    call.give(url.text())
}
