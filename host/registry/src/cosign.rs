//! Signatures as cosign makes them, checked by public keys and without asking
//! anybody: no transparency log, no certificate authority.
//!
//! The chain is signature → signed text → digest, and each link is checked
//! here: a key's signature over these very bytes, and in them the digest that
//! is about to be used. Whatever else travels with a signature (annotations,
//! certificates, log entries) is not looked at, so it cannot mislead.

mod bundle;
mod claim;
mod fetch;
mod key;
mod material;
#[cfg(test)]
mod tests;

use tagwarden_core::spec::Signers;
use tagwarden_reconcile::ports::{Signed, VerificationError};

use self::{claim::Claim, key::Key};
use crate::session::Session;

pub use key::fingerprint;
pub use material::Material;

/// Checks that the manifest `digest` bears the signatures wanted, and hands
/// back what shows it, to be checked again without a registry.
pub(crate) async fn verify(
    session: &Session<'_>,
    digest: &str,
    wanted: &Signers,
) -> Result<(Signed, Vec<Material>), VerificationError> {
    let keys = Keys::read(wanted)?;
    let mut found = fetch::attached(session, digest).await?;
    if let Ok(signed) = keys.signed(digest, &found) {
        return Ok((signed, found));
    }
    found.extend(fetch::referring(session, digest).await?);
    keys.signed(digest, &found).map(|signed| (signed, found))
}

/// Checks kept signatures of the manifest `digest`.
///
/// # Errors
///
/// When a key is none, or a signature that is wanted is not there.
pub fn check(
    digest: &str,
    found: &[Material],
    wanted: &Signers,
) -> Result<Signed, VerificationError> {
    Keys::read(wanted)?.signed(digest, found)
}

/// Checks the signature of a file: `cosign sign-blob` puts it beside.
///
/// # Errors
///
/// When a key is none, or the signature is not by one that is wanted.
pub fn check_blob(
    name: &str,
    bytes: &[u8],
    signature: &[u8],
    wanted: &Signers,
) -> Result<Signed, VerificationError> {
    let keys = Keys::read(wanted)?;
    let claim = bundle::blob_signature(signature).map(|signature| Claim::of_blob(bytes, signature));
    keys.agree(name, vec![claim])
}

/// The keys of a requirement, read.
struct Keys {
    any_of: Vec<Key>,
    all_of: Vec<Key>,
}

impl Keys {
    fn read(wanted: &Signers) -> Result<Self, VerificationError> {
        let read = |keys: &[_]| keys.iter().map(Key::read).collect::<Result<Vec<_>, _>>();
        let keys = read(&wanted.any_of).and_then(|any_of| Ok((any_of, read(&wanted.all_of)?)));
        match keys.map_err(VerificationError::Key)? {
            // Nothing wanted would be fulfilled by nothing.
            (any_of, all_of) if any_of.is_empty() && all_of.is_empty() => {
                Err(VerificationError::Key("no public key is given to verify by".into()))
            }
            (any_of, all_of) => Ok(Self { any_of, all_of }),
        }
    }

    fn signed(&self, digest: &str, found: &[Material]) -> Result<Signed, VerificationError> {
        self.agree(digest, found.iter().map(|material| material.claim(digest)).collect())
    }

    /// Which keys stand behind the claims, if those are the ones wanted.
    fn agree(
        &self,
        what: &str,
        claims: Vec<Result<Claim, String>>,
    ) -> Result<Signed, VerificationError> {
        let refused = |reason| VerificationError::Refused { digest: what.to_owned(), reason };
        let (mut good, mut odd) = (vec![], None);
        let count = claims.len();
        for claim in claims {
            match claim {
                Ok(claim) => good.push(claim),
                Err(reason) => odd = odd.or(Some(reason)),
            }
        }
        let signed = |key: &&Key| good.iter().any(|claim| claim.is_by(key));
        let missing: Vec<&Key> = self.all_of.iter().filter(|key| !signed(key)).collect();
        let any: Vec<&Key> = self.any_of.iter().filter(signed).collect();
        if missing.is_empty() && (self.any_of.is_empty() || !any.is_empty()) {
            let mut by: Vec<String> =
                any.into_iter().chain(&self.all_of).map(Key::fingerprint).collect();
            by.sort();
            by.dedup();
            return Ok(Signed { by });
        }
        if count == 0 {
            return Err(refused("there is no signature".to_owned()));
        }
        let wanted = match missing.first() {
            Some(key) => key.origin.clone(),
            None => key::origins(&self.any_of),
        };
        let others = odd.map_or_else(String::new, |reason| format!("; {reason}"));
        Err(refused(format!("none of {count} signatures is by {wanted}{others}")))
    }
}
