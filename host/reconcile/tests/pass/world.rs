//! A world in memory: a registry, a policy that takes the last tag, a remote
//! with one file.

mod forge;
mod git;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use tagwarden_core::{
    object::ObjectName,
    spec::{
        Access, Author, DigestReflection, GitProvider, GitReference, GitRepository, Guards,
        ImagePolicy, ImageRepository, ImageUpdateAutomation, Inventory, PluginCall, Provider, Push,
        SigningFormat,
    },
    tags::{Candidates, TagSet},
};
use tagwarden_reconcile::{
    Mode, Reconciler, Report, Request, Silent,
    memory::{MemoryRegistry, MemoryStore},
    ports::{
        AutomationState, Choice, Context, EvaluationError, Filtered, ImageFacts, MessageInput,
        Plugins, PolicyState, Refusal, Store,
    },
};

pub use forge::{MemoryForge, State};
pub use git::MemoryGit;

/// All ports, in memory.
pub struct World {
    pub registry: Arc<MemoryRegistry>,
    pub git: Arc<MemoryGit>,
    pub forge: Arc<MemoryForge>,
    store: Mutex<Arc<MemoryStore>>,
}

impl World {
    pub fn new(tags: &[&str]) -> Self {
        Self {
            registry: Arc::new(MemoryRegistry::new(tags)),
            git: Arc::new(MemoryGit::new(
                "image: r.example/team/app:1 # {\"$imagepolicy\": \"ns:app\"}\n",
            )),
            forge: Arc::default(),
            store: Mutex::default(),
        }
    }

    pub fn reconciler(&self) -> Reconciler {
        Reconciler {
            registry: self.registry.clone(),
            store: self.store(),
            plugins: Arc::new(LastTag),
            git: self.git.clone(),
            forge: self.forge.clone(),
            reporter: Arc::new(Silent),
            concurrent_scans: 2,
        }
    }

    pub async fn pass_at(&self, inventory: &Inventory, now: u64) -> Report {
        self.reconciler().pass(inventory, &Request::everything(now, Mode::Write)).await
    }

    pub async fn pass(&self, inventory: &Inventory, mode: Mode) -> Report {
        self.reconciler().pass(inventory, &Request::everything(1_000, mode)).await
    }

    /// The name of the repository, and of the policy.
    pub fn name(&self) -> ObjectName {
        ObjectName::new("ns", "app")
    }

    pub fn file(&self) -> String {
        self.git.file()
    }

    pub fn remembered(&self) -> Option<PolicyState> {
        self.store().policy(&self.name()).expect("memory does not fail")
    }

    pub fn automation(&self, name: &str) -> Option<AutomationState> {
        self.store().automation(&ObjectName::new("ns", name)).expect("memory does not fail")
    }

    /// What people took back.
    pub fn refused(&self) -> Vec<Refusal> {
        let proposals = self.store().proposals(&ObjectName::new("ns", "updates"));
        proposals.expect("memory does not fail").unwrap_or_default().refused
    }

    /// Takes a tag away.
    pub fn take(&self, tag: &str) {
        self.registry.remove(tag);
    }

    /// Starts with nothing remembered.
    pub fn lose_state(&self) {
        *self.store.lock().expect("no test panicked here") = Arc::default();
    }

    /// What is remembered.
    pub fn store(&self) -> Arc<MemoryStore> {
        self.store.lock().expect("no test panicked here").clone()
    }
}

/// Puts a tag into the registry.
pub fn put(world: &World, tag: &str) {
    world.registry.put(tag, ImageFacts::default());
}

/// Keeps every tag and chooses the last.
struct LastTag;

#[async_trait]
impl Plugins for LastTag {
    async fn filter(
        &self,
        _call: &PluginCall,
        tags: &Arc<TagSet>,
        _context: &Context,
    ) -> Result<Filtered, EvaluationError> {
        let kept = (0..u32::try_from(tags.len()).expect("few tags")).collect();
        Ok(Filtered { kept, ..Filtered::default() })
    }

    async fn select(
        &self,
        call: &PluginCall,
        candidates: &Candidates,
        _context: &Context,
    ) -> Result<Choice, EvaluationError> {
        // A moody policy takes the first of many, though of two it likes the last better.
        let chosen = match call.plugin == "moody" && candidates.len() > 2 {
            true => Some(0),
            false => u32::try_from(candidates.len()).expect("few tags").checked_sub(1),
        };
        Ok(Choice { chosen, ..Choice::default() })
    }

    async fn message(
        &self,
        call: &PluginCall,
        input: &MessageInput,
    ) -> Result<String, EvaluationError> {
        // Settings that are a word are the message.
        Ok(match call.settings.starts_with('{') {
            true => format!("{} changes", input.changes.len()),
            false => call.settings.clone(),
        })
    }
}

/// One repository, one policy, one automation, all in namespace `ns`.
pub fn inventory() -> Inventory {
    let minute = Duration::from_secs(60);
    let name = |name: &str| ObjectName::new("ns", name);
    Inventory {
        repositories: vec![ImageRepository {
            name: name("app"),
            image: "r.example/team/app".parse().expect("an image name"),
            interval: minute,
            timeout: minute,
            suspend: false,
            insecure: false,
            exclusion: vec![],
            provider: Provider::Generic,
            secret: None,
            cert_secret: None,
            proxy_secret: None,
            service_account: None,
            access: Access::default(),
        }],
        policies: vec![ImagePolicy {
            name: name("app"),
            labels: vec![],
            repository: name("app"),
            filter: None,
            policy: PluginCall::new("last", "{}"),
            guards: Guards::default(),
            digest: DigestReflection::Never,
            interval: None,
            verification: None,
            suspend: false,
        }],
        automations: vec![ImageUpdateAutomation {
            name: name("updates"),
            source: name("repo"),
            checkout: Some(GitReference::Branch("main".into())),
            push: Push::default(),
            pull_request: None,
            ignore_reverts: false,
            author: Author { name: "bot".into(), email: "bot@example.com".into() },
            message: PluginCall::new("words", "{}"),
            values: Default::default(),
            signing_secret: None,
            signing_format: SigningFormat::default(),
            path: String::new(),
            policy_selector: None,
            batch: false,
            interval: minute,
            suspend: false,
        }],
        git_repositories: vec![GitRepository {
            name: name("repo"),
            url: "memory".into(),
            reference: None,
            secret: None,
            proxy_secret: None,
            provider: GitProvider::default(),
            timeout: minute,
            suspend: false,
        }],
        ..Inventory::default()
    }
}
