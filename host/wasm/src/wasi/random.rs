//! Randomness that is the same every time.

use tagwarden_reconcile::ports::Failure;
use wasmtime::{Result, StoreContextMut, component::LinkerInstance};

use super::wasi;
use crate::guest::{Ended, Guest};

/// The most random bytes in one piece.
const BYTES: u64 = 64 << 10;

/// SplitMix64 from a fixed seed.
pub(super) struct Random(u64);

impl Default for Random {
    fn default() -> Self {
        Self(0x7461_6777_6172_6465)
    }
}

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn bytes(&mut self, count: u64) -> Result<Vec<u8>> {
        if count > BYTES {
            return Err(Ended(Failure::Limit(format!("{BYTES} random bytes at once"))).into());
        }
        let words = (0..count.div_ceil(8)).flat_map(|_| self.next().to_le_bytes());
        Ok(words.take(count as usize).collect())
    }
}

type Store<'a> = StoreContextMut<'a, Guest>;

pub(super) fn define(instance: &mut LinkerInstance<'_, Guest>, name: &str) -> Result<bool> {
    match name {
        "get-random-bytes" | "get-insecure-random-bytes" => {
            instance.func_wrap(name, |mut store: Store<'_>, (count,): (u64,)| {
                Ok((wasi(&mut store)?.random.bytes(count)?,))
            })?;
        }
        "get-random-u64" | "get-insecure-random-u64" => {
            instance.func_wrap(name, |mut store: Store<'_>, (): ()| {
                Ok((wasi(&mut store)?.random.next(),))
            })?;
        }
        "insecure-seed" => {
            instance.func_wrap(name, |mut store: Store<'_>, (): ()| {
                let random = &mut wasi(&mut store)?.random;
                Ok(((random.next(), random.next()),))
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_itself_and_is_bounded() {
        let bytes = |count| Random::default().bytes(count);
        assert_eq!(bytes(20).unwrap(), bytes(20).unwrap());
        assert_eq!(bytes(20).unwrap().len(), 20);
        assert!(bytes(BYTES + 1).is_err());
    }
}
