//! What the operator's commands have in common.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tagwarden_core::{
    lock::Locked,
    spec::{
        Artifact, Grants, Inventory, PluginKind, PluginLimits, PluginSource, PublicKey, Signers,
        is_plugin_name,
    },
    vetting::Vetted,
};
use tagwarden_registry::{RegistryClient, cosign};

use super::shown::Shown;
use crate::{
    args::{self, Access, Global, Keys, Manifests},
    problem::Problem,
    vetting::{Loaded, LockFile, Refusal, Resolved, Sources},
    world,
};

/// The largest public key file that is read.
const MAX_KEY: u64 = 1 << 20;

/// Manifests and lock file of one folder.
pub struct Desk {
    pub inventory: Inventory,
    pub lock: LockFile,
    pub registry: RegistryClient,
}

impl Desk {
    pub fn open(args: &args::Vetted) -> Result<Self, Problem> {
        let manifests = Manifests { files: args.files.clone() };
        Ok(Self {
            inventory: world::inventory(&manifests)?,
            lock: LockFile::of(&manifests.files)?,
            registry: world::registry(args.access.docker_config.as_deref()),
        })
    }

    /// The sources, with the logins of manifests and command line.
    pub fn sources(&self, access: &Access) -> Result<Sources<'_>, Problem> {
        sources(&self.registry, &self.inventory, access)
    }
}

/// Sources with the logins of the command line.
pub fn sources<'a>(
    registry: &'a RegistryClient,
    inventory: &'a Inventory,
    access: &Access,
) -> Result<Sources<'a>, Problem> {
    let mut sources = Sources::new(registry, inventory);
    sources.login.provider = access.provider.into();
    sources.insecure = access.insecure;
    sources.timeout = access.timeout;
    Ok(sources)
}

/// The keys of the command line, each of which must be one.
pub fn signers(keys: &Keys) -> Result<Option<Signers>, Problem> {
    let mut read = vec![];
    for path in &keys.keys {
        let key = PublicKey { origin: path.display().to_string(), pem: text(path)? };
        cosign::fingerprint(&key).map_err(|why| {
            Problem::failed(why).hint("`cosign generate-key-pair` writes a pair of keys")
        })?;
        read.push(key);
    }
    Ok(match (read.is_empty(), keys.all_keys) {
        (true, _) => None,
        (false, false) => Some(Signers { any_of: read, all_of: vec![] }),
        (false, true) => Some(Signers { any_of: vec![], all_of: read }),
    })
}

fn text(path: &Path) -> Result<String, Problem> {
    let unreadable = |error: &std::io::Error| {
        Problem::io("read the key", path, error).hint("give a public key in PEM, as cosign.pub")
    };
    let size = fs::metadata(path).map_err(|error| unreadable(&error))?.len();
    if size > MAX_KEY {
        return Err(Problem::failed(format!("{} is too large for a key", path.display())));
    }
    fs::read_to_string(path).map_err(|error| unreadable(&error))
}

/// A source of the command line, and how the lock file calls it.
pub fn source(text: &str, lock: &LockFile) -> Result<(PluginSource, String), Problem> {
    if Artifact::is_meant_by(text) {
        let artifact = artifact(text)?;
        let written = artifact.to_string();
        return Ok((PluginSource::Oci(artifact), written));
    }
    if text.contains("://") {
        return Err(Problem::usage(format!("{text} is no source of plugins"))
            .hint("plugins come from a file, or from oci://registry/repository:tag"));
    }
    let path = PathBuf::from(text);
    let written = written(&path, lock.folder()).map_err(|problem| {
        problem.hint("give the path of a .wasm component, or oci://registry/repository:tag")
    })?;
    Ok((PluginSource::File(path), written))
}

/// An artifact of the command line.
pub fn artifact(text: &str) -> Result<Artifact, Problem> {
    Artifact::parse(text).map_err(|why| {
        Problem::usage(format!("{text}: {why}")).hint("write oci://registry/repository:tag")
    })
}

/// A path as the lock file has it: from its own folder where it is below.
pub fn written(path: &Path, folder: &Path) -> Result<String, Problem> {
    let whole = |path: &Path| {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        fs::canonicalize(path).map_err(|error| Problem::io("find", path, &error))
    };
    let (path, folder) = (whole(path)?, whole(folder)?);
    let path = path.strip_prefix(&folder).unwrap_or(&path).to_owned();
    path.into_os_string().into_string().map_err(|path| {
        Problem::failed(format!("{} is no text that a lock file can hold", path.display()))
    })
}

/// What the engine says of a component, before it is vetted.
pub fn inspected(
    global: &Global,
    resolved: &Resolved,
    source: &PluginSource,
    grants: &Grants,
) -> Result<Shown, Problem> {
    let plugins = world::only(global, probe(resolved, source, grants))?;
    let shown = Shown::of(&plugins, PROBE)
        .map_err(|problem| problem.about(&format!("plugin {PROBE}: "), &format!("{source}: ")))?;
    match &shown.problem {
        None => Ok(shown),
        Some(problem) => Err(Problem::failed(format!("{source}: {problem}"))),
    }
}

/// The name of a component while it is looked at.
const PROBE: &str = "inspected";

fn probe(resolved: &Resolved, source: &PluginSource, grants: &Grants) -> Loaded {
    let vetted = Vetted {
        name: PROBE.to_owned(),
        object: None,
        kind: PluginKind::Policy,
        source: source.clone(),
        digest: resolved.digest.clone(),
        size: None,
        manifest: None,
        grants: grants.clone(),
        limits: PluginLimits::default(),
        signers: None,
        signed_by: vec![],
    };
    Loaded { vetted, resolved: Resolved::bare(resolved.bytes.clone()) }
}

/// What an operator decides about a component, beside which it is.
pub struct Terms {
    /// What it may use besides its input.
    pub grants: Grants,
    /// What one evaluation may use.
    pub limits: PluginLimits,
    /// Whose signatures it must bear, where no manifest says so.
    pub signers: Option<Signers>,
}

/// The lock file's entry for a component.
pub fn locked(
    name: String,
    kind: PluginKind,
    source: String,
    resolved: &Resolved,
    terms: Terms,
) -> Result<Locked, Problem> {
    if !is_plugin_name(&name) {
        return Err(Problem::usage(format!("{name:?} is no name for a plugin"))
            .hint("give --name with a name of a-z, 0-9 and -"));
    }
    Ok(Locked {
        name,
        kind,
        source,
        digest: resolved.digest.clone(),
        size: resolved.bytes.len() as u64,
        manifest: resolved.manifest.as_ref().map(|(digest, _)| digest.clone()),
        grants: terms.grants,
        limits: terms.limits,
        signed_by: resolved.signed_by(),
        signers: terms.signers,
    })
}

/// The kind that the engine found.
pub fn kind(shown: &Shown) -> Result<PluginKind, Problem> {
    let known = PluginKind::ALL.iter().find(|(word, _)| shown.kind == Some(*word));
    let none = || Problem::failed(format!("{} is a plugin of no kind that is known", shown.origin));
    known.map(|(_, kind)| *kind).ok_or_else(none)
}

/// A component that did not pass.
pub fn refused(name: &str, refusal: impl Into<Refusal>) -> Problem {
    let Refusal { reason, hint } = refusal.into();
    let problem = Problem::failed(format!("plugin {name} is refused: {reason}"));
    match hint {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}
