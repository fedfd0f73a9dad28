//! Bytes from a remote, counted.

use std::{
    io::{self, Read},
    sync::Arc,
};

use git2::transport::Service;
use tagwarden_reconcile::ports::GitErrorKind;

use super::Call;
use crate::failure::Failure;

/// The most a list of references may weigh: a million of them.
const REFERENCES: u64 = 128 << 20;
/// The most a pack, or the report of a push, may weigh.
const PACK: u64 = 4 << 30;

/// How many more bytes a remote may send.
pub struct Allowance {
    left: u64,
    what: &'static str,
}

impl Allowance {
    pub fn of(service: Service) -> Self {
        match service {
            Service::UploadPackLs | Service::ReceivePackLs => {
                Self { left: REFERENCES, what: "a list of references over 128 MiB" }
            }
            Service::UploadPack | Service::ReceivePack => Self::pack(),
        }
    }

    pub fn pack() -> Self {
        Self { left: PACK, what: "over 4 GiB" }
    }

    pub fn spend(&mut self, bytes: usize) -> Result<(), Failure> {
        self.left = self.left.checked_sub(bytes as u64).ok_or_else(|| {
            Failure::new(GitErrorKind::Other, format!("the remote sends {}", self.what))
        })?;
        Ok(())
    }
}

/// A reader that stops at its allowance and notes why reading failed.
pub struct Counted<R> {
    inner: R,
    allowance: Allowance,
    call: Arc<Call>,
}

impl<R: Read> Counted<R> {
    pub fn new(inner: R, allowance: Allowance, call: &Arc<Call>) -> Self {
        Self { inner, allowance, call: Arc::clone(call) }
    }

    pub fn read_or(
        &mut self,
        buffer: &mut [u8],
        explain: impl FnOnce(&Call, &io::Error) -> Failure,
    ) -> io::Result<usize> {
        let read = self
            .inner
            .read(buffer)
            .map_err(|error| explain(&self.call, &error))
            .and_then(|count| self.allowance.spend(count).map(|()| count));
        read.map_err(|failure| told(&self.call, failure))
    }
}

/// Notes the failure and gives an error fit for libgit2 (no NUL in it).
pub fn told(call: &Call, failure: Failure) -> io::Error {
    io::Error::other(call.note(failure).message().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_runs_out() {
        let mut allowance = Allowance::of(Service::UploadPackLs);
        assert!(allowance.spend(REFERENCES as usize).is_ok());
        let failure = allowance.spend(1).unwrap_err();
        assert!(failure.message.contains("128 MiB"));
    }
}
