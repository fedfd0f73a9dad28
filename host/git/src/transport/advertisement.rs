//! A remote's list of references, made safe to read.
//!
//! Reference names are bytes; `git2` panics on one that is not UTF-8. A single
//! such branch, of no interest to us, must not cost the repository.

use std::io::{self, Read, Write};

/// Replaces what is not UTF-8 in the packets of a list, and passes on
/// everything after it untouched.
pub struct Advertisement<S> {
    inner: S,
    /// Flush packets until the list is over.
    flushes: u8,
    packet: Vec<u8>,
    served: usize,
}

impl<S: Read> Advertisement<S> {
    pub fn new(inner: S, flushes: u8) -> Self {
        Self { inner, flushes, packet: Vec::new(), served: 0 }
    }

    /// Reads a packet: four hex digits, which count themselves, and content.
    fn next_packet(&mut self) -> io::Result<()> {
        self.packet.clear();
        self.served = 0;
        self.inner.by_ref().take(4).read_to_end(&mut self.packet)?;
        match length(&self.packet) {
            Some(0) => self.flushes -= 1,
            Some(length @ 4..) => {
                self.inner.by_ref().take(length - 4).read_to_end(&mut self.packet)?;
                make_text(&mut self.packet);
            }
            // Not a list at all: libgit2 says so best.
            _ => self.flushes = 0,
        }
        Ok(())
    }
}

impl<S: Read> Read for Advertisement<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.served == self.packet.len() {
            if self.flushes == 0 {
                return self.inner.read(buffer);
            }
            self.next_packet()?;
        }
        let count = buffer.len().min(self.packet.len() - self.served);
        buffer[..count].copy_from_slice(&self.packet[self.served..self.served + count]);
        self.served += count;
        Ok(count)
    }
}

impl<S: Write> Write for Advertisement<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn length(digits: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == 4)?;
    u64::from_str_radix(digits, 16).ok()
}

/// `?` is in no reference name, so what it replaces becomes no other's.
fn make_text(bytes: &mut [u8]) {
    let mut from = 0;
    while let Err(error) = std::str::from_utf8(&bytes[from..]) {
        from += error.valid_up_to();
        bytes[from] = b'?';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], flushes: u8) -> Vec<u8> {
        let mut out = Vec::new();
        Advertisement::new(bytes, flushes).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn names_that_are_not_utf8_lose_the_odd_bytes_and_nothing_else() {
        assert_eq!(
            read(b"000acaf\xe9 \n0008\xc3\xa9\xc3\n0000", 1),
            b"000acaf? \n0008\xc3\xa9?\n0000"
        );
    }

    #[test]
    fn what_follows_the_list_is_untouched() {
        assert_eq!(
            read(b"0006\xffx00000008\xff\xff\xff\xff", 1),
            b"0006?x00000008\xff\xff\xff\xff"
        );
        assert_eq!(read(b"00000006\xffx0000\xff", 2), b"00000006?x0000\xff");
    }

    #[test]
    fn what_is_no_list_passes_as_it_is() {
        for text in [&b"<html>\xff"[..], b"", b"00", b"0001\xff", b"00ff\x41", b"-001"] {
            assert_eq!(read(text, 2), text);
        }
    }
}
