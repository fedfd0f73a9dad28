//! From a verdict to bytes that are what was vetted.

use tagwarden_core::{
    image::Part,
    spec::{Artifact, PluginSource, Signers},
    vetting::Vetted,
};
use tagwarden_reconcile::ports::{Signed, VerificationError};
use tagwarden_registry::{
    Content, ContentError,
    cosign::{self, Material},
    names,
};

use super::{LockFile, Refusal, Resolved, Sources, source};
use crate::{args::Global, problem::Problem, world};

/// The most bytes of a manifest that is kept.
const MAX_MANIFEST: u64 = 1 << 20;

/// A component that passed.
pub struct Loaded {
    /// What was vetted.
    pub vetted: Vetted,
    /// The bytes to compile, and what vouches for them.
    pub resolved: Resolved,
}

/// Finds components: in the vendor folder, in the state folder, at their source.
pub struct Loader<'a> {
    vendor: Option<Content>,
    /// What was fetched before.
    pub store: Content,
    /// Where to fetch what was not.
    pub sources: Sources<'a>,
}

impl<'a> Loader<'a> {
    /// A loader for the plugins of this lock file.
    pub fn new(lock: &LockFile, sources: Sources<'a>, global: &Global) -> Result<Self, Problem> {
        let vendor = lock.lock.vendor.as_ref().map(|path| lock.folder().join(path));
        Ok(Self {
            vendor: vendor.map(Content::in_folder),
            store: Content::in_folder(world::state_folder(global)?.join("plugins")),
            sources,
        })
    }

    /// The component, checked from its signatures to its last byte.
    pub async fn load(&self, vetted: &Vetted) -> Result<Loaded, Refusal> {
        let resolved = match self.kept(vetted)? {
            Some(kept) => kept,
            None => self.fetched(vetted).await?,
        };
        Ok(checked(vetted, resolved)?)
    }

    /// The same where it is on this machine; none where a registry has to be asked.
    pub fn at_hand(&self, vetted: &Vetted) -> Result<Option<Loaded>, Refusal> {
        let resolved = match (self.kept(vetted)?, &vetted.source) {
            (Some(kept), _) => kept,
            (None, PluginSource::File(path)) => {
                source::file(path, vetted.max_size(), vetted.signers.as_ref())?
            }
            (None, PluginSource::Oci(_)) => return Ok(None),
        };
        Ok(Some(checked(vetted, resolved)?))
    }

    /// What was vendored, or fetched before. A file is its own copy unless it
    /// was vendored.
    fn kept(&self, vetted: &Vetted) -> Result<Option<Resolved>, Refusal> {
        if let Some(vendor) = &self.vendor {
            let vendored = vouched(vendor, vetted);
            if let Some(vendored) = vendored.map_err(|doubt| doubt.refusal(VENDOR_AGAIN))? {
                return Ok(Some(vendored));
            }
        }
        if matches!(vetted.source, PluginSource::File(_)) {
            return Ok(None);
        }
        match vouched(&self.store, vetted) {
            // Other keys may be wanted now, whose signatures only the registry has.
            Err(Doubt::Unsigned(reason)) => {
                tracing::warn!(policy.plugin = %vetted.name, "asking the registry: {reason}");
                Ok(None)
            }
            kept => kept.map_err(|doubt| doubt.refusal(FETCH_AGAIN)),
        }
    }

    async fn fetched(&self, vetted: &Vetted) -> Result<Resolved, Refusal> {
        let source = match (&vetted.source, &vetted.manifest) {
            // A tag may have moved since.
            (PluginSource::Oci(artifact), Some(manifest)) => PluginSource::Oci(Artifact {
                repository: artifact.repository.clone(),
                part: Part::Digest(manifest.clone()),
            }),
            (source, _) => source.clone(),
        };
        let (object, limit) = (vetted.object.as_ref(), vetted.max_size());
        let resolved = self.sources.read(&source, object, limit, vetted.signers.as_ref()).await?;
        if resolved.digest == vetted.digest && resolved.manifest.is_some() {
            keep(&self.store, &resolved)?;
        }
        Ok(resolved)
    }
}

/// Whether what was found is what was vetted, signed by whom it was.
fn checked(vetted: &Vetted, resolved: Resolved) -> Result<Loaded, String> {
    if resolved.digest != vetted.digest {
        return Err(format!(
            "{} was changed: its component is {}, and {} was vetted",
            vetted.source, resolved.digest, vetted.digest
        ));
    }
    if vetted.size.is_some_and(|size| size != resolved.bytes.len() as u64) {
        return Err(format!("the lock file states another size than {}", resolved.bytes.len()));
    }
    let by = resolved.signed_by();
    if !vetted.signed_by.is_empty() && vetted.signed_by != by {
        return Err(format!(
            "{} was locked as signed by {}, and now it is by {}: run `tagwarden plugin update {}` if that is meant",
            vetted.source,
            vetted.signed_by.join(", "),
            if by.is_empty() { "nobody who was asked for".to_owned() } else { by.join(", ") },
            vetted.name
        ));
    }
    Ok(Loaded { vetted: vetted.clone(), resolved })
}

/// Keeps a component with everything that vouches for it.
pub fn keep(content: &Content, resolved: &Resolved) -> Result<(), String> {
    let kept = || {
        content.put(&resolved.bytes)?;
        let signed = match &resolved.manifest {
            Some((manifest, bytes)) => {
                content.put(bytes)?;
                manifest
            }
            None => &resolved.digest,
        };
        match resolved.signatures.is_empty() {
            true => Ok(()),
            false => content.put_signatures(signed, &resolved.signatures),
        }
    };
    kept().map_err(|error: ContentError| error.to_string())
}

/// Why a copy will not do.
enum Doubt {
    /// It was changed or cannot be read: somebody was at it, or the disk is failing.
    Changed(String),
    /// What was kept does not show the signatures that are wanted now.
    Unsigned(String),
}

impl Doubt {
    /// The reason, with what to do about it.
    fn refusal(self, advice: &str) -> Refusal {
        let (Self::Changed(reason) | Self::Unsigned(reason)) = self;
        Refusal::from(format!("{reason}: {advice}"))
    }
}

impl From<ContentError> for Doubt {
    fn from(error: ContentError) -> Self {
        Self::Changed(error.to_string())
    }
}

/// What to do about a copy that was fetched.
const FETCH_AGAIN: &str = "remove this file once you know why, and it is fetched and checked again";

/// What to do about a copy that was vendored.
const VENDOR_AGAIN: &str =
    "take it out of Git again, or run `tagwarden plugin vendor` where the registry is";

/// The component with what was kept to vouch for it; none where that is not all here.
fn vouched(content: &Content, vetted: &Vetted) -> Result<Option<Resolved>, Doubt> {
    let unsigned = |error: VerificationError| Doubt::Unsigned(error.to_string());
    let Some(bytes) = content.get(&vetted.digest, vetted.max_size())? else { return Ok(None) };
    let digest = vetted.digest.clone();
    let manifest = match &vetted.manifest {
        None => None,
        Some(named) => content.get(named, MAX_MANIFEST)?.map(|bytes| (named.clone(), bytes)),
    };
    let mut kept = Resolved { bytes, digest, manifest, signed: None, signatures: vec![] };
    let Some(signers) = &vetted.signers else { return Ok(Some(kept)) };
    if let (Some((named, manifest)), PluginSource::Oci(_)) = (&kept.manifest, &vetted.source) {
        names(manifest, &kept.digest, vetted.max_size())
            .map_err(|error| Doubt::Unsigned(error.to_string()))?;
        kept.signatures = content.signatures(named)?;
        let signed = cosign::check(named, &kept.signatures, signers);
        kept.signed = Some(signed.map_err(unsigned)?);
        return Ok(Some(kept));
    }
    if matches!(vetted.source, PluginSource::File(_)) {
        kept.signatures = content.signatures(&kept.digest)?;
        let signed = file_signed(&kept.digest, &kept.bytes, &kept.signatures, signers);
        kept.signed = Some(signed.map_err(Doubt::Unsigned)?);
        return Ok(Some(kept));
    }
    // Without the manifest that was signed, a signature says nothing of these bytes.
    Ok(None)
}

fn file_signed(
    digest: &str,
    bytes: &[u8],
    signatures: &[Material],
    signers: &Signers,
) -> Result<Signed, String> {
    let Some(Material::File(signature)) = signatures.first() else {
        return Err(format!("{digest} is not signed: no signature was kept"));
    };
    cosign::check_blob(digest, bytes, signature.as_bytes(), signers).map_err(|e| e.to_string())
}
