//! `decryptAES`: AES-256 in CBC mode, the initialisation vector in front.

use crate::func::{Call, Outcome};
use crate::sprig::encoding::from_base64;
use aes::Aes256;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecryptMut, KeyIvInit};
use cbc::Decryptor;

const BLOCK: usize = 16;

pub(super) fn decrypt(call: &Call<'_>) -> Outcome {
    let (password, text) = (call.text(0), call.text(1));
    if text.is_empty() {
        return call.give("");
    }
    let mut key = [0; 32];
    let length = password.len().min(key.len());
    key[..length].copy_from_slice(&password[..length]);
    let bytes = from_base64(text)?;
    let (iv, blocks) = bytes
        .split_at_checked(BLOCK)
        .ok_or("runtime error: slice bounds out of range: no initialisation vector")?;
    let mut blocks = blocks.to_vec();
    if blocks.len() % BLOCK != 0 {
        return Err("crypto/cipher: input not full blocks".to_owned());
    }
    let mut decryptor = Decryptor::<Aes256>::new(&key.into(), GenericArray::from_slice(iv));
    for block in blocks.chunks_exact_mut(BLOCK) {
        decryptor.decrypt_block_mut(GenericArray::from_mut_slice(block));
    }
    let padding = usize::from(*blocks.last().ok_or("runtime error: index out of range [-1]")?);
    let end = blocks.len().checked_sub(padding);
    let end = end.ok_or("runtime error: slice bounds out of range: wrong password or text")?;
    call.give(&blocks[..end])
}
