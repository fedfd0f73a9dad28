//! Pushes sample images to a registry, as a build pipeline would.

use anyhow::{Context, Result, ensure};
use reqwest::{
    Client, Method, RequestBuilder, StatusCode,
    header::{CONTENT_TYPE, LOCATION},
};
use url::Url;

use crate::sample_image::{MANIFEST_TYPE, SampleImage, digest};

/// A way into a registry.
#[derive(Clone, Debug)]
pub struct Pusher {
    /// The registry's root, e.g. `http://127.0.0.1:5000/`.
    pub root: Url,
    /// A client that trusts it.
    pub client: Client,
    /// User name and password.
    pub basic: Option<(String, String)>,
    /// Where to get tokens for them, when the registry takes only those.
    pub realm: Option<String>,
}

impl Pusher {
    /// Pushes an image of its own under each tag.
    ///
    /// # Errors
    /// When the registry does not take it.
    pub async fn push(&self, repository: &str, tags: &[&str]) -> Result<()> {
        let token = self.token(repository).await?;
        for tag in tags {
            let image = SampleImage::new(repository, tag);
            for blob in [&image.config, &image.layer] {
                self.upload(repository, blob, token.as_deref()).await?;
            }
            let put = self
                .request(
                    Method::PUT,
                    &format!("v2/{repository}/manifests/{tag}"),
                    token.as_deref(),
                )?
                .header(CONTENT_TYPE, MANIFEST_TYPE)
                .body(image.manifest.clone());
            expect(put, StatusCode::CREATED)
                .await
                .with_context(|| format!("push {repository}:{tag}"))?;
        }
        Ok(())
    }

    /// Puts any manifest and the blobs it names.
    ///
    /// # Errors
    /// When the registry does not take it.
    pub async fn put(
        &self,
        repository: &str,
        reference: &str,
        manifest: (&str, &[u8]),
        blobs: &[&[u8]],
    ) -> Result<()> {
        let token = self.token(repository).await?;
        for blob in blobs {
            self.upload(repository, blob, token.as_deref()).await?;
        }
        let path = format!("v2/{repository}/manifests/{reference}");
        let (media_type, bytes) = manifest;
        let put = self.request(Method::PUT, &path, token.as_deref())?;
        let put = put.header(CONTENT_TYPE, media_type).body(bytes.to_vec());
        expect(put, StatusCode::CREATED).await.with_context(|| format!("put {reference}"))?;
        Ok(())
    }

    async fn upload(&self, repository: &str, blob: &[u8], token: Option<&str>) -> Result<()> {
        let begin =
            self.request(Method::POST, &format!("v2/{repository}/blobs/uploads/"), token)?;
        let begun = expect(begin, StatusCode::ACCEPTED).await?;
        let location =
            begun.headers().get(LOCATION).context("an upload has a Location")?.to_str()?;
        let mut url = begun.url().join(location)?;
        url.query_pairs_mut().append_pair("digest", &digest(blob));
        let put = self.login(self.client.put(url), token).body(blob.to_vec());
        expect(put, StatusCode::CREATED).await?;
        Ok(())
    }

    fn request(&self, method: Method, path: &str, token: Option<&str>) -> Result<RequestBuilder> {
        Ok(self.login(self.client.request(method, self.root.join(path)?), token))
    }

    fn login(&self, request: RequestBuilder, token: Option<&str>) -> RequestBuilder {
        match (token, &self.basic) {
            (Some(token), _) => request.bearer_auth(token),
            (None, Some((user, password))) => request.basic_auth(user, Some(password)),
            (None, None) => request,
        }
    }

    async fn token(&self, repository: &str) -> Result<Option<String>> {
        let Some(realm) = &self.realm else { return Ok(None) };
        let scope = format!("repository:{repository}:pull,push");
        let ask = self.client.get(realm).query(&[("scope", scope.as_str())]);
        let answer: serde_json::Value =
            self.login(ask, None).send().await?.error_for_status()?.json().await?;
        Ok(answer["token"].as_str().map(str::to_owned))
    }
}

async fn expect(request: RequestBuilder, status: StatusCode) -> Result<reqwest::Response> {
    let answer = request.send().await?;
    let got = answer.status();
    ensure!(got == status, "the registry answered {got} to {}", answer.url().path());
    Ok(answer)
}
