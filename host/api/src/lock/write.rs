//! The lock file's text.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use tagwarden_core::{
    lock::{Lock, Locked},
    spec::{PluginLimits, PublicKey, Signers},
};

const HEAD: &str = "\
# What may run, and which bytes that is. Written by `tagwarden plugin`: review
# what changes here, and change it by `tagwarden plugin add` and `update` alone.
version: 1
";

pub(super) fn lock(lock: &Lock) -> String {
    let mut text = HEAD.to_owned();
    if let Some(vendor) = &lock.vendor {
        field(&mut text, "", "vendor", &scalar(vendor));
    }
    if !lock.plugins.is_empty() {
        text.push_str("plugins:\n");
    }
    for plugin in &lock.plugins {
        text.push_str("- ");
        text.push_str(fields(plugin).trim_start());
    }
    let checksum = checksum(&text);
    text + &checksum
}

/// The last line: the digest of every byte before it.
pub(super) fn checksum(before: &str) -> String {
    format!("checksum: sha256:{:x}\n", Sha256::digest(before))
}

/// The fields of one plugin, a line each.
fn fields(plugin: &Locked) -> String {
    let mut text = String::new();
    let mut put = |name: &str, value: &str| field(&mut text, "  ", name, value);
    put("name", &name(&plugin.name));
    put("kind", &plugin.kind.to_string());
    put("source", &scalar(&plugin.source));
    put("digest", &plugin.digest);
    put("size", &plugin.size.to_string());
    if let Some(manifest) = &plugin.manifest {
        put("manifest", manifest);
    }
    let grants: Vec<_> = plugin.grants.iter().map(ToString::to_string).collect();
    put("grants", &format!("[{}]", grants.join(", ")));
    limits(&mut text, &plugin.limits);
    list(&mut text, "  ", "signedBy", &plugin.signed_by);
    if let Some(signers) = &plugin.signers {
        verify(&mut text, signers);
    }
    text
}

fn limits(text: &mut String, limits: &PluginLimits) {
    let fields = limits.fields();
    if !fields.is_empty() {
        text.push_str("  limits:\n");
    }
    for (name, value) in fields {
        field(text, "    ", name, &value);
    }
}

fn verify(text: &mut String, signers: &Signers) {
    text.push_str("  verify:\n");
    list(text, "    ", "anyOf", &signers.any_of.iter().map(key).collect::<Vec<_>>());
    list(text, "    ", "allOf", &signers.all_of.iter().map(key).collect::<Vec<_>>());
}

/// A key in one line: what stands between the first and last line of its PEM.
fn key(key: &PublicKey) -> String {
    key.pem.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect()
}

fn list(text: &mut String, indent: &str, name: &str, values: &[String]) {
    if values.is_empty() {
        return;
    }
    let _infallible = writeln!(text, "{indent}{name}:");
    for value in values {
        let _infallible = writeln!(text, "{indent}- {}", scalar(value));
    }
}

fn field(text: &mut String, indent: &str, name: &str, value: &str) {
    let _infallible = writeln!(text, "{indent}{name}: {value}");
}

/// Words that some YAML takes for something else than a string.
const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "y", "n", "null"];

fn name(name: &str) -> String {
    match name.starts_with(|c: char| c.is_ascii_alphabetic()) && !WORDS.contains(&name) {
        true => name.to_owned(),
        false => serde_json::Value::from(name).to_string(),
    }
}

/// A string as YAML reads it back: plain where that is safe, else quoted as
/// JSON, which YAML understands.
fn scalar(value: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-:@+=".contains(&b);
    let safe = value.bytes().all(plain)
        && value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '.')
        && value.contains(['/', ':', '='])
        && !value.ends_with(':');
    match safe {
        true => value.to_owned(),
        false => serde_json::Value::from(value).to_string(),
    }
}
