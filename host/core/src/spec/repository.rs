//! What to scan.

use std::time::Duration;

use super::LabelSelector;
use crate::{image::ImageName, object::ObjectName};

/// An image whose tags are to be known.
#[derive(Clone, Debug)]
pub struct ImageRepository {
    /// Its namespace and name.
    pub name: ObjectName,
    /// The image, without a tag.
    pub image: ImageName,
    /// How often to scan.
    pub interval: Duration,
    /// How long one scan may take.
    pub timeout: Duration,
    /// Whether to leave the image alone for now.
    pub suspend: bool,
    /// Whether plain HTTP is allowed.
    pub insecure: bool,
    /// Regular expressions of tags never to be kept.
    pub exclusion: Vec<String>,
    /// How to log in where no secret says so.
    pub provider: Provider,
    /// The secret (same namespace) with the registry's credentials.
    pub secret: Option<String>,
    /// The secret (same namespace) with CA and client certificate.
    pub cert_secret: Option<String>,
    /// The secret (same namespace) with the proxy's address.
    pub proxy_secret: Option<String>,
    /// The service account (same namespace) whose pull secrets to use.
    pub service_account: Option<String>,
    /// Which other namespaces' policies may use the tags.
    pub access: Access,
}

/// Whose credentials a registry takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Secrets only.
    #[default]
    Generic,
    /// Amazon ECR.
    Aws,
    /// Azure Container Registry.
    Azure,
    /// Google Artifact Registry.
    Gcp,
}

/// Which namespaces may refer to an object.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// A namespace is let in when one of these matches its labels.
    pub namespaces: Vec<LabelSelector>,
}

impl Access {
    /// Whether an object of namespace `from`, which bears `labels`, may use one of `owner`.
    #[must_use]
    pub fn admits(&self, owner: &str, from: &str, labels: &[(String, String)]) -> bool {
        owner == from || self.namespaces.iter().any(|selector| selector.matches(labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_namespace_needs_a_matching_selector() {
        let labels = [("team".to_owned(), "a".to_owned())];
        let mut access = Access::default();
        assert!(access.admits("x", "x", &[]));
        assert!(!access.admits("x", "y", &labels));
        access
            .namespaces
            .push(LabelSelector { labels: vec![("team".into(), "a".into())], expressions: vec![] });
        assert!(access.admits("x", "y", &labels));
        assert!(!access.admits("x", "y", &[]));
    }
}
