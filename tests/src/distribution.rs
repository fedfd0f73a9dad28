//! Real CNCF distribution registries on loopback.

mod settings;

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use reqwest::{Client, Identity, tls};
use tempfile::TempDir;

pub use settings::{Protection, Transport};

use crate::pusher::Pusher;

/// How long a registry may take to come up.
const DEADLINE: Duration = Duration::from_secs(30);

/// Which of the two registries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// Debian's package `docker-registry`: version 2.8, lists in one page.
    Debian,
    /// Version 3, lists in pages.
    Three,
}

impl Release {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Debian, Self::Three];

    fn binary(self) -> Result<PathBuf> {
        let (name, advice) = match self {
            Self::Debian => {
                ("docker-registry", "run `make tools`, or `apt-get install docker-registry`")
            }
            Self::Three => (
                "registry",
                "run `make tools`, or `GOBIN=$PWD/.tools go install \
                 github.com/distribution/distribution/v3/cmd/registry@latest`",
            ),
        };
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools");
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(tools).chain(env::split_paths(&path));
        let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
        found.with_context(|| format!("no program {name:?} in .tools or PATH; {advice}"))
    }
}

/// A registry that runs until it is dropped.
#[derive(Debug)]
pub struct Distribution {
    address: SocketAddr,
    child: Child,
    transport: Transport,
    protection: Protection,
    folder: TempDir,
}

impl Distribution {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When its program is missing (with how to get it) or does not come up.
    pub fn start(release: Release, transport: Transport, protection: Protection) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let config = settings::write(folder.path(), &transport, &protection)?;
        let log = folder.path().join("log");
        let child = Command::new(release.binary()?)
            .arg("serve")
            .arg(config)
            .env_clear()
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log)?)
            .spawn()
            .with_context(|| format!("start the registry {release:?}"))?;
        // From here on the child ends when this is dropped.
        let mut this = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            child,
            transport,
            protection,
            folder,
        };
        this.address = this.wait_until_listening(&log)?;
        Ok(this)
    }

    /// The registry says on which port it listens once it does.
    fn wait_until_listening(&mut self, log: &Path) -> Result<SocketAddr> {
        let deadline = Instant::now() + DEADLINE;
        let mut pause = Duration::from_millis(5);
        loop {
            let text = fs::read_to_string(log)?;
            if let Some(address) = listening(&text) {
                return Ok(address);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the registry ended with {status}: {text}");
            }
            if Instant::now() > deadline {
                bail!("the registry did not come up within {DEADLINE:?}: {text}");
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(200));
        }
    }

    /// The image of a repository, as a manifest writes it.
    #[must_use]
    pub fn image(&self, repository: &str) -> String {
        format!("localhost:{}/{repository}", self.address.port())
    }

    /// The registry's host and port, as a pull secret names it.
    #[must_use]
    pub fn host(&self) -> String {
        format!("localhost:{}", self.address.port())
    }

    /// Pushes an image of its own under each tag.
    ///
    /// # Errors
    /// When the registry does not take it.
    pub async fn push(&self, repository: &str, tags: &[&str]) -> Result<()> {
        self.pusher()?.push(repository, tags).await
    }

    /// The file that holds a blob or manifest, for tampering with.
    #[must_use]
    pub fn file(&self, digest: &str) -> PathBuf {
        let hex = digest.trim_start_matches("sha256:");
        self.storage().join("blobs/sha256").join(&hex[..2]).join(hex).join("data")
    }

    /// The folder it keeps everything in.
    #[must_use]
    pub fn storage(&self) -> PathBuf {
        self.folder.path().join("data/docker/registry/v2")
    }

    /// A way to push anything else.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn pusher(&self) -> Result<Pusher> {
        let mut client = Client::builder().no_proxy();
        let mut scheme = "http";
        if let Transport::Tls { authority, client: identity, .. } = &self.transport {
            scheme = "https";
            let authority = tls::Certificate::from_pem(&authority.pem()?)?;
            client = client.tls_certs_merge([authority]);
            if let Some(identity) = identity {
                client = client
                    .identity(Identity::from_pkcs8_pem(&identity.pem()?, &identity.key_pem()?)?);
            }
        }
        let (basic, realm) = match &self.protection {
            Protection::None => (None, None),
            Protection::Basic { user, password } => (Some((user.clone(), password.clone())), None),
            Protection::Token { user, password, server } => {
                (Some((user.clone(), password.clone())), Some(server.realm()))
            }
        };
        Ok(Pusher {
            root: format!("{scheme}://{}/", self.host()).parse()?,
            client: client.build()?,
            basic,
            realm,
        })
    }
}

impl Drop for Distribution {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The address of the line `listening on 127.0.0.1:12345`.
fn listening(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once("listening on ")?;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || ".:".contains(c)))?;
    rest[..end].parse().ok()
}
