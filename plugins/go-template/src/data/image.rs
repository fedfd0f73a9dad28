//! Image references taken apart, with the parts that Docker implies.

/// A reference: what was written and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    /// As written into the file.
    pub(crate) written: String,
    /// Tag or digest; `latest` when neither is written.
    pub(crate) identifier: String,
    /// With `library/` implied.
    pub(crate) repository: String,
    /// With `index.docker.io` implied.
    pub(crate) registry: String,
    /// The whole reference, nothing implied.
    pub(crate) name: String,
}

const DOCKER_HUB: &str = "index.docker.io";

impl Image {
    /// Takes a reference apart.
    pub(crate) fn parse(written: &str) -> Self {
        let (named, digest) = match written.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (written, None),
        };
        let (path, tag) = match named.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
            _ => (named, None),
        };
        let (registry, rest) = match path.split_once('/') {
            Some((first, rest)) if is_registry(first) => (first, rest),
            _ => (DOCKER_HUB, path),
        };
        let registry = if registry == "docker.io" { DOCKER_HUB } else { registry };
        let official = registry == DOCKER_HUB && !rest.contains('/') && !rest.is_empty();
        let repository = if official { format!("library/{rest}") } else { rest.to_owned() };
        let (mark, identifier) = match (digest, tag) {
            (Some(digest), _) => ('@', digest),
            (None, Some(tag)) => (':', tag),
            (None, None) => (':', "latest"),
        };
        Self {
            written: written.to_owned(),
            identifier: identifier.to_owned(),
            name: format!("{registry}/{repository}{mark}{identifier}"),
            repository,
            registry: registry.to_owned(),
        }
    }
}

fn is_registry(first: &str) -> bool {
    first.contains('.') || first.contains(':') || first == "localhost"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn implies_docker_hub_and_its_library() {
        let image = Image::parse("helloworld:v1.0.1");
        assert_eq!(image.identifier, "v1.0.1");
        assert_eq!(image.repository, "library/helloworld");
        assert_eq!(image.registry, "index.docker.io");
        assert_eq!(image.name, "index.docker.io/library/helloworld:v1.0.1");
    }

    #[test]
    fn keeps_registry_port_and_digest() {
        let image = Image::parse("localhost:5000/org/helloworld@sha256:6745");
        assert_eq!(image.identifier, "sha256:6745");
        assert_eq!(image.repository, "org/helloworld");
        assert_eq!(image.registry, "localhost:5000");
        assert_eq!(image.name, "localhost:5000/org/helloworld@sha256:6745");
    }

    #[test]
    fn names_a_reference_without_tag_latest() {
        let image = Image::parse("ghcr.io/a/b");
        assert_eq!(image.identifier, "latest");
        assert_eq!(image.name, "ghcr.io/a/b:latest");
    }
}
