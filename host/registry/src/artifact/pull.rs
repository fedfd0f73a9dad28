//! From a registry: manifest, signatures, component, in this order.

use sha2::{Digest, Sha256};
use tagwarden_core::spec::Signers;
use tagwarden_reconcile::ports::{Signed, Target};

use super::{ArtifactError, manifest};
use crate::{
    RegistryClient,
    cosign::{self, Material},
    http::wire::Ask,
    session::Session,
};

/// The most bytes of a plugin's manifest.
const MAX_MANIFEST: usize = 1 << 20;

/// What an artifact must be like.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The tag or digest.
    pub reference: &'a str,
    /// The most bytes of the component.
    pub limit: u64,
    /// Whose signatures it must bear.
    pub signers: Option<&'a Signers>,
}

/// A plugin as it came from a registry.
#[derive(Debug)]
pub struct Pulled {
    /// The digest of the manifest, which is what is signed.
    pub manifest: String,
    /// The manifest's own bytes.
    pub manifest_bytes: Vec<u8>,
    /// The digest of the component.
    pub digest: String,
    /// The component.
    pub component: Vec<u8>,
    /// Who signed, where that was asked.
    pub signed: Option<Signed>,
    /// The signatures that show it.
    pub signatures: Vec<Material>,
}

impl RegistryClient {
    /// Pulls a plugin, if it is what is wanted.
    ///
    /// # Errors
    ///
    /// When it is not, or the registry gives no answer.
    pub async fn pull(
        &self,
        target: &Target,
        wanted: &Wanted<'_>,
    ) -> Result<Pulled, ArtifactError> {
        let session = Session::open(&self.shared, target).await?;
        let manifest_bytes = manifest_of(&session, wanted.reference).await?;
        let manifest = digest(&manifest_bytes);
        if wanted.reference.starts_with("sha256:") && wanted.reference != manifest {
            return Err(other_bytes(wanted.reference, &manifest));
        }
        let (signed, signatures) = match wanted.signers {
            None => (None, vec![]),
            Some(signers) => {
                let (signed, found) = cosign::verify(&session, &manifest, signers).await?;
                (Some(signed), found)
            }
        };
        let layer = manifest::component(&manifest_bytes, wanted.limit)?;
        let component = component(&session, &layer).await?;
        let digest = layer.digest;
        Ok(Pulled { manifest, manifest_bytes, digest, component, signed, signatures })
    }
}

async fn manifest_of(session: &Session<'_>, reference: &str) -> Result<Vec<u8>, ArtifactError> {
    let address = session.address(&["manifests", reference]);
    Ok(session.demand(Ask::get(address, manifest::MANIFEST, MAX_MANIFEST)).await?.body)
}

async fn component(
    session: &Session<'_>,
    layer: &manifest::Descriptor,
) -> Result<Vec<u8>, ArtifactError> {
    let cap = usize::try_from(layer.size).unwrap_or(usize::MAX);
    let address = session.address(&["blobs", &layer.digest]);
    let bytes = session.demand(Ask::get(address, "*/*", cap)).await?.body;
    match digest(&bytes) {
        found if found == layer.digest => Ok(bytes),
        found => Err(other_bytes(&layer.digest, &found)),
    }
}

fn other_bytes(wanted: &str, found: &str) -> ArtifactError {
    ArtifactError::Unfit(format!("the registry sent other bytes for {wanted}: {found}"))
}

pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}
