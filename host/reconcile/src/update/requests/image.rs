//! Where people look at an image.

/// A page about the image; empty where its registry is not known to have one.
pub(super) fn link(image: &str) -> String {
    let (host, path) = match image.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (host, path),
        _ => ("docker.io", image),
    };
    match host {
        "docker.io" | "index.docker.io" | "registry-1.docker.io" => hub(path),
        "ghcr.io" => format!("https://ghcr.io/{path}"),
        "quay.io" => format!("https://quay.io/repository/{path}?tab=tags"),
        "public.ecr.aws" => format!("https://gallery.ecr.aws/{path}"),
        "gcr.io" => format!("https://gcr.io/{path}"),
        "mcr.microsoft.com" => format!("https://mcr.microsoft.com/artifact/mar/{path}/tags"),
        host if host.ends_with("-docker.pkg.dev") => format!("https://{host}/{path}"),
        _ => String::new(),
    }
}

fn hub(path: &str) -> String {
    match path.strip_prefix("library/").or((!path.contains('/')).then_some(path)) {
        Some(official) => format!("https://hub.docker.com/_/{official}/tags"),
        None => format!("https://hub.docker.com/r/{path}/tags"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_registries_have_pages() {
        for (image, page) in [
            ("nginx", "https://hub.docker.com/_/nginx/tags"),
            ("index.docker.io/a/b", "https://hub.docker.com/r/a/b/tags"),
            ("quay.io/a/b", "https://quay.io/repository/a/b?tab=tags"),
            ("registry.example.com/a/b", ""),
            ("localhost:5000/a", ""),
        ] {
            assert_eq!(link(image), page, "{image}");
        }
    }
}
