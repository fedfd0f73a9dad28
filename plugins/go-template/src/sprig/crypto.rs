//! Checksums, and what sprig can do with keys without drawing random numbers.

mod certificate;
mod cipher;
mod password;

use crate::func::{Call, Outcome, functions};
use sha2::{Digest, Sha256, Sha512};
use std::fmt::Write as _;

functions! { TABLE:
    "sha1sum"(Str) => |call| hex(call, &sha1::Sha1::digest(call.text(0)));
    "sha256sum"(Str) => |call| hex(call, &Sha256::digest(call.text(0)));
    "sha512sum"(Str) => |call| hex(call, &Sha512::digest(call.text(0)));
    "adler32sum"(Str) => |call| call.give(adler32(call.text(0)).to_string());
    "bcrypt"(Str) => random;
    "htpasswd"(Str, Str) => random;
    "genPrivateKey"(Str) => random;
    "derivePassword"(Uint32, Str, Str, Str, Str) => password::derive;
    "buildCustomCert"(Str, Str) => certificate::build;
    "genCA"(Str, Int) => random;
    "genCAWithKey"(Str, Int, Str) => random;
    "genSelfSignedCert"(Str, List, List, Int) => random;
    "genSelfSignedCertWithKey"(Str, List, List, Int, Str) => random;
    "genSignedCert"(Str, List, List, Int, Certificate) => random;
    "genSignedCertWithKey"(Str, List, List, Int, Certificate, Str) => random;
    "encryptAES"(Str, Str) => random;
    "decryptAES"(Str, Str) => cipher::decrypt;
}

fn hex(call: &Call<'_>, digest: &[u8]) -> Outcome {
    let mut text = String::with_capacity(digest.len() * 2);
    for byte in digest {
        let _ = write!(text, "{byte:02x}");
    }
    call.give(text)
}

fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    let (mut a, mut b) = (1_u32, 0_u32);
    for chunk in bytes.chunks(5552) {
        for &byte in chunk {
            a += u32::from(byte);
            b += a;
        }
        a %= MODULUS;
        b %= MODULUS;
    }
    b << 16 | a
}

/// Functions whose result differs from one call to the next.
fn random(_: &Call<'_>) -> Outcome {
    Err("it draws random numbers, which would make the message differ from one run to the next"
        .to_owned())
}
