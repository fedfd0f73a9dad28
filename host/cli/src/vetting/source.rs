//! Where components come from: files and registries.

use std::{
    fs::File,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest, Sha256};
use tagwarden_core::{
    object::ObjectName,
    spec::{Artifact, Inventory, PluginSource, Secret, Signers},
};
use tagwarden_reconcile::ports::{Login, Signed, Target};
use tagwarden_registry::{
    RegistryClient, Wanted,
    cosign::{self, Material},
};

use super::refusal::{RAISE, Refusal, SIGN};

/// How long a pull may take, where nobody says.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The most bytes of a signature beside a file.
const MAX_SIGNATURE: u64 = 1 << 20;

/// A component as its source gives it now.
pub struct Resolved {
    /// The component.
    pub bytes: Vec<u8>,
    /// Its digest.
    pub digest: String,
    /// The manifest's digest and bytes, in a registry.
    pub manifest: Option<(String, Vec<u8>)>,
    /// Who signed, where that was asked.
    pub signed: Option<Signed>,
    /// What shows it.
    pub signatures: Vec<Material>,
}

impl Resolved {
    /// A component that nobody vouches for.
    pub fn bare(bytes: Vec<u8>) -> Self {
        let digest = format!("sha256:{:x}", Sha256::digest(&bytes));
        Self { bytes, digest, manifest: None, signed: None, signatures: vec![] }
    }

    /// The fingerprints of the keys that signed it.
    pub fn signed_by(&self) -> Vec<String> {
        self.signed.as_ref().map(|signed| signed.by.clone()).unwrap_or_default()
    }
}

/// Reads sources, with the logins there are.
pub struct Sources<'a> {
    registry: &'a RegistryClient,
    inventory: &'a Inventory,
    /// Credentials for sources that no manifest gives any.
    pub login: Login,
    /// Whether plain HTTP is allowed for such.
    pub insecure: bool,
    /// How long a pull may take.
    pub timeout: Duration,
}

impl<'a> Sources<'a> {
    /// Sources with the logins that manifests give, or the user's own.
    pub fn new(registry: &'a RegistryClient, inventory: &'a Inventory) -> Self {
        let login = Login::default();
        Self { registry, inventory, login, insecure: false, timeout: TIMEOUT }
    }

    /// Reads the source, if it is signed as it must be; `object` is the
    /// PolicyPlugin that names it.
    pub async fn read(
        &self,
        source: &PluginSource,
        object: Option<&ObjectName>,
        limit: u64,
        signers: Option<&Signers>,
    ) -> Result<Resolved, Refusal> {
        match source {
            PluginSource::File(path) => file(path, limit, signers),
            PluginSource::Oci(artifact) => self.pull(artifact, object, limit, signers).await,
        }
    }

    async fn pull(
        &self,
        artifact: &Artifact,
        object: Option<&ObjectName>,
        limit: u64,
        signers: Option<&Signers>,
    ) -> Result<Resolved, Refusal> {
        let target = self.target(artifact, object)?;
        let wanted = Wanted { reference: artifact.reference(), limit, signers };
        let pulled = self.registry.pull(&target, &wanted).await;
        let pulled = pulled.map_err(|error| Refusal::of(&artifact.to_string(), error))?;
        Ok(Resolved {
            bytes: pulled.component,
            digest: pulled.digest,
            manifest: Some((pulled.manifest, pulled.manifest_bytes)),
            signed: pulled.signed,
            signatures: pulled.signatures,
        })
    }

    /// The artifact's registry, and how to get in.
    pub fn target(
        &self,
        artifact: &Artifact,
        object: Option<&ObjectName>,
    ) -> Result<Target, String> {
        let target = Target {
            image: artifact.repository.clone(),
            insecure: self.insecure,
            timeout: self.timeout,
            login: self.login.clone(),
        };
        let plugin =
            object.and_then(|name| self.inventory.plugins.iter().find(|p| p.name == *name));
        let Some(plugin) = plugin else { return Ok(target) };
        let secret = |name: &Option<String>| {
            name.as_ref().map(|name| self.secret(&plugin.name, name)).transpose()
        };
        let pull_secrets = match secret(&plugin.secret)? {
            Some(secret) => vec![secret],
            None => target.login.pull_secrets,
        };
        let certificates = secret(&plugin.cert_secret)?;
        let login = Login { pull_secrets, certificates, ..Login::default() };
        Ok(Target { login, insecure: plugin.insecure, ..target })
    }

    fn secret(&self, owner: &ObjectName, name: &str) -> Result<Secret, String> {
        let name = owner.sibling(name);
        let secret = self.inventory.secret(&name).cloned();
        secret.ok_or_else(|| {
            format!("Secret {name}, named in PolicyPlugin {owner}, is not in the manifests")
        })
    }
}

/// Reads a file, and its signature beside it.
pub fn file(path: &Path, limit: u64, signers: Option<&Signers>) -> Result<Resolved, Refusal> {
    let bytes = capped(path, limit)?.ok_or_else(|| {
        let reason = format!("cannot read {}: there is no such file", path.display());
        Refusal::new(reason, "give the path of a .wasm component, or oci://registry/repository:tag")
    })?;
    let mut resolved = Resolved::bare(bytes);
    let Some(signers) = signers else { return Ok(resolved) };
    let signature = signature_of(path)?;
    let signed = cosign::check_blob(&resolved.digest, &resolved.bytes, &signature, signers);
    let unsigned = |error| Refusal::new(format!("{}: {error}", path.display()), SIGN);
    resolved.signed = Some(signed.map_err(unsigned)?);
    resolved.signatures = vec![Material::File(String::from_utf8_lossy(&signature).into_owned())];
    Ok(resolved)
}

/// What `cosign sign-blob` wrote: `FILE.sigstore.json`, or `FILE.sig`.
fn signature_of(path: &Path) -> Result<Vec<u8>, Refusal> {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    for candidate in [beside(".sigstore.json"), beside(".sig")] {
        if let Some(signature) = capped(&candidate, MAX_SIGNATURE)? {
            return Ok(signature);
        }
    }
    let path = path.display();
    let reason =
        format!("{path} is not signed: there is no {path}.sigstore.json and no {path}.sig");
    Err(Refusal::new(reason, SIGN))
}

/// A file's bytes, if there is one.
fn capped(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Refusal> {
    let unreadable = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error).into()),
    };
    let mut bytes = vec![];
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    match bytes.len() as u64 > limit {
        true => {
            let reason = format!("{} is larger than the {limit} bytes allowed", path.display());
            Err(Refusal::new(reason, RAISE))
        }
        false => Ok(Some(bytes)),
    }
}
