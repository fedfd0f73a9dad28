//! What the registry holds, in memory and, if wished, in a folder.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::sample_image::{MANIFEST_TYPE, SampleImage, digest};

/// Repositories, and the blobs and manifests they share.
#[derive(Debug, Default)]
pub(super) struct Contents {
    index: Index,
    /// Manifests and blobs by digest.
    blobs: HashMap<String, Vec<u8>>,
    folder: Option<PathBuf>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Index {
    /// Tag to manifest digest, by repository.
    repositories: BTreeMap<String, BTreeMap<String, String>>,
    /// The media type of each manifest.
    media_types: BTreeMap<String, String>,
}

impl Contents {
    /// Reads what an earlier process left in the folder, and keeps it there.
    pub fn load(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder.join("blobs"))?;
        let index = match fs::read(folder.join("index.json")) {
            Ok(json) => serde_json::from_slice(&json)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Index::default(),
            Err(e) => return Err(e),
        };
        let mut blobs = HashMap::new();
        for entry in fs::read_dir(folder.join("blobs"))? {
            let bytes = fs::read(entry?.path())?;
            blobs.insert(digest(&bytes), bytes);
        }
        Ok(Self { index, blobs, folder: Some(folder.to_owned()) })
    }

    pub fn put_image(&mut self, repository: &str, tag: &str, image: &SampleImage) {
        for blob in [&image.config, &image.layer] {
            self.put_blob(blob.clone());
        }
        self.put_manifest(repository, tag, MANIFEST_TYPE, image.manifest.clone());
    }

    /// Points many tags to one image.
    pub fn put_tags(
        &mut self,
        repository: &str,
        tags: impl IntoIterator<Item = String>,
        image: &SampleImage,
    ) {
        let digest = image.digest();
        self.put_image(repository, &digest, image);
        let known = self.index.repositories.entry(repository.to_owned()).or_default();
        known.extend(tags.into_iter().map(|tag| (tag, digest.clone())));
    }

    /// Keeps the blob; its digest.
    pub fn put_blob(&mut self, bytes: Vec<u8>) -> String {
        let digest = digest(&bytes);
        if let Some(folder) = &self.folder {
            let file = folder.join("blobs").join(digest.replace(':', "-"));
            keep("blob", fs::write(file, &bytes));
        }
        self.blobs.insert(digest.clone(), bytes);
        digest
    }

    /// Keeps the manifest under a tag, or under its digest alone.
    pub fn put_manifest(
        &mut self,
        repository: &str,
        reference: &str,
        media_type: &str,
        bytes: Vec<u8>,
    ) -> String {
        let digest = self.put_blob(bytes);
        self.index.media_types.insert(digest.clone(), media_type.to_owned());
        let tags = self.index.repositories.entry(repository.to_owned()).or_default();
        if !reference.contains(':') {
            tags.insert(reference.to_owned(), digest.clone());
        }
        if let Some(folder) = &self.folder {
            let json = serde_json::to_vec(&self.index).unwrap_or_default();
            let fresh = folder.join("index.json.new");
            keep(
                "index",
                fs::write(&fresh, json)
                    .and_then(|()| fs::rename(&fresh, folder.join("index.json"))),
            );
        }
        digest
    }

    /// Serves other bytes than those that have the digest.
    pub fn falsify(&mut self, digest: &str, bytes: Vec<u8>) {
        self.blobs.insert(digest.to_owned(), bytes);
    }

    /// The tags of a repository, in order.
    pub fn tags(&self, repository: &str) -> Option<&BTreeMap<String, String>> {
        self.index.repositories.get(repository)
    }

    pub fn blob(&self, digest: &str) -> Option<&Vec<u8>> {
        self.blobs.get(digest)
    }

    pub fn digest(&self, repository: &str, tag: &str) -> Option<String> {
        self.tags(repository)?.get(tag).cloned()
    }

    /// Digest, media type and bytes of a manifest, by tag or digest.
    pub fn manifest(&self, repository: &str, reference: &str) -> Option<(String, &str, &Vec<u8>)> {
        let digest = match reference.contains(':') {
            true => reference.to_owned(),
            false => self.digest(repository, reference)?,
        };
        let media_type = self.index.media_types.get(&digest)?;
        Some((digest.clone(), media_type, self.blobs.get(&digest)?))
    }
}

/// A folder that cannot be written is told and does not stop the registry.
fn keep(what: &str, result: io::Result<()>) {
    if let Err(e) = result {
        tracing::warn!("the registry's {what} could not be written: {e}");
    }
}
