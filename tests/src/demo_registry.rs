//! `demo-registry`, as a process of its own.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use crate::measured::Ended;

/// Starts the program, and returns its host once it listens.
pub fn start(program: impl AsRef<OsStr>, images: &str) -> Result<(Ended, String)> {
    let child = Command::new(program).arg(images).stdout(Stdio::piped()).spawn()?;
    let mut child = Ended(child);
    let mut address = String::new();
    let stdout = child.0.stdout.take().context("a pipe was asked for")?;
    BufReader::new(stdout).read_line(&mut address)?;
    let (_, port) = address.trim().rsplit_once(':').context("an address has a port")?;
    Ok((child, format!("localhost:{port}")))
}
