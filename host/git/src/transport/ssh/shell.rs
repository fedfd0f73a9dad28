//! A command on the other side, as the stream libgit2 wants.

use std::{
    io::{self, Read, Write},
    sync::Arc,
};

use ssh2::{Channel, Session};
use tagwarden_reconcile::ports::GitErrorKind;

use super::{broken, limit};
use crate::{
    failure::{Failure, kind_of_words, quote},
    transport::{
        Call,
        stream::{Allowance, told},
    },
};

/// How much of a command's complaint is read.
const COMPLAINT: u64 = 4 << 10;

/// The running command. The channel goes before its session.
pub struct Shell {
    channel: Channel,
    session: Session,
    call: Arc<Call>,
    allowance: Allowance,
}

impl Shell {
    pub fn start(call: &Arc<Call>, session: Session, command: &str) -> Result<Self, Failure> {
        limit(call, &session)?;
        let mut channel = session.channel_session().map_err(|e| broken(call, &e))?;
        channel.exec(command).map_err(|e| broken(call, &e))?;
        Ok(Self {
            channel,
            session,
            call: Arc::clone(call),
            // One stream carries references and pack alike.
            allowance: Allowance::pack(),
        })
    }

    fn within_limit<T>(
        &mut self,
        act: impl FnOnce(&mut Channel) -> io::Result<T>,
    ) -> Result<T, Failure> {
        limit(&self.call, &self.session)?;
        act(&mut self.channel).map_err(|error| self.explain(&error))
    }

    fn explain(&mut self, error: &io::Error) -> Failure {
        if error.kind() == io::ErrorKind::TimedOut {
            return self.call.late();
        }
        self.complaint().unwrap_or_else(|| {
            Failure::new(
                GitErrorKind::Unreachable,
                format!("the SSH conversation broke off: {}", quote(&error.to_string())),
            )
        })
    }

    /// What the command wrote to its standard error before it ended.
    fn complaint(&mut self) -> Option<Failure> {
        let mut said = Vec::new();
        // What was read before an error counts.
        let _ = self.channel.stderr().take(COMPLAINT).read_to_end(&mut said);
        let said = quote(&String::from_utf8_lossy(&said));
        (!said.is_empty())
            .then(|| Failure::new(kind_of_words(&said), format!("the server says: {said}")))
    }
}

impl Read for Shell {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let result = self.within_limit(|channel| channel.read(buffer)).and_then(|count| {
            self.allowance.spend(count)?;
            // libgit2 reads only where the protocol owes it more.
            match count {
                0 if !buffer.is_empty() => self.complaint().map_or(Ok(0), Err),
                count => Ok(count),
            }
        });
        result.map_err(|failure| told(&self.call, failure))
    }
}

impl Write for Shell {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.within_limit(|channel| channel.write(bytes))
            .map_err(|failure| told(&self.call, failure))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
