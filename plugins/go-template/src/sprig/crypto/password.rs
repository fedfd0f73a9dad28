//! `derivePassword`: the Master Password algorithm.

use crate::func::{Call, Outcome};
use crate::text::lossy;
use crate::value::Value;
use hmac::{Hmac, Mac};
use scrypt::{Params, scrypt};
use sha2::Sha256;

const SEED: &[u8] = b"com.lyndir.masterpassword";
/// What deriving one password costs of the budget: it takes a tenth of a second.
const COST: usize = 2 << 20;

/// The shapes of passwords of a type; each letter stands for a set.
fn shapes(ty: &[u8]) -> Option<&'static [&'static str]> {
    Some(match ty {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

fn letters(set: u8) -> &'static [u8] {
    match set {
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

fn seeded(text: &[u8]) -> Vec<u8> {
    let length = text.len() as u32;
    [SEED, &length.to_be_bytes(), text].concat()
}

pub(super) fn derive(call: &Call<'_>) -> Outcome {
    let counter = match call.arg(0) {
        Value::Uint(_, counter) => *counter as u32,
        _ => 0,
    };
    let Some(shapes) = shapes(call.text(1)) else {
        return call.give(format!("cannot find password template {}", lossy(call.text(1))));
    };
    call.budget.bytes(COST)?;
    let failed = |problem: String| format!("failed to derive password: {problem}");
    let params = Params::new(15, 8, 2, 64).map_err(|error| failed(error.to_string()))?;
    let mut key = [0; 64];
    scrypt(call.text(2), &seeded(call.text(3)), &params, &mut key)
        .map_err(|error| failed(error.to_string()))?;
    let mut mac =
        Hmac::<Sha256>::new_from_slice(&key).map_err(|error| failed(error.to_string()))?;
    mac.update(&seeded(call.text(4)));
    mac.update(&counter.to_be_bytes());
    let seed = mac.finalize().into_bytes();
    let shape = shapes[usize::from(seed[0]) % shapes.len()];
    let letter = |(set, byte): (u8, &u8)| {
        let letters = letters(set);
        letters[usize::from(*byte) % letters.len()]
    };
    call.give(shape.bytes().zip(&seed[1..]).map(letter).collect::<Vec<u8>>())
}
