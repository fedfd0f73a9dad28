//! Proving to an SSH server who we are.

use ssh2::{ErrorCode, Session};
use tagwarden_reconcile::ports::GitErrorKind;

use super::{broken, limit};
use crate::{
    endpoint::{SshAddress, SshCredentials},
    failure::{Failure, quote},
    transport::Call,
};

/// Whom forges expect; Flux's default too.
const DEFAULT_USER: &str = "git";

/// Tries each key once; there is nothing to loop over.
pub fn log_in(
    call: &Call,
    session: &Session,
    address: &SshAddress,
    credentials: &SshCredentials,
) -> Result<(), Failure> {
    limit(call, session)?;
    match credentials {
        SshCredentials::Key { origin, user, identity, passphrase, .. } => {
            let user = user.as_deref().or(address.user.as_deref()).unwrap_or(DEFAULT_USER);
            session
                .userauth_pubkey_memory(user, None, identity, passphrase.as_deref())
                .map_err(|error| refused(call, &error, user, origin, passphrase.is_some()))
        }
        SshCredentials::Home => {
            let user = address.user.as_deref().unwrap_or(DEFAULT_USER);
            ask_agent(call, session, user)
        }
    }
}

fn refused(
    call: &Call,
    error: &ssh2::Error,
    user: &str,
    origin: &str,
    has_passphrase: bool,
) -> Failure {
    match error.code() {
        // LIBSSH2_ERROR_AUTHENTICATION_FAILED
        ErrorCode::Session(-18) => Failure::new(
            GitErrorKind::Unauthorized,
            format!("the server does not let the key `identity` of {origin} in as user `{user}`"),
        ),
        // LIBSSH2_ERROR_FILE, LIBSSH2_ERROR_METHOD_NONE: the key was not read.
        // LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED: it was, but cannot sign.
        ErrorCode::Session(-16 | -17 | -19) => Failure::new(
            GitErrorKind::Configuration,
            format!(
                "`identity` of {origin} is not usable as a private key{} ({})",
                if has_passphrase {
                    ", or `password` is not its passphrase"
                } else {
                    "; if it has a passphrase, give it as `password`"
                },
                quote(error.message())
            ),
        ),
        _ => broken(call, error),
    }
}

fn ask_agent(call: &Call, session: &Session, user: &str) -> Result<(), Failure> {
    let none = |why: &str| {
        Failure::new(
            GitErrorKind::Unauthorized,
            format!("no secret was given, and {why}; give one with `identity` and `known_hosts`"),
        )
    };
    let socket = call.keyring.home.agent.as_ref().ok_or_else(|| none("there is no SSH agent"))?;
    let mut agent = session.agent().map_err(|e| broken(call, &e))?;
    agent.set_identity_path(socket).map_err(|e| broken(call, &e))?;
    agent
        .connect()
        .and_then(|()| agent.list_identities())
        .map_err(|_| none("the SSH agent does not answer"))?;
    for identity in agent.identities().map_err(|e| broken(call, &e))? {
        limit(call, session)?;
        if agent.userauth(user, &identity).is_ok() {
            return Ok(());
        }
    }
    Err(none(&format!("the server lets none of the SSH agent's keys in as user `{user}`")))
}
