//! An OCI registry on loopback for the demonstration.
//!
//! `demo-registry --listen 127.0.0.1:5001 --image team/checkout:1.2.3 …` prints
//! its address once it serves, and runs until it is interrupted. Images are
//! also taken from outside, as any registry takes them.

use std::{net::TcpListener, path::PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use tagwarden_tests::{
    fleet,
    registry::{Access, Settings, TestRegistry},
};

/// An OCI registry with sample images.
#[derive(Parser)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:0", conflicts_with = "port")]
    listen: String,
    /// Which port of 127.0.0.1 to listen on.
    #[arg(long)]
    port: Option<u16>,
    /// A folder to keep images in from run to run.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// A sample image to have from the start; may be given many times.
    #[arg(long = "image", value_name = "REPOSITORY:TAG")]
    images: Vec<String>,
    /// One image under that many tags `2026.01.01-000000` and up.
    #[arg(long, value_name = "REPOSITORY=COUNT")]
    many: Option<String>,
    /// So many repositories `fleet/app-00000` and up, each with so many tags.
    #[arg(long, value_name = "REPOSITORIESxTAGS")]
    fleet: Option<String>,
    /// Ask for this user name and password with each request.
    #[arg(long, value_name = "USER:PASSWORD")]
    login: Option<String>,
    /// The most tags in a page.
    #[arg(long, value_name = "COUNT")]
    page_cap: Option<usize>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let listen = match arguments.port {
        Some(port) => format!("127.0.0.1:{port}"),
        None => arguments.listen.clone(),
    };
    let listener =
        TcpListener::bind(&listen).with_context(|| format!("cannot listen on {listen}"))?;
    let settings = Settings {
        access: match arguments.login.as_deref() {
            None => Access::Anonymous,
            Some(login) => {
                let (user, password) =
                    login.split_once(':').context("--login takes USER:PASSWORD")?;
                Access::basic(user, password)
            }
        },
        page_cap: arguments.page_cap,
        ..Settings::default()
    };
    let registry = TestRegistry::serve(listener, settings, arguments.state.as_deref())
        .with_context(|| format!("cannot serve on {listen}"))?;
    for image in &arguments.images {
        let (repository, tag) = image
            .rsplit_once(':')
            .with_context(|| format!("--image takes REPOSITORY:TAG, not {image:?}"))?;
        registry.push(repository, &[tag]);
    }
    if let Some(many) = &arguments.many {
        let (repository, count) = many.split_once('=').context("--many takes REPOSITORY=COUNT")?;
        let count: usize = count.parse().context("--many takes REPOSITORY=COUNT")?;
        registry.push_many(repository, (0..count).map(|i| format!("2026.01.01-{i:06}")));
    }
    if let Some(fleet) = &arguments.fleet {
        let (repositories, tags) =
            fleet.split_once('x').context("--fleet takes REPOSITORIESxTAGS")?;
        let tags: usize = tags.parse().context("--fleet takes REPOSITORIESxTAGS")?;
        for number in 0..repositories.parse().context("--fleet takes REPOSITORIESxTAGS")? {
            registry.push_many(&fleet::repository(number), fleet::tags(number, tags));
        }
    }
    println!("{}", registry.address());
    interrupted().await
}

#[cfg(unix)]
async fn interrupted() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => Ok(result?),
        _asked = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> Result<()> {
    Ok(tokio::signal::ctrl_c().await?)
}
