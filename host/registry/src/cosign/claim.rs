//! What a signature was made over, once it is known to be about the right thing.

use super::key::Key;

/// Bytes that name the digest in question, and a signature over them.
pub(super) struct Claim {
    message: Vec<u8>,
    signatures: Vec<Vec<u8>>,
}

impl Claim {
    /// Only for messages that were checked to name the digest.
    pub(super) fn new(message: Vec<u8>, signatures: Vec<Vec<u8>>) -> Self {
        Self { message, signatures }
    }

    /// The bytes themselves, signed as they are.
    pub fn of_blob(bytes: &[u8], signature: Vec<u8>) -> Self {
        Self::new(bytes.to_vec(), vec![signature])
    }

    /// Whether one of the signatures is this key's.
    pub fn is_by(&self, key: &Key) -> bool {
        self.signatures.iter().any(|signature| key.signed(&self.message, signature))
    }
}
