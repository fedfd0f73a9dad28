//! Signs as cosign does, in both places where it puts signatures.

use anyhow::Result;
use base64::{Engine, engine::general_purpose::STANDARD};
use openssl::{
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    sign::Signer,
};
use serde_json::{Value, json};

use crate::{
    pusher::Pusher,
    sample_image::{MANIFEST_TYPE, digest},
};

const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A key pair.
#[derive(Debug)]
pub struct KeyPair(PKey<Private>);

impl KeyPair {
    /// A new one, on the curve that cosign uses.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn generate() -> Result<Self> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        Ok(Self(PKey::from_ec_key(EcKey::generate(&group)?)?))
    }

    /// What goes into `cosign.pub`.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn public(&self) -> Result<String> {
        Ok(String::from_utf8(self.0.public_key_to_pem()?)?)
    }

    /// A signature in base64.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn sign(&self, message: &[u8]) -> Result<String> {
        let mut signer = Signer::new(MessageDigest::sha256(), &self.0)?;
        Ok(STANDARD.encode(signer.sign_oneshot_to_vec(message)?))
    }

    /// Puts a signature of `signed` under its tag, as cosign did before version
    /// 3; the digest of the signed text.
    ///
    /// # Errors
    /// When the registry does not take it.
    pub async fn attach(&self, to: &Pusher, repository: &str, signed: &str) -> Result<String> {
        let payload = json!({
            "critical": {
                "identity": {"docker-reference": format!("registry.example.com/{repository}")},
                "image": {"docker-manifest-digest": signed},
                "type": "cosign container image signature",
            },
            "optional": null,
        })
        .to_string();
        let mut layer = descriptor(SIMPLE_SIGNING, payload.as_bytes());
        layer["annotations"] =
            json!({"dev.cosignproject.cosign/signature": self.sign(payload.as_bytes())?});
        let config = b"{}";
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": descriptor("application/vnd.oci.image.config.v1+json", config),
            "layers": [layer],
        })
        .to_string();
        let tag = format!("{}.sig", signed.replace(':', "-"));
        let manifest = (MANIFEST_TYPE, manifest.as_bytes());
        to.put(repository, &tag, manifest, &[config, payload.as_bytes()]).await?;
        Ok(digest(payload.as_bytes()))
    }

    /// Lets a bundle refer to `signed`, as cosign does since version 3; the
    /// digest of the bundle.
    ///
    /// # Errors
    /// When the registry does not take it.
    pub async fn refer(&self, to: &Pusher, repository: &str, signed: &str) -> Result<String> {
        let bundle = self.bundle(signed)?;
        let config = b"{}";
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "artifactType": BUNDLE,
            "config": descriptor("application/vnd.oci.empty.v1+json", config),
            "layers": [descriptor(BUNDLE, bundle.as_bytes())],
            "subject": {"mediaType": MANIFEST_TYPE, "digest": signed, "size": 2},
        })
        .to_string();
        let named = digest(manifest.as_bytes());
        let blobs = [config.as_slice(), bundle.as_bytes()];
        to.put(repository, &named, (MANIFEST_TYPE, manifest.as_bytes()), &blobs).await?;
        let mut referrer = descriptor(MANIFEST_TYPE, manifest.as_bytes());
        referrer["artifactType"] = BUNDLE.into();
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [referrer]});
        let tag = signed.replace(':', "-");
        to.put(repository, &tag, (INDEX, index.to_string().as_bytes()), &[]).await?;
        Ok(digest(bundle.as_bytes()))
    }

    fn bundle(&self, signed: &str) -> Result<String> {
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"digest": {"sha256": signed.trim_start_matches("sha256:")}}],
            "predicateType": "https://sigstore.dev/cosign/sign/v1",
            "predicate": {},
        })
        .to_string();
        let kind = "application/vnd.in-toto+json";
        let head = format!("DSSEv1 {} {kind} {} ", kind.len(), statement.len());
        let signature = self.sign(format!("{head}{statement}").as_bytes())?;
        Ok(json!({
            "mediaType": BUNDLE,
            "verificationMaterial": {"publicKey": {"hint": ""}},
            "dsseEnvelope": {
                "payload": STANDARD.encode(statement),
                "payloadType": kind,
                "signatures": [{"sig": signature}],
            },
        })
        .to_string())
    }
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": digest(bytes), "size": bytes.len()})
}
