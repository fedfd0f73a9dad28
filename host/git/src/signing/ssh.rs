//! SSH signatures, as `ssh-keygen -Y sign -n git` makes them.

use openssl::{
    bn::BigNum, error::ErrorStack, hash::MessageDigest, pkey::PKey, rsa::RsaPrivateKeyBuilder,
    sign::Signer,
};
use ssh_key::{
    Algorithm, HashAlg, LineEnding, Mpint, PrivateKey, Signature, SshSig,
    private::{KeypairData, RsaKeypair},
};
use tagwarden_core::spec::Secret;
use tagwarden_reconcile::ports::GitErrorKind;

use super::{need, passphrase, wrong};
use crate::failure::Failure;

/// What a signature on a commit is for, so that it counts nowhere else.
const NAMESPACE: &str = "git";

/// A private key, opened.
pub struct SshKey(PrivateKey);

impl SshKey {
    pub fn new(secret: &Secret) -> Result<Self, Failure> {
        let text = need(secret, "identity", "an SSH private key")?;
        // A key pasted without its last newline is a key all the same.
        let key = PrivateKey::from_openssh(format!("{}\n", text.trim())).map_err(|_| {
            wrong(
                secret,
                "has an `identity` that is not a private key in OpenSSH's format \
                 (-----BEGIN OPENSSH PRIVATE KEY-----); `ssh-keygen -p -f KEY` converts others",
            )
        })?;
        if !key.is_encrypted() {
            return Ok(Self(key));
        }
        let Some(passphrase) = passphrase(secret, &["password", "passphrase"]) else {
            return Err(wrong(
                secret,
                "has an `identity` that needs a passphrase; give it as `password`",
            ));
        };
        key.decrypt(passphrase)
            .map(Self)
            .map_err(|_| wrong(secret, "has a `password` that does not open the key in `identity`"))
    }

    pub fn sign(&self, data: &[u8]) -> Result<String, Failure> {
        let signature = match self.0.key_data() {
            KeypairData::Rsa(pair) => self.signed_by_rsa(pair, data),
            _ => self.0.sign(NAMESPACE, HashAlg::Sha512, data),
        };
        signature.and_then(|signature| signature.to_pem(LineEnding::LF)).map_err(|error| {
            let message = format!("the key {} cannot sign: {error}", self.identity());
            Failure::new(GitErrorKind::Configuration, message)
        })
    }

    /// The library itself gives one prime of an RSA key twice, and fails.
    fn signed_by_rsa(&self, pair: &RsaKeypair, data: &[u8]) -> Result<SshSig, ssh_key::Error> {
        let content = SshSig::signed_data(NAMESPACE, HashAlg::Sha512, data)?;
        let signature = rsa(pair, &content).map_err(|_| ssh_key::Error::Crypto)?;
        let algorithm = Algorithm::Rsa { hash: Some(HashAlg::Sha512) };
        let signature = Signature::new(algorithm, signature)?;
        let public = self.0.public_key().key_data().clone();
        SshSig::new(public, NAMESPACE, HashAlg::Sha512, signature)
    }

    pub fn identity(&self) -> String {
        let fingerprint = self.0.fingerprint(HashAlg::Sha256);
        format!("SSH {fingerprint} {}", crate::failure::quote(self.0.comment()))
            .trim_end()
            .to_owned()
    }
}

/// `rsa-sha2-512`: PKCS #1 with SHA-512.
fn rsa(pair: &RsaKeypair, content: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let number =
        |number: &Mpint| BigNum::from_slice(number.as_positive_bytes().unwrap_or_default());
    let (public, private) = (&pair.public, &pair.private);
    let key =
        RsaPrivateKeyBuilder::new(number(&public.n)?, number(&public.e)?, number(&private.d)?)?
            .set_factors(number(&private.p)?, number(&private.q)?)?
            .build();
    let key = PKey::from_rsa(key)?;
    Signer::new(MessageDigest::sha512(), &key)?.sign_oneshot_to_vec(content)
}
