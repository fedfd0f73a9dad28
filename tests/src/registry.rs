//! An OCI registry in memory, for tests and the demonstration: pushes, pulls,
//! lists in pages, asks for a login, and misbehaves on demand.

mod access;
mod contents;
mod fault;
mod pages;
mod routes;
mod shared;
mod uploads;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
};

pub use access::Access;
pub use fault::{Fault, Step};
pub use shared::Seen;

use crate::{
    loopback::Loopback,
    sample_image::{self, INDEX_TYPE, SampleImage},
};
use contents::Contents;
use shared::Shared;

/// How a registry behaves.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Who may do what.
    pub access: Access,
    /// The most tags in a page, whatever `n` asks for; none for no limit.
    pub page_cap: Option<usize>,
    /// Whether a request with `n` is refused with 400, as some registries do.
    pub refuses_page_size: bool,
    /// Whether manifests are served without `Docker-Content-Digest`.
    pub hides_digests: bool,
    /// Whether lists come with an `ETag`, and are not sent to who has it.
    pub tags_lists: bool,
    /// The cloud's token that `/oauth2/exchange` trades for the refresh
    /// token, as Azure's registries do.
    pub exchanges: Option<String>,
}

/// A registry that serves on loopback, from its own thread, until it is dropped.
#[derive(Debug)]
pub struct TestRegistry {
    address: SocketAddr,
    shared: Arc<Shared>,
    _running: Loopback,
}

impl TestRegistry {
    /// Starts one that lets everybody in, on a free port.
    #[must_use]
    pub fn start() -> Self {
        Self::with(Settings::default())
    }

    /// Starts one on a free port.
    ///
    /// # Panics
    /// When loopback has no free port.
    #[must_use]
    pub fn with(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        Self::serve(listener, settings, None).expect("a bound listener serves")
    }

    /// Serves on the listener; with a folder, images outlive the process.
    ///
    /// # Errors
    /// When the listener or the folder cannot be used.
    pub fn serve(
        listener: TcpListener,
        settings: Settings,
        folder: Option<&Path>,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let contents = match folder {
            Some(folder) => Contents::load(folder)?,
            None => Contents::default(),
        };
        let shared = Arc::new(Shared::new(address, settings, contents));
        let serving = Arc::clone(&shared);
        let running = Loopback::start_fallible(listener, move |request| {
            let shared = Arc::clone(&serving);
            async move { routes::answer(&shared, request).await }
        })?;
        Ok(Self { address, shared, _running: running })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The image of a repository, as a manifest writes it. By name, for an
    /// IPv4 address with a port is what tools least expect.
    #[must_use]
    pub fn image(&self, repository: &str) -> String {
        format!("localhost:{}/{repository}", self.address.port())
    }

    /// Puts a small image of its own under each tag.
    pub fn push(&self, repository: &str, tags: &[&str]) {
        let mut contents = self.contents();
        for tag in tags {
            contents.put_image(repository, tag, &SampleImage::new(repository, tag));
        }
    }

    /// Puts one and the same small image under many tags.
    pub fn push_many(&self, repository: &str, tags: impl IntoIterator<Item = String>) {
        let image = SampleImage::new(repository, "many");
        self.contents().put_tags(repository, tags, &image);
    }

    /// Puts a manifest under a tag, or under its digest alone; its digest.
    pub fn put_manifest(
        &self,
        repository: &str,
        reference: &str,
        media_type: &str,
        bytes: Vec<u8>,
    ) -> String {
        self.contents().put_manifest(repository, reference, media_type, bytes)
    }

    /// Puts images for several architectures under one tag; the index's digest.
    pub fn push_index(&self, repository: &str, tag: &str, architectures: &[&str]) -> String {
        let images: Vec<_> = architectures
            .iter()
            .map(|architecture| (*architecture, SampleImage::on(architecture, repository, tag)))
            .collect();
        let mut contents = self.contents();
        for (_, image) in &images {
            contents.put_image(repository, &image.digest(), image);
        }
        let entries: Vec<_> = images.iter().map(|(on, image)| (*on, image)).collect();
        contents.put_manifest(repository, tag, INDEX_TYPE, sample_image::index(&entries))
    }

    /// From now on serves these bytes as what has the digest.
    pub fn falsify(&self, digest: &str, bytes: Vec<u8>) {
        self.contents().falsify(digest, bytes);
    }

    /// The digest a tag points to.
    #[must_use]
    pub fn digest(&self, repository: &str, tag: &str) -> Option<String> {
        self.contents().digest(repository, tag)
    }

    /// Lets the next list requests that pass the login meet these faults, in
    /// order; `None` is a request that goes well.
    pub fn script(&self, faults: impl IntoIterator<Item = Option<Fault>>) {
        lock(&self.shared.script).extend(faults);
    }

    /// Lets every list request meet the fault, once the script is through.
    pub fn always(&self, fault: Fault) {
        *lock(&self.shared.always) = Some(fault);
    }

    /// Lets every request of a step meet the fault.
    pub fn always_at(&self, step: Step, fault: Fault) {
        lock(&self.shared.steps).insert(step, fault);
    }

    /// The requests so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }

    /// How many lists were not sent, for who asked has them.
    #[must_use]
    pub fn unchanged(&self) -> usize {
        self.shared.unchanged.load(Ordering::SeqCst)
    }

    /// How many tokens were given out.
    #[must_use]
    pub fn tokens_issued(&self) -> usize {
        lock(&self.shared.tokens).issued()
    }

    /// The most list requests that were under way at once.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.shared.busiest()
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        lock(&self.shared.contents)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
