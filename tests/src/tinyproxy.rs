//! A real forward proxy: Debian's tinyproxy on loopback.

use std::{
    env, fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// How long it may take to come up.
const DEADLINE: Duration = Duration::from_secs(30);

/// A proxy with a login that runs until it is dropped.
#[derive(Debug)]
pub struct Tinyproxy {
    address: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl Tinyproxy {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When its program is missing (with how to get it) or does not come up.
    pub fn start(user: &str, password: &str) -> Result<Self> {
        let program = program()?;
        let folder = tempfile::tempdir()?;
        // It does not say which port it took, so one is chosen for it.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let config = folder.path().join("tinyproxy.conf");
        let log = folder.path().join("log");
        fs::write(
            &config,
            format!(
                "Port {}\nListen 127.0.0.1\nTimeout 600\nMaxClients 100\nLogFile \"{}\"\n\
                 LogLevel Connect\nAllow 127.0.0.1\nBasicAuth {user} {password}\n",
                address.port(),
                log.display()
            ),
        )?;
        let child = Command::new(program)
            .arg("-d")
            .arg("-c")
            .arg(config)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("start tinyproxy")?;
        // From here on the child ends when this is dropped.
        let mut this = Self { address, child, folder };
        this.wait_until_listening()?;
        Ok(this)
    }

    fn wait_until_listening(&mut self) -> Result<()> {
        let deadline = Instant::now() + DEADLINE;
        let mut pause = Duration::from_millis(5);
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("tinyproxy ended with {status}: {}", self.log());
            }
            if Instant::now() > deadline {
                bail!("tinyproxy did not come up within {DEADLINE:?}");
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(200));
        }
        Ok(())
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Tinyproxy {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn program() -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/bin".into(), "/usr/sbin".into()]);
    let found = folders.map(|folder| folder.join("tinyproxy")).find(|file| file.is_file());
    found.context("no program \"tinyproxy\"; run `make tools`, or `apt-get install tinyproxy-bin`")
}
