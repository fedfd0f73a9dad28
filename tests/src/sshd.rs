//! OpenSSH's server on loopback, with keys of its own, as the current user.

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

/// A running server; it takes no more clients when dropped.
///
/// We listen and start one `sshd -i` a client, so that no port is guessed and
/// nothing has to be waited for.
#[derive(Debug)]
pub struct Sshd {
    address: SocketAddr,
    folder: TempDir,
    host_keys: Vec<String>,
    user: String,
    stop: Arc<AtomicBool>,
    serving: Arc<Serving>,
}

/// How many clients have a server.
#[derive(Debug, Default)]
struct Serving(Mutex<usize>, Condvar);

/// A pair of SSH keys.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// The private key file.
    pub private: String,
    /// The public key line.
    pub public: String,
}

impl KeyPair {
    /// A key of a kind `ssh-keygen` knows (`ed25519`, `ecdsa`, `rsa`), in
    /// OpenSSH's own format.
    pub fn generate(kind: &str, passphrase: &str) -> Result<Self> {
        Self::with_options(kind, passphrase, &[])
    }

    /// The same with further options of `ssh-keygen`, e.g. `-m PEM`.
    pub fn with_options(kind: &str, passphrase: &str, options: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("key");
        let output = Command::new("ssh-keygen")
            .args(["-q", "-t", kind, "-N", passphrase, "-C", "test", "-f"])
            .arg(&path)
            .args(options)
            .stdin(Stdio::null())
            .output()
            .context("these tests need `ssh-keygen`: install openssh-client")?;
        ensure!(output.status.success(), "ssh-keygen: {}", String::from_utf8_lossy(&output.stderr));
        Ok(Self {
            private: fs::read_to_string(&path)?,
            public: fs::read_to_string(path.with_extension("pub"))?.trim().to_owned(),
        })
    }
}

impl Sshd {
    /// Starts a server that shows host keys of these kinds and lets nobody in.
    pub fn start(kinds: &[&str]) -> Result<Self> {
        let program = program()?;
        let folder = tempfile::tempdir()?;
        let mut host_keys = Vec::new();
        let mut config = "UsePAM no\nStrictModes no\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nPermitRootLogin yes\nPrintMotd no\n\
             PidFile none\nLogLevel VERBOSE\n"
            .to_owned();
        for kind in kinds {
            let pair = KeyPair::generate(kind, "")?;
            let path = folder.path().join(format!("host_{kind}"));
            private(&path, &pair.private)?;
            config += &format!("HostKey {}\n", path.display());
            host_keys.push(pair.public);
        }
        let authorized = folder.path().join("authorized_keys");
        fs::write(&authorized, "")?;
        config += &format!("AuthorizedKeysFile {}\n", authorized.display());
        let config_path = folder.path().join("sshd_config");
        fs::write(&config_path, config)?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let server = Self {
            address: listener.local_addr()?,
            user: user()?,
            folder,
            host_keys,
            stop: Arc::default(),
            serving: Arc::default(),
        };
        let log = server.folder.path().join("log");
        let (stop, serving) = (Arc::clone(&server.stop), Arc::clone(&server.serving));
        thread::spawn(move || listen(&listener, &stop, &serving, &program, &config_path, &log));
        Ok(server)
    }

    /// Lets a key in. `options` are those of `authorized_keys`, e.g. a forced
    /// command; empty for none.
    pub fn admit(&self, key: &KeyPair, options: &str) -> Result<()> {
        let path = self.folder.path().join("authorized_keys");
        let mut file = fs::OpenOptions::new().append(true).open(path)?;
        writeln!(file, "{options} {}", key.public)?;
        Ok(())
    }

    /// Lets a key read, by a forced command that runs nothing else.
    pub fn admit_reader(&self, key: &KeyPair) -> Result<()> {
        let script = self.folder.path().join("read-only");
        fs::write(
            &script,
            "case \"$SSH_ORIGINAL_COMMAND\" in\n\
             git-upload-pack\\ *) eval \"exec $SSH_ORIGINAL_COMMAND\" ;;\n\
             *) echo 'ERROR: permission denied: this key may only read' >&2; exit 1 ;;\nesac\n",
        )?;
        self.admit(key, &format!("restrict,command=\"sh {}\"", script.display()))
    }

    /// Lets a key in, such that [`Sshd::settle`] waits for what it runs.
    pub fn admit_watched(&self, key: &KeyPair) -> Result<()> {
        let script = self.folder.path().join("watched");
        let lock = self.watched();
        fs::write(&lock, "")?;
        let command = format!("exec flock -s {} sh -c \"$SSH_ORIGINAL_COMMAND\"\n", lock.display());
        fs::write(&script, command)?;
        self.admit(key, &format!("restrict,command=\"sh {}\"", script.display()))
    }

    /// Held by whatever a watched key runs.
    fn watched(&self) -> PathBuf {
        self.folder.path().join("watched.lock")
    }

    /// Waits until nobody is being served, and nothing runs that a watched key
    /// began: what a client that was killed had asked for may be under way, and
    /// outlive the server that started it.
    pub fn settle(&self) -> Result<()> {
        // Clients are taken in order: once this one has its server, none waits.
        if let Ok(mut stream) = TcpStream::connect(self.address) {
            let _ = stream.shutdown(Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        }
        let Serving(count, ended) = &*self.serving;
        let serving = count.lock().unwrap_or_else(PoisonError::into_inner);
        drop(ended.wait_while(serving, |serving| *serving > 0));
        Ok(fs::File::open(self.watched())?.lock()?)
    }

    /// The URL of a repository's folder.
    #[must_use]
    pub fn url(&self, path: &Path) -> String {
        format!("ssh://{}@{}{}", self.user, self.address, path.display())
    }

    /// The name under which a client knows it, e.g. `[127.0.0.1]:2222`.
    #[must_use]
    pub fn known_as(&self) -> String {
        format!("[{}]:{}", self.address.ip(), self.address.port())
    }

    /// Its keys as `known_hosts` lines.
    #[must_use]
    pub fn known_hosts(&self) -> String {
        let host = self.known_as();
        self.host_keys.iter().map(|key| format!("{host} {key}\n")).collect()
    }

    /// What the servers logged, for a failed test's message.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next client.
        let _ = TcpStream::connect(self.address);
    }
}

fn listen(
    listener: &TcpListener,
    stop: &AtomicBool,
    serving: &Arc<Serving>,
    program: &Path,
    config: &Path,
    log: &Path,
) {
    for stream in listener.incoming().map_while(Result::ok) {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        // Without its server a client sees the connection close.
        let Ok(mut child) = serve(stream, program, config, log) else {
            continue;
        };
        serving.count(|serving| serving + 1);
        let serving = Arc::clone(serving);
        thread::spawn(move || {
            let _ = child.wait();
            serving.count(|serving| serving - 1);
        });
    }
}

impl Serving {
    fn count(&self, change: impl Fn(usize) -> usize) {
        let mut serving = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *serving = change(*serving);
        self.1.notify_all();
    }
}

fn serve(
    stream: TcpStream,
    program: &Path,
    config: &Path,
    log: &Path,
) -> Result<std::process::Child> {
    let stdin = OwnedFd::from(stream.try_clone()?);
    let log = fs::OpenOptions::new().create(true).append(true).open(log)?;
    Ok(Command::new(program)
        .args(["-i", "-e", "-f"])
        .arg(config)
        .stdin(stdin)
        .stdout(OwnedFd::from(stream))
        .stderr(log)
        .spawn()?)
}

fn program() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from);
    let Some(found) = std::env::split_paths(&path)
        .chain(usual)
        .map(|folder| folder.join("sshd"))
        .find(|program| program.is_file())
    else {
        bail!("these tests need OpenSSH's server: install openssh-server");
    };
    // Run by root, it insists on this empty folder.
    let _ = fs::create_dir_all("/run/sshd");
    Ok(found)
}

fn user() -> Result<String> {
    let output = Command::new("id").arg("-un").output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn private(path: &Path, content: &str) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    file.write_all(content.as_bytes())?;
    Ok(())
}
