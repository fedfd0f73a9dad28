//! `tagwarden scan`: the tags of one image.

use std::time::Duration;

use tagwarden_core::{
    image::ImageName,
    object::ObjectName,
    spec::{Secret, SecretValue},
    tags::TagSet,
};
use tagwarden_reconcile::{
    Failed,
    ports::{Login, Registry, Target},
};

use crate::{
    args::{Access, Global, Scan},
    output,
    problem::{Exit, Outcome, Problem},
    world,
};

pub fn scan(global: &Global, args: &Scan) -> Outcome {
    let runtime = world::runtime()?;
    let tags = runtime.block_on(tags(&args.image, &args.access))?;
    if !output::structured(global.output, &tags.iter().collect::<Vec<_>>())? {
        tags.iter().for_each(output::line);
    }
    Ok(Exit::Done)
}

/// Scans an image named on the command line.
pub async fn tags(image: &str, access: &Access) -> Result<TagSet, Problem> {
    let image: ImageName = image.parse().map_err(|error| Problem::usage(format!("{error}")))?;
    let target = Target {
        image,
        insecure: access.insecure,
        timeout: access.timeout.max(Duration::from_millis(1)),
        login: Login {
            pull_secrets: docker_config(access)?.into_iter().collect(),
            ..Login::default()
        },
    };
    Ok(world::registry().tags(&target).await.map_err(Failed::from)?)
}

/// The Docker configuration as the pull secret it is elsewhere.
fn docker_config(access: &Access) -> Result<Option<Secret>, Problem> {
    let (path, asked_for) = match &access.docker_config {
        Some(path) => (path.clone(), true),
        None => match std::env::home_dir() {
            Some(home) => (home.join(".docker/config.json"), false),
            None => return Ok(None),
        },
    };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if asked_for => return Err(Problem::io("read", &path, &error)),
        Err(_) => return Ok(None),
    };
    Ok(Some(Secret {
        name: ObjectName::new("", path.display().to_string()),
        kind: "kubernetes.io/dockerconfigjson".into(),
        data: [(".dockerconfigjson".to_owned(), SecretValue::new(bytes))].into(),
    }))
}
