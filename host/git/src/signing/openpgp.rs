//! OpenPGP signatures, as `gpg --detach-sign --armor` makes them.

use pgp::{
    composed::{
        ArmorOptions, Deserializable, DetachedSignature, SignedSecretKey, SignedSecretSubKey,
    },
    packet::Signature,
    types::{KeyDetails, Password, SigningKey},
};
use ssh_key::rand_core::OsRng;
use tagwarden_core::spec::Secret;
use tagwarden_reconcile::ports::GitErrorKind;

use super::{need, passphrase, wrong};
use crate::failure::Failure;

/// Flux's entry for the key.
const ENTRY: &str = "git.asc";

/// A transferable secret key, with the passphrase that opens it.
pub struct OpenPgpKey {
    key: SignedSecretKey,
    /// The subkey that signs; the primary key without one.
    subkey: Option<usize>,
    password: Password,
}

impl OpenPgpKey {
    pub fn new(secret: &Secret) -> Result<Self, Failure> {
        let armoured = need(secret, ENTRY, "an armoured OpenPGP private key")?;
        let (key, _) = SignedSecretKey::from_string(armoured.trim_start()).map_err(|_| {
            wrong(secret, "has a `git.asc` that is not an armoured OpenPGP private key \
                 (-----BEGIN PGP PRIVATE KEY BLOCK-----); `gpg --armor --export-secret-keys ID` prints one")
        })?;
        let given = passphrase(secret, &["passphrase"]);
        let subkey = signing_subkey(&key.secret_subkeys);
        let found = Self { key, subkey, password: given.unwrap_or_default().into() };
        match (found.opens(), given) {
            (true, _) => Ok(found),
            (false, None) => Err(wrong(
                secret,
                "has a `git.asc` that needs a passphrase; give it as `passphrase`",
            )),
            (false, Some(_)) => {
                Err(wrong(secret, "has a `passphrase` that does not open the key in `git.asc`"))
            }
        }
    }

    fn opens(&self) -> bool {
        let opened = match self.subkey {
            Some(index) => self.key.secret_subkeys[index].key.unlock(&self.password, |_, _| Ok(())),
            None => self.key.primary_key.unlock(&self.password, |_, _| Ok(())),
        };
        matches!(opened, Ok(Ok(())))
    }

    pub fn sign(&self, data: &[u8]) -> Result<String, Failure> {
        let signature = match self.subkey {
            Some(index) => self.signed_by(&self.key.secret_subkeys[index].key, data),
            None => self.signed_by(&self.key.primary_key, data),
        };
        // GnuPG 2.2 reads no armour without its checksum.
        let options = ArmorOptions { include_checksum: true, ..ArmorOptions::default() };
        signature.and_then(|signature| signature.to_armored_string(options)).map_err(|error| {
            let message = format!("the key {} cannot sign: {error}", self.identity());
            Failure::new(GitErrorKind::Configuration, message)
        })
    }

    fn signed_by(
        &self,
        key: &impl SigningKey,
        data: &[u8],
    ) -> Result<DetachedSignature, pgp::errors::Error> {
        DetachedSignature::sign_binary_data(OsRng, key, &self.password, key.hash_alg(), data)
    }

    pub fn identity(&self) -> String {
        let user = self.key.details.users.first();
        let user = user.map(|user| String::from_utf8_lossy(user.id.id()).into_owned());
        let fingerprint = self.key.primary_key.fingerprint();
        format!("OpenPGP {fingerprint:X} {}", crate::failure::quote(&user.unwrap_or_default()))
    }
}

/// The newest subkey that may sign and is neither revoked nor expired: what
/// `gpg` takes too.
fn signing_subkey(subkeys: &[SignedSecretSubKey]) -> Option<usize> {
    let may_sign = |subkey: &SignedSecretSubKey| {
        use pgp::packet::SignatureType::{SubkeyBinding, SubkeyRevocation};
        let typed = |kind| move |signature: &&Signature| signature.typ() == Some(kind);
        let binding =
            subkey.signatures.iter().filter(typed(SubkeyBinding)).max_by_key(|s| s.created());
        subkey.signatures.iter().all(|signature| signature.typ() != Some(SubkeyRevocation))
            && binding.is_some_and(|b| b.key_flags().sign() && !is_expired(subkey, b))
    };
    let usable = subkeys.iter().enumerate().filter(|(_, subkey)| may_sign(subkey));
    usable.max_by_key(|(_, subkey)| subkey.key.created_at()).map(|(index, _)| index)
}

fn is_expired(subkey: &SignedSecretSubKey, binding: &Signature) -> bool {
    let age = std::time::SystemTime::from(subkey.key.created_at()).elapsed().unwrap_or_default();
    binding.key_expiration_time().is_some_and(|lifetime| {
        u64::from(lifetime.as_secs()) != 0 && age.as_secs() > u64::from(lifetime.as_secs())
    })
}
