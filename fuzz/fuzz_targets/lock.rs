//! Any lock file: nothing panics, what is read writes the same lock again, and no
//! byte of what was written changes unnoticed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};
use tagwarden_api::{read_lock, write_lock};

fuzz_target!(|input: (&str, usize, u8)| {
    let (text, at, flip) = input;
    // With a checksum that fits, or nothing above it would ever be believed.
    let line_end = if text.ends_with('\n') { "" } else { "\n" };
    let before = format!("{text}{line_end}");
    let sealed = format!("{before}checksum: sha256:{:x}\n", Sha256::digest(&before));
    for text in [text, &sealed] {
        let Ok(lock) = read_lock("tagwarden.lock", text) else {
            continue;
        };
        let written = write_lock(&lock);
        let again = read_lock("tagwarden.lock", &written).expect("what is written can be read");
        assert_eq!(again, lock);
        let mut bytes = written.clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] ^= flip;
        if let Ok(changed) = String::from_utf8(bytes)
            && changed != written
        {
            assert!(read_lock("tagwarden.lock", &changed).is_err(), "byte {at}");
        }
    }
});
