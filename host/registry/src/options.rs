use std::{path::PathBuf, time::Duration};

use crate::Environment;

/// How patient and how greedy a [`crate::RegistryClient`] is.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many requests may be under way to one registry host.
    pub concurrency: usize,
    /// How often a request is tried again after 429, 500, 502, 503, 504 or a lost connection.
    pub retries: u32,
    /// The wait before the first such retry; it doubles each time.
    pub back_off: Duration,
    /// How many tags to ask for in a page. Amazon ECR and distribution allow 1000 at most.
    pub page_size: usize,
    /// The most pages one list may have.
    pub max_pages: usize,
    /// The most bytes one page may have. Registries that never paginate answer
    /// a million tags in one page of some 40 MB.
    pub max_page_bytes: usize,
    /// The most tags one list may have.
    pub max_tags: usize,
    /// Where ambient credentials are found; nowhere by default.
    pub environment: Environment,
    /// A Docker configuration file to use in the place of those that the
    /// environment leads to.
    pub docker_config: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: 4,
            retries: 3,
            back_off: Duration::from_millis(250),
            page_size: 1000,
            max_pages: 50_000,
            max_page_bytes: 128 << 20,
            max_tags: 2_000_000,
            environment: Environment::default(),
            docker_config: None,
        }
    }
}
