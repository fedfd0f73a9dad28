//! What a guest writes to its log.

use wasmtime::Result;

use crate::text::one_line;

/// How many lines of one call are kept.
const KEPT_LINES: usize = 100;

/// How many bytes of each line are kept.
const KEPT_BYTES: usize = 1_000;

/// How many lines, and how many bytes of them, stop the guest.
const FLOOD_LINES: usize = 100_000;
const FLOOD_BYTES: usize = 4 << 20;

/// The log of one call: the first lines of it, and how much there was.
#[derive(Debug, Default)]
pub(crate) struct Log {
    kept: Vec<String>,
    lines: usize,
    bytes: usize,
}

/// The guest logged without end.
#[derive(Debug, thiserror::Error)]
#[error("a log of {FLOOD_LINES} lines and {} MiB", FLOOD_BYTES >> 20)]
pub(crate) struct Flood;

impl Log {
    /// Takes a line, or stops the guest that floods.
    pub(crate) fn note(&mut self, message: &str) -> Result<()> {
        self.lines += 1;
        self.bytes = self.bytes.saturating_add(message.len());
        if self.lines > FLOOD_LINES || self.bytes > FLOOD_BYTES {
            return Err(Flood.into());
        }
        if self.kept.len() < KEPT_LINES {
            self.kept.push(one_line(message, KEPT_BYTES));
        }
        Ok(())
    }

    /// The lines kept, free of control characters.
    pub(crate) fn lines(&self) -> &[String] {
        &self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_first_lines_and_drops_the_rest() {
        let mut log = Log::default();
        for line in 0..500 {
            log.note(&line.to_string()).unwrap();
        }
        assert_eq!(log.lines().len(), KEPT_LINES);
        assert_eq!(log.lines()[99], "99");
    }

    #[test]
    fn stops_a_flood_of_lines_and_one_of_bytes() {
        let mut log = Log::default();
        let many = (0..=FLOOD_LINES).map(|_| log.note(""));
        assert_eq!(many.filter(Result::is_err).count(), 1);
        let big = "x".repeat(FLOOD_BYTES + 1);
        assert!(Log::default().note(&big).unwrap_err().is::<Flood>());
    }
}
