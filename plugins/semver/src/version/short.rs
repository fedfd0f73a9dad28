//! Short releases, all bytes at once.
//!
//! Nearly all tags are releases of up to eight bytes. Read byte by byte, the
//! processor guesses wrongly where their numbers end, which costs more than all
//! the rest; here there is nothing to guess.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;

/// The numbers of a release `MAJOR.MINOR.PATCH` of up to eight bytes; none for
/// every other text, be it a version or not.
pub(super) fn numbers(text: &[u8]) -> Option<[u64; 3]> {
    let length = text.len();
    let (first, last) = (text.first_chunk::<4>()?, text.last_chunk::<4>()?);
    if length > 8 {
        return None;
    }
    // Where the two halves overlap, they agree.
    let [first, last] = [first, last].map(|half| u64::from(u32::from_le_bytes(*half)));
    let word = first | (last << (8 * (length - 4)));

    let dots = zero_bytes(word ^ (0x2e * ONES));
    let absent = u64::MAX.checked_shl(8 * length as u32).unwrap_or(0);
    let (one, other) =
        (dots.trailing_zeros() / 8, (dots & dots.wrapping_sub(1)).trailing_zeros() / 8);
    let length = length as u32;
    if dots.count_ones() != 2 || one == 0 || other == one + 1 || other + 1 == length {
        return None;
    }
    // Dots and what is absent become the digit 0.
    let digits = (word ^ ((dots >> 7) * (0x2e ^ 0x30))) | (absent & (0x30 * ONES));
    let values = digits.wrapping_sub(0x30 * ONES);
    if (digits.wrapping_add(0x46 * ONES) | values) & HIGH != 0 {
        return None;
    }
    let number = |from: u32, to: u32| value((values >> (8 * from)) << (64 - 8 * (to - from)));
    Some([number(0, one), number(one + 1, other), number(other + 1, length)])
}

/// The high bit of each byte that is zero.
fn zero_bytes(word: u64) -> u64 {
    let low = !HIGH;
    !(((word & low) + low) | word | low)
}

/// The number of eight digits, the first in the lowest byte.
fn value(digits: u64) -> u64 {
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    (fours * 10_000 + (fours >> 32)) & 0xffff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_short_releases() {
        assert_eq!(numbers(b"1.2.3"), Some([1, 2, 3]));
        assert_eq!(numbers(b"0.0.0"), Some([0, 0, 0]));
        assert_eq!(numbers(b"12.34.56"), Some([12, 34, 56]));
        assert_eq!(numbers(b"9999.9.9"), Some([9999, 9, 9]));
        assert_eq!(numbers(b"1.2.0034"), Some([1, 2, 34]));
    }

    #[test]
    fn leaves_everything_else_alone() {
        for text in [
            "",
            "1.2",
            "1.2.",
            ".1.2",
            "1..2",
            "1.2.3.4",
            "1.2.3-a",
            "1.2.3+a",
            "10.20.300",
            "1.2.x",
        ] {
            assert_eq!(numbers(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn agrees_with_a_reader_of_one_byte_after_the_other() {
        let plain = |text: &[u8]| {
            let text = std::str::from_utf8(text).ok()?;
            let parts: Vec<_> = text.split('.').collect();
            let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            let parts: Option<[&str; 3]> =
                parts.iter().all(digits).then(|| parts.try_into().ok())?;
            parts.map(|parts| parts.map(|part| part.parse::<u64>().unwrap()))
        };
        // Each text of five bytes of these, which stand at the edges of what counts.
        let bytes = b"09./:-\x80\x00a5";
        for mut number in 0..bytes.len().pow(5) {
            let text = [0; 5].map(|_: u8| {
                let byte = bytes[number % bytes.len()];
                number /= bytes.len();
                byte
            });
            for text in [text.to_vec(), [&text[..], b".09"].concat(), [b"7.", &text[..]].concat()] {
                assert_eq!(numbers(&text), plain(&text), "{text:?}");
            }
        }
    }
}
