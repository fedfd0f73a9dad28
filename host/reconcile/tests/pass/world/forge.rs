//! A forge that remembers requests.

use std::sync::Mutex;

use async_trait::async_trait;
use tagwarden_core::spec::ForgeKind;
use tagwarden_reconcile::ports::{
    ClosedRequest, Forge, ForgeError, ForgeErrorKind, ForgeRepository, OpenRequest, Remark,
    RequestText,
};

/// All requests there ever were, in order of their numbers.
#[derive(Default)]
pub struct MemoryForge {
    requests: Mutex<Vec<Kept>>,
    branches: Mutex<Vec<String>>,
    away: Mutex<bool>,
}

#[derive(Clone)]
pub struct Kept {
    pub request: OpenRequest,
    pub state: State,
    pub labels: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    Closed,
    Merged,
}

impl MemoryForge {
    pub fn all(&self) -> Vec<Kept> {
        self.requests.lock().expect("no test panicked here").clone()
    }

    /// Ends a request as a person would.
    pub fn end(&self, number: u64, state: State) {
        self.change(number, |kept| kept.state = state);
    }

    /// Writes into a request's body as a person would.
    pub fn scribble(&self, number: u64, edit: impl FnOnce(&str) -> String) {
        self.change(number, |kept| kept.request.body = edit(&kept.request.body));
    }

    pub fn set_away(&self, away: bool) {
        *self.away.lock().expect("no test panicked here") = away;
    }

    pub fn deleted_branches(&self) -> Vec<String> {
        self.branches.lock().expect("no test panicked here").clone()
    }

    fn change(&self, number: u64, change: impl FnOnce(&mut Kept)) {
        let mut requests = self.requests.lock().expect("no test panicked here");
        let kept = requests.iter_mut().find(|kept| kept.request.number == number);
        change(kept.expect("a request of this number"));
    }

    fn reached(&self) -> Result<(), ForgeError> {
        match *self.away.lock().expect("no test panicked here") {
            false => Ok(()),
            true => Err(ForgeError {
                forge: "memory".into(),
                message: "away".into(),
                kind: ForgeErrorKind::Unreachable,
            }),
        }
    }
}

#[async_trait]
impl Forge for MemoryForge {
    async fn open(
        &self,
        _: &ForgeRepository,
        head: Option<&str>,
    ) -> Result<Vec<OpenRequest>, ForgeError> {
        self.reached()?;
        let fits = |kept: &Kept| {
            kept.state == State::Open && head.is_none_or(|head| kept.request.head == head)
        };
        Ok(self.all().into_iter().filter(fits).map(|kept| kept.request).collect())
    }

    async fn closed(
        &self,
        _: &ForgeRepository,
        head: &str,
    ) -> Result<Vec<ClosedRequest>, ForgeError> {
        self.reached()?;
        let over = |kept: &Kept| kept.state != State::Open && kept.request.head == head;
        let closed = |kept: Kept| ClosedRequest {
            number: kept.request.number,
            url: kept.request.url,
            merged: kept.state == State::Merged,
            by: Some("alice".into()),
            at: None,
            base: kept.request.base,
            body: kept.request.body,
        };
        Ok(self.all().into_iter().rev().filter(over).map(closed).collect())
    }

    async fn create(
        &self,
        _: &ForgeRepository,
        wanted: &RequestText,
    ) -> Result<OpenRequest, ForgeError> {
        let mut requests = self.requests.lock().expect("no test panicked here");
        let number = requests.len() as u64 + 1;
        let request = OpenRequest {
            number,
            id: None,
            url: format!("https://forge.example/{number}"),
            head: wanted.head.clone(),
            base: wanted.base.clone(),
            title: wanted.title.clone(),
            body: wanted.body.clone(),
        };
        requests.push(Kept { request: request.clone(), state: State::Open, labels: vec![] });
        Ok(request)
    }

    async fn furnish(
        &self,
        _: &ForgeRepository,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<Vec<Remark>, ForgeError> {
        self.change(request.number, |kept| kept.labels.extend(wanted.labels.clone()));
        Ok(vec![])
    }

    async fn reword(
        &self,
        _: &ForgeRepository,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<(), ForgeError> {
        self.change(request.number, |kept| {
            kept.request.title.clone_from(&wanted.title);
            kept.request.body.clone_from(&wanted.body);
        });
        Ok(())
    }

    async fn close(
        &self,
        _: &ForgeRepository,
        request: &OpenRequest,
        body: &str,
    ) -> Result<(), ForgeError> {
        self.change(request.number, |kept| {
            kept.state = State::Closed;
            body.clone_into(&mut kept.request.body);
        });
        Ok(())
    }

    async fn delete_branch(&self, _: &ForgeRepository, branch: &str) -> Result<(), ForgeError> {
        self.branches.lock().expect("no test panicked here").push(branch.to_owned());
        Ok(())
    }

    fn body_limit(&self, _: ForgeKind) -> usize {
        10_000
    }
}
