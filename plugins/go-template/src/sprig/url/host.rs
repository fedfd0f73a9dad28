//! The host of a URL with its port.

use super::escape::{Part, invalid_port, unescape};
use crate::text::{find, lossy};
use std::net::Ipv6Addr;

/// Whether this is nothing, or a colon and digits.
pub(super) fn is_port(text: &[u8]) -> bool {
    match text.split_first() {
        None => true,
        Some((b':', digits)) => digits.iter().all(u8::is_ascii_digit),
        Some(_) => false,
    }
}

pub(super) fn parse(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, String> {
    match memchr::memrchr(b'[', host) {
        Some(0) => return literal(host),
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {}
    }
    if let Some(first) = memchr::memchr(b':', host) {
        // Only http and https refuse further colons.
        let strict = matches!(scheme, b"http" | b"https");
        let last = memchr::memrchr(b':', host).unwrap_or(first);
        let port = &host[if strict { first } else { last }..];
        if !is_port(port) {
            return Err(invalid_port(port));
        }
    }
    unescape(host, Part::Host)
}

/// An address in brackets.
fn literal(host: &[u8]) -> Result<Vec<u8>, String> {
    let close = memchr::memrchr(b']', host).ok_or("missing ']' in host")?;
    let port = &host[close + 1..];
    if !is_port(port) {
        return Err(invalid_port(port));
    }
    let inside = &host[1..close];
    let zone = find(inside, b"%25").unwrap_or(inside.len());
    let mut name = unescape(&inside[..zone], Part::Host)?;
    let zone = unescape(&inside[zone..], Part::Zone)?;
    let address = lossy(&name);
    if address.parse::<Ipv6Addr>().is_err() {
        if address.parse::<std::net::Ipv4Addr>().is_ok() {
            return Err("invalid IP-literal".to_owned());
        }
        let shown = crate::text::quote::quote(&name, '"', false);
        return Err(format!("invalid host: ParseAddr({shown}): unable to parse IP"));
    }
    name.extend(zone);
    Ok([b"[", &name[..], b"]", port].concat())
}
