//! GnuPG in a home of its own.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// A keyring; its agent ends when it is dropped.
#[derive(Debug)]
pub struct Gpg {
    folder: TempDir,
}

impl Gpg {
    /// An empty keyring.
    pub fn new() -> Result<Self> {
        use std::os::unix::fs::PermissionsExt;
        // Its agent's socket has a path of 108 bytes at most.
        let folder = tempfile::Builder::new().prefix("gpg").tempdir_in("/tmp")?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700))?;
        Ok(Self { folder })
    }

    /// The folder that `GNUPGHOME` names.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Makes a key of one kind that signs; gives the armoured private key.
    pub fn generate(&self, kind: &str, passphrase: &str) -> Result<String> {
        self.run(
            passphrase,
            &["--quick-generate-key", "bot <bot@example.com>", kind, "sign", "1d"],
        )?;
        self.export(passphrase)
    }

    /// Makes an RSA key with a subkey of Ed25519 that signs.
    pub fn generate_with_subkey(&self, passphrase: &str) -> Result<String> {
        let user = "bot <bot@example.com>";
        self.run(passphrase, &["--quick-generate-key", user, "rsa2048", "sign,cert", "1d"])?;
        let fingerprint = self.fingerprint()?;
        self.run(passphrase, &["--quick-add-key", &fingerprint, "ed25519", "sign", "1d"])?;
        self.export(passphrase)
    }

    /// The armoured public key.
    pub fn public(&self) -> Result<String> {
        self.run("", &["--armor", "--export"])
    }

    /// The primary key's fingerprint.
    pub fn fingerprint(&self) -> Result<String> {
        let listing = self.run("", &["--with-colons", "--list-keys"])?;
        let line = listing.lines().find(|line| line.starts_with("fpr:")).context("no key")?;
        Ok(line.split(':').nth(9).context("no fingerprint")?.to_owned())
    }

    fn export(&self, passphrase: &str) -> Result<String> {
        self.run(passphrase, &["--armor", "--export-secret-keys"])
    }

    fn run(&self, passphrase: &str, args: &[&str]) -> Result<String> {
        let output = gpg("gpg", self.folder.path())
            .args(["--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", passphrase])
            .args(args)
            .output()
            .context("these tests need `gpg`: install gnupg")?;
        ensure!(output.status.success(), "gpg: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        // It ends by itself too, once it finds its folder gone.
        let _ = gpg("gpgconf", self.folder.path()).args(["--kill", "gpg-agent"]).output();
    }
}

fn gpg(program: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("GNUPGHOME", home).stdin(Stdio::null());
    command
}
