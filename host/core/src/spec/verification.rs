//! Whose signatures something must bear before it is used.

use std::fmt;

use super::Inventory;
use crate::{image::ImageName, object::ObjectName};

/// The signatures wanted: one of `any_of`, where there are some, and every one
/// of `all_of`. One of the two is not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Of these, one is enough.
    pub any_of: Vec<KeySource>,
    /// Of these, each is needed.
    pub all_of: Vec<KeySource>,
}

/// Where a public key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// The manifest itself: PEM.
    Inline(String),
    /// Every entry of a secret (same namespace) whose name ends in `.pub`.
    Secret(String),
}

/// The keys that a [`Verification`] stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signers {
    /// Of these, one is enough.
    pub any_of: Vec<PublicKey>,
    /// Of these, each is needed.
    pub all_of: Vec<PublicKey>,
}

/// A public key that was not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// What errors call it, e.g. `cosign.pub of Secret ns/keys`.
    pub origin: String,
    /// A `PUBLIC KEY` in PEM.
    pub pem: String,
}

/// Why there are no keys to verify by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The secret is not declared.
    #[error("Secret {0}, which is to hold public keys, is not in the manifests")]
    NoSecret(ObjectName),
    /// The secret holds none.
    #[error("Secret {0} holds no public key: no entry's name ends in .pub")]
    NoKey(ObjectName),
    /// An entry is not text.
    #[error("{0} is no PEM text")]
    NoText(String),
}

/// Which images must be signed, and by whom.
#[derive(Clone, Debug)]
pub struct ImageVerification {
    /// Its namespace and name.
    pub name: ObjectName,
    /// The images it holds for, in every namespace.
    pub images: Vec<ImagePattern>,
    /// Whose signatures they must bear.
    pub verification: Verification,
}

impl ImageVerification {
    /// Whether the image is one of those meant.
    #[must_use]
    pub fn concerns(&self, image: &ImageName) -> bool {
        self.images.iter().any(|pattern| pattern.matches(image))
    }
}

/// Images by their full names: `*` stands for anything within a part of the
/// path, `**` for anything at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePattern(String);

impl ImagePattern {
    /// A pattern of this text. Docker Hub has its full name in patterns too:
    /// `docker.io/…` is `index.docker.io/…`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        match text.strip_prefix("docker.io/") {
            Some(rest) => Self(format!("index.docker.io/{rest}")),
            None => Self(text.to_owned()),
        }
    }

    /// Whether the whole name of the image fits.
    #[must_use]
    pub fn matches(&self, image: &ImageName) -> bool {
        let name = format!("{}/{}", image.registry(), image.repository());
        fits(self.0.as_bytes(), name.as_bytes())
    }
}

impl fmt::Display for ImagePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Follows all ways through the pattern at once, so the time is at most the
/// product of both lengths.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let mut reachable = vec![false; pattern.len() + 1];
    reachable[0] = true;
    open_stars(pattern, &mut reachable);
    for byte in text {
        let mut next = vec![false; pattern.len() + 1];
        for (at, _) in reachable.iter().enumerate().filter(|(_, open)| **open) {
            match pattern.get(at) {
                Some(b'*') if is_double(pattern, at) || *byte != b'/' => next[at] = true,
                Some(literal) if literal == byte => next[at + 1] = true,
                _ => {}
            }
        }
        open_stars(pattern, &mut next);
        reachable = next;
    }
    reachable[pattern.len()]
}

/// Stars may stand for nothing.
fn open_stars(pattern: &[u8], reachable: &mut [bool]) {
    for at in 0..pattern.len() {
        if reachable[at] && pattern[at] == b'*' {
            reachable[at + 1] = true;
        }
    }
}

fn is_double(pattern: &[u8], at: usize) -> bool {
    pattern.get(at + 1) == Some(&b'*') || (at > 0 && pattern[at - 1] == b'*')
}

impl Verification {
    /// Finds the keys; `owner` is the object that asks, whose namespace the
    /// secrets are in.
    pub fn signers(&self, owner: &ObjectName, inventory: &Inventory) -> Result<Signers, KeyError> {
        let keys = |sources: &[KeySource]| {
            let found = sources.iter().map(|source| source.keys(owner, inventory));
            Ok(found.collect::<Result<Vec<_>, _>>()?.concat())
        };
        Ok(Signers { any_of: keys(&self.any_of)?, all_of: keys(&self.all_of)? })
    }
}

impl KeySource {
    fn keys(&self, owner: &ObjectName, inventory: &Inventory) -> Result<Vec<PublicKey>, KeyError> {
        let name = match self {
            Self::Inline(pem) => {
                let origin = format!("the public key in {owner}");
                return Ok(vec![PublicKey { origin, pem: pem.clone() }]);
            }
            Self::Secret(name) => owner.sibling(name.clone()),
        };
        let secret = inventory.secret(&name).ok_or_else(|| KeyError::NoSecret(name.clone()))?;
        let entries = secret.data.iter().filter(|(entry, _)| entry.ends_with(".pub"));
        let keys = entries.map(|(entry, value)| {
            let origin = format!("{entry} of Secret {name}");
            match value.expose_text() {
                Some(pem) => Ok(PublicKey { origin, pem: pem.to_owned() }),
                None => Err(KeyError::NoText(origin)),
            }
        });
        match keys.collect::<Result<Vec<_>, _>>()? {
            none if none.is_empty() => Err(KeyError::NoKey(name)),
            keys => Ok(keys),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Secret, SecretValue};

    fn matches(pattern: &str, image: &str) -> bool {
        ImagePattern::new(pattern).matches(&image.parse().unwrap())
    }

    #[test]
    fn a_pattern_is_of_the_whole_name() {
        assert!(matches("ghcr.io/org/app", "ghcr.io/org/app"));
        assert!(!matches("ghcr.io/org/app", "ghcr.io/org/app2"));
        assert!(!matches("ghcr.io/org", "ghcr.io/org/app"));
        assert!(!matches("hcr.io/org/app", "ghcr.io/org/app"));
    }

    #[test]
    fn one_star_stays_within_a_part_and_two_do_not() {
        assert!(matches("ghcr.io/org/*", "ghcr.io/org/app"));
        assert!(!matches("ghcr.io/org/*", "ghcr.io/org/team/app"));
        assert!(matches("ghcr.io/org/**", "ghcr.io/org/team/app"));
        assert!(matches("ghcr.io/*/app-*", "ghcr.io/org/app-api"));
        assert!(!matches("ghcr.io/org/**", "ghcr.io/organisation/app"));
        assert!(!matches("*.example.com/app", "evil.com/x.example.com/app"));
        assert!(matches("**", "localhost:5000/a/b"));
    }

    #[test]
    fn docker_hub_goes_by_its_full_name() {
        for pattern in ["docker.io/library/*", "index.docker.io/library/nginx"] {
            assert!(matches(pattern, "nginx"), "{pattern}");
        }
    }

    #[test]
    fn many_stars_cost_no_more_than_their_number() {
        let pattern = "**a".repeat(60);
        assert!(!matches(
            &pattern,
            &format!("ghcr.io/{}", "a".repeat(200)).replace("aaaa", "aaab")
        ));
    }

    fn inventory(entries: &[(&str, &[u8])]) -> Inventory {
        let data = entries.iter().map(|(k, v)| ((*k).to_owned(), SecretValue::new(*v))).collect();
        let secret = Secret { name: ObjectName::new("ns", "keys"), kind: String::new(), data };
        Inventory { secrets: vec![secret], ..Inventory::default() }
    }

    fn signers(inventory: &Inventory) -> Result<Signers, KeyError> {
        let any_of = vec![KeySource::Secret("keys".into()), KeySource::Inline("inline".into())];
        let verification = Verification { any_of, all_of: vec![] };
        verification.signers(&ObjectName::new("ns", "policy"), inventory)
    }

    #[test]
    fn a_secret_stands_for_all_the_keys_it_holds() {
        let inventory = inventory(&[("a.pub", b"A"), ("b.pub", b"B"), ("cosign.key", b"private")]);
        let signers = signers(&inventory).unwrap();
        let pems: Vec<_> = signers.any_of.iter().map(|key| key.pem.as_str()).collect();
        assert_eq!(pems, ["A", "B", "inline"]);
        assert_eq!(signers.any_of[0].origin, "a.pub of Secret ns/keys");
    }

    #[test]
    fn no_key_is_an_error_and_never_no_requirement() {
        assert_eq!(
            signers(&Inventory::default()),
            Err(KeyError::NoSecret(ObjectName::new("ns", "keys")))
        );
        let without = inventory(&[("cosign.key", b"x")]);
        assert_eq!(signers(&without), Err(KeyError::NoKey(ObjectName::new("ns", "keys"))));
        let binary = inventory(&[("a.pub", b"\xff")]);
        assert!(matches!(signers(&binary), Err(KeyError::NoText(_))));
    }
}
