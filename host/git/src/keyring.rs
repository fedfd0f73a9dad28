//! Logins that had to be asked for, kept while they last.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use crate::{endpoint::Header, home::Home};

/// What this process may show of itself besides secrets.
#[derive(Debug, Default)]
pub struct Keyring {
    pub home: Home,
    asked: Mutex<HashMap<String, (Header, Option<Instant>)>>,
}

impl Keyring {
    pub fn new(home: Home) -> Self {
        Self { home, asked: Mutex::default() }
    }

    /// What was answered under this name, if it still stands.
    pub fn get(&self, name: &str) -> Option<Header> {
        let asked = self.asked();
        let (header, until) = asked.get(name)?;
        until.is_none_or(|until| Instant::now() < until).then(|| header.clone())
    }

    pub fn put(&self, name: String, header: Header, until: Option<Instant>) {
        self.asked().insert(name, (header, until));
    }

    /// The remote did not take it.
    pub fn forget(&self, header: &Header) {
        self.asked().retain(|_, (kept, _)| kept.value != header.value);
    }

    fn asked(&self) -> MutexGuard<'_, HashMap<String, (Header, Option<Instant>)>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_over_or_was_refused_is_not_given_again() {
        let keyring = Keyring::default();
        let header = Header { value: "Basic x".into(), origin: "a helper".into() };
        keyring.put("a".into(), header.clone(), None);
        keyring.put("b".into(), header.clone(), Some(Instant::now()));
        keyring.put("c".into(), header.clone(), Some(Instant::now() + Duration::from_secs(60)));
        assert!(keyring.get("a").is_some() && keyring.get("b").is_none());
        assert!(keyring.get("c").is_some());
        keyring.forget(&header);
        assert!(keyring.get("a").is_none() && keyring.get("c").is_none());
    }
}
