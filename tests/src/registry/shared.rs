//! What the requests to one registry share.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{Fault, Settings, Step, access::Tokens, contents::Contents, uploads::Uploads};

/// One request that arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub address: SocketAddr,
    pub settings: Settings,
    pub contents: Mutex<Contents>,
    pub tokens: Mutex<Tokens>,
    pub uploads: Mutex<Uploads>,
    pub script: Mutex<VecDeque<Option<Fault>>>,
    pub always: Mutex<Option<Fault>>,
    pub steps: Mutex<HashMap<Step, Fault>>,
    pub seen: Mutex<Vec<Seen>>,
    pub unchanged: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

impl Shared {
    pub fn new(address: SocketAddr, settings: Settings, contents: Contents) -> Self {
        Self {
            address,
            settings,
            contents: Mutex::new(contents),
            tokens: Mutex::default(),
            uploads: Mutex::default(),
            script: Mutex::default(),
            always: Mutex::default(),
            steps: Mutex::default(),
            seen: Mutex::default(),
            unchanged: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        }
    }

    /// Counts a request until the result is dropped.
    pub fn enter(&self) -> UnderWay<'_> {
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        UnderWay(&self.under_way)
    }

    pub fn busiest(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

/// One request under way.
pub(super) struct UnderWay<'a>(&'a AtomicUsize);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
