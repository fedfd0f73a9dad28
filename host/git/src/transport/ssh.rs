//! Git's smart protocol over SSH.

mod login;
mod shell;

use std::{
    net::{TcpStream, ToSocketAddrs},
    sync::Arc,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use git2::transport::{Service, SmartSubtransport, SmartSubtransportStream};
use ssh2::{ErrorCode, HashType, HostKeyType, MethodType, Session};
use tagwarden_reconcile::ports::GitErrorKind;

use self::shell::Shell;
use super::{
    Call,
    advertisement::Advertisement,
    known_hosts::{KnownHosts, Verdict},
    program,
};
use crate::{
    endpoint::{Address, Credentials, SshAddress, SshCredentials},
    failure::{Failure, quote},
};

/// One conversation with an SSH server.
pub struct SshTransport {
    call: Arc<Call>,
}

impl SshTransport {
    pub fn new(call: &Arc<Call>) -> Self {
        Self { call: Arc::clone(call) }
    }
}

impl SmartSubtransport for SshTransport {
    fn action(
        &self,
        _: &str,
        service: Service,
    ) -> Result<Box<dyn SmartSubtransportStream>, git2::Error> {
        let shell = start(&self.call, service).map_err(|failure| self.call.note(failure))?;
        Ok(Box::new(Advertisement::new(shell, 1)))
    }

    fn close(&self) -> Result<(), git2::Error> {
        Ok(())
    }
}

/// Connects, checks the host, logs in and starts the command.
fn start(call: &Arc<Call>, service: Service) -> Result<Shell, Failure> {
    let (Address::Ssh(address), Credentials::Ssh(credentials)) =
        (&call.endpoint.address, &call.endpoint.credentials)
    else {
        return Err(Failure::new(GitErrorKind::Other, "not an SSH remote"));
    };
    let (known, origin) = known_hosts(call, credentials)?;
    let session = greet(call, address, &known)?;
    check_host(&session, address, &known, &origin)?;
    login::log_in(call, &session, address, credentials)?;
    let command = format!("{} {}", program(service), quoted(&address.path));
    Shell::start(call, session, &command)
}

fn known_hosts(call: &Call, credentials: &SshCredentials) -> Result<(KnownHosts, String), Failure> {
    match credentials {
        SshCredentials::Key { origin, known_hosts, .. } => {
            let known = KnownHosts::parse(known_hosts);
            if known.is_empty() {
                return Err(Failure::new(
                    GitErrorKind::Configuration,
                    format!(
                        "`known_hosts` of {origin} holds no host key; \
                         expected lines as ssh-keyscan prints them"
                    ),
                ));
            }
            Ok((known, format!("`known_hosts` of {origin}")))
        }
        SshCredentials::Home => {
            let home = &call.keyring.home;
            Ok((KnownHosts::parse(&home.known_hosts()), home.names()))
        }
    }
}

fn greet(call: &Call, address: &SshAddress, known: &KnownHosts) -> Result<Session, Failure> {
    let stream = dial(call, address)?;
    let mut session = Session::new().map_err(|e| broken(call, &e))?;
    limit(call, &session)?;
    let algorithms = known.algorithms(&address.known_as());
    if !algorithms.is_empty() {
        session
            .method_pref(MethodType::HostKey, &algorithms.join(","))
            .map_err(|_| no_common_key(address, &algorithms))?;
    }
    session.set_tcp_stream(stream);
    session.handshake().map_err(|error| match error.code() {
        // LIBSSH2_ERROR_KEX_FAILURE: the host has no key of a kind we know.
        ErrorCode::Session(-5) if !algorithms.is_empty() => no_common_key(address, &algorithms),
        _ => broken(call, &error),
    })?;
    Ok(session)
}

fn dial(call: &Call, address: &SshAddress) -> Result<TcpStream, Failure> {
    let unreachable = |why: String| {
        Failure::new(
            GitErrorKind::Unreachable,
            format!("cannot connect to {}: {why}", address.known_as()),
        )
    };
    let candidates = (address.host.as_str(), address.port)
        .to_socket_addrs()
        .map_err(|e| unreachable(e.to_string()))?;
    let mut last = "the host has no address".to_owned();
    for candidate in candidates {
        match TcpStream::connect_timeout(&candidate, call.remaining()?) {
            Ok(stream) => {
                // Many small packets, each awaited: Nagle would hold them back.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => last = error.to_string(),
        }
    }
    Err(unreachable(last))
}

fn check_host(
    session: &Session,
    address: &SshAddress,
    known: &KnownHosts,
    origin: &str,
) -> Result<(), Failure> {
    let host = address.known_as();
    let (key, kind) = session
        .host_key()
        .ok_or_else(|| Failure::new(GitErrorKind::Untrusted, format!("{host} shows no key")))?;
    let shown = format!("{} {}", kind_name(kind), fingerprint(session));
    let message = match known.judge(&host, key) {
        Verdict::Trusted => return Ok(()),
        Verdict::Unknown => format!(
            "{origin} has no key for {host}, which shows {shown}; \
             add its line after checking that fingerprint"
        ),
        Verdict::Different => format!(
            "{host} shows {shown}, which is not a key that {origin} has for it: \
             the host was set up anew, or somebody is in between"
        ),
        Verdict::Revoked => format!("{host} shows {shown}, which {origin} marks @revoked"),
    };
    Err(Failure::new(GitErrorKind::Untrusted, message))
}

fn fingerprint(session: &Session) -> String {
    session
        .host_key_hash(HashType::Sha256)
        .map_or_else(String::new, |hash| format!("SHA256:{}", STANDARD_NO_PAD.encode(hash)))
}

fn kind_name(kind: HostKeyType) -> &'static str {
    match kind {
        HostKeyType::Rsa => "ssh-rsa",
        HostKeyType::Ed25519 => "ssh-ed25519",
        HostKeyType::Ecdsa256 => "ecdsa-sha2-nistp256",
        HostKeyType::Ecdsa384 => "ecdsa-sha2-nistp384",
        HostKeyType::Ecdsa521 => "ecdsa-sha2-nistp521",
        _ => "a key",
    }
}

fn no_common_key(address: &SshAddress, algorithms: &[&str]) -> Failure {
    Failure::new(
        GitErrorKind::Untrusted,
        format!(
            "{} shows none of the kinds of host key that known_hosts has for it ({})",
            address.known_as(),
            algorithms.join(", ")
        ),
    )
}

/// Gives libssh2 the time that is left.
fn limit(call: &Call, session: &Session) -> Result<(), Failure> {
    let left = call.remaining()?.max(Duration::from_millis(1));
    session.set_timeout(u32::try_from(left.as_millis()).unwrap_or(u32::MAX));
    Ok(())
}

/// A failure of the conversation itself.
fn broken(call: &Call, error: &ssh2::Error) -> Failure {
    match error.code() {
        // LIBSSH2_ERROR_TIMEOUT, LIBSSH2_ERROR_SOCKET_TIMEOUT
        ErrorCode::Session(-9 | -30) => call.late(),
        _ => Failure::new(
            GitErrorKind::Unreachable,
            format!("the SSH conversation broke off: {}", quote(error.message())),
        ),
    }
}

/// The path as one word of the remote shell.
fn quoted(path: &str) -> String {
    // `~user/` must stay outside the quotes to mean a home folder.
    let (home, rest) = match path.split_once('/') {
        Some((home, rest)) if is_home(home) => (format!("{home}/"), rest),
        _ => (String::new(), path),
    };
    format!("{home}'{}'", rest.replace('\'', "'\\''").replace('!', "'\\!'"))
}

fn is_home(word: &str) -> bool {
    word.strip_prefix('~')
        .is_some_and(|user| user.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_of_the_remote_shell() {
        assert_eq!(quoted("/srv/a b.git"), "'/srv/a b.git'");
        assert_eq!(quoted("/srv/$(x)'; rm -rf /"), "'/srv/$(x)'\\''; rm -rf /'");
        assert_eq!(quoted("~bot/a"), "~bot/'a'");
        assert_eq!(quoted("~$(x)/a"), "'~$(x)/a'");
    }
}
