//! `buildCustomCert`: a certificate and its key, given as base64 of PEM.

use crate::func::{Call, Outcome};
use crate::sprig::encoding::from_base64;
use crate::text::find;
use crate::value::Value;
use crate::value::structs::{CERTIFICATE, Struct};

pub(super) fn build(call: &Call<'_>) -> Outcome {
    let decoded = |index: usize, what: &str| {
        from_base64(call.text(index)).map_err(|_| format!("unable to decode base64 {what}"))
    };
    let certificate = decoded(0, "certificate")?;
    let key = decoded(1, "private key")?;
    let content = pem(&certificate, "CERTIFICATE").ok_or("unable to decode certificate")?;
    if !is_sequence(&content) {
        return Err("error parsing certificate: it is not a DER sequence".to_owned());
    }
    let kinds = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"];
    let content = kinds.iter().find_map(|kind| pem(&key, kind));
    let content = content.ok_or("error parsing private key: no PEM data in input")?;
    if !is_sequence(&content) {
        return Err("error parsing private key: it is not a DER sequence".to_owned());
    }
    let fields = vec![Value::str(certificate), Value::str(key)];
    Ok(Value::Struct(Struct::new(&CERTIFICATE, fields)))
}

/// The content of the first PEM block of a kind.
fn pem(text: &[u8], kind: &str) -> Option<Vec<u8>> {
    let (begin, end) = (format!("-----BEGIN {kind}-----"), format!("-----END {kind}-----"));
    let start = find(text, begin.as_bytes())? + begin.len();
    let inner = &text[start..];
    let inner = &inner[..find(inner, end.as_bytes())?];
    from_base64(inner).ok()
}

/// Whether this is one DER sequence and nothing else. What is in it stays
/// unchecked: it is only passed on.
fn is_sequence(der: &[u8]) -> bool {
    let Some((0x30, [length, rest @ ..])) = der.split_first().map(|(tag, rest)| (*tag, rest))
    else {
        return false;
    };
    if *length < 0x80 {
        return rest.len() == usize::from(*length);
    }
    let Some((bytes, content)) = rest.split_at_checked(usize::from(length & 0x7F)) else {
        return false;
    };
    let length = bytes
        .iter()
        .try_fold(0_usize, |length, &b| length.checked_mul(256)?.checked_add(usize::from(b)));
    length == Some(content.len())
}
