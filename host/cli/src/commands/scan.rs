//! `tagwarden scan`: the tags of one image.

use std::time::Duration;

use tagwarden_core::{image::ImageName, tags::TagSet};
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
        login: Login { provider: access.provider.into(), ..Login::default() },
    };
    let registry = world::registry(access.docker_config.as_deref());
    Ok(registry.tags(&target).await.map_err(Failed::from)?)
}
