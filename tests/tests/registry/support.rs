//! Targets, logins, and a scan that watches for secrets.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use tagwarden_core::{
    object::ObjectName,
    spec::{Secret, SecretValue},
};
use tagwarden_reconcile::ports::{Login, Registry, RegistryError, RegistryErrorKind, Target};
use tagwarden_registry::{Options, RegistryClient};
use tagwarden_tests::registry::{Access, Fault, Settings, TestRegistry};
use tracing::instrument::WithSubscriber;

pub const USER: &str = "robot";
/// Never to be seen in any output.
pub const PASSWORD: &str = "pa55-w0rd-of-the-test";
/// One that no server takes.
pub const WRONG: &str = "n0t-the-password";
/// How the test registry's tokens begin.
const TOKEN: &str = "-of-the-test-registry";

/// A client that does not keep a test waiting.
pub fn client() -> RegistryClient {
    client_with(|_| {})
}

pub fn client_with(change: impl FnOnce(&mut Options)) -> RegistryClient {
    let mut options = Options { back_off: Duration::from_millis(1), ..Options::default() };
    change(&mut options);
    RegistryClient::with(options)
}

pub fn target(image: &str) -> Target {
    Target {
        image: image.parse().unwrap(),
        insecure: false,
        timeout: Duration::from_secs(20),
        login: Login::default(),
    }
}

pub fn secret(name: &str, entries: &[(&str, &[u8])]) -> Secret {
    Secret {
        name: ObjectName::new("flux-system", name),
        kind: String::new(),
        data: entries.iter().map(|(k, v)| ((*k).to_owned(), SecretValue::new(*v))).collect(),
    }
}

/// A pull secret with one entry.
pub fn pull_secret(registry: &str, entry: &serde_json::Value) -> Secret {
    let config = json!({"auths": {registry: entry}}).to_string();
    secret("registry-pull", &[(".dockerconfigjson", config.as_bytes())])
}

/// A pull secret with user name and password.
pub fn user_secret(registry: &str, password: &str) -> Secret {
    let auth = STANDARD.encode(format!("{USER}:{password}"));
    pull_secret(registry, &json!({"auth": auth}))
}

/// The target with the test's credentials for its registry.
pub fn logged_in(image: &str) -> Target {
    let mut target = target(image);
    let registry = target.image.registry().to_owned();
    target.login.pull_secrets.push(user_secret(&registry, PASSWORD));
    target
}

/// The tags, or the error; no secret shows in either, nor in what is logged.
pub async fn scan(client: &RegistryClient, target: &Target) -> Result<Vec<String>, RegistryError> {
    let log = Log::default();
    let result = client.tags(target).with_subscriber(log.subscriber()).await;
    let logged = log.text();
    assert!(result.is_err() || logged.contains("listed"), "not logged: {logged}");
    let said = format!("{result:?} {client:?} {target:?} {logged}");
    let shown = result.as_ref().err().map(ToString::to_string).unwrap_or_default();
    assert_no_secret(&format!("{said} {shown}"));
    result.map(|tags| tags.iter().map(str::to_owned).collect())
}

pub fn assert_no_secret(said: &str) {
    let pair = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    for secret in [PASSWORD, pair.as_str(), TOKEN] {
        assert!(!said.contains(secret), "{secret} shows in: {said}");
    }
}

/// A registry with basic login whose repository `team/app` has these tags.
pub fn protected(tags: &[&str], page_cap: Option<usize>) -> TestRegistry {
    let access = Access::basic(USER, PASSWORD);
    let registry = TestRegistry::with(Settings { access, page_cap, ..Settings::default() });
    registry.push("team/app", tags);
    registry
}

/// What becomes of a scan whose every page meets the fault.
pub async fn scan_against(fault: Fault) -> (TestRegistry, RegistryError) {
    let registry = protected(&["1.0.0", "1.0.1"], None);
    registry.always(fault);
    let error = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap_err();
    (registry, error)
}

/// How many list requests came with a login.
pub fn lists(registry: &TestRegistry) -> usize {
    let seen = registry.seen();
    seen.iter().filter(|s| s.target.contains("/tags/list") && s.authorization.is_some()).count()
}

#[track_caller]
pub fn assert_kind(error: &RegistryError, kind: RegistryErrorKind, words: &[&str]) {
    let text = error.to_string();
    assert_eq!(error.kind, kind, "{text}");
    for word in words {
        assert!(text.contains(word), "{word:?} is not in: {text}");
    }
}

/// Everything that is logged, at the finest level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        let log = self.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || log.clone())
            .finish()
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
