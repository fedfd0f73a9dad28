//! The example, with requests instead of pushes.

use anyhow::Result;
use serde_json::json;
use tagwarden_tests::{
    forges::{Forge, StandIn, TOKEN},
    scene::Scene,
};

/// The branch that the example's automation has by itself.
pub const HEAD: &str = "tagwarden/clusters-prod/flux-system-flux-image-updates";
/// The file that the example's automation edits.
pub const DEPLOYMENT: &str = "clusters/prod/apps/checkout.yaml";

/// Every forge that has a stand-in.
pub const FORGES: [&str; 6] =
    ["github", "gitlab", "gitea", "forgejo", "bitbucket", "bitbucketserver"];

/// The example before a stand-in, with further fields of `pullRequest`.
pub fn scene(provider: &'static str, fields: &[&str]) -> Result<(Scene, StandIn)> {
    let scene = Scene::new()?;
    let forge = StandIn::start(provider, &scene.remote)?;
    aim(&scene, &forge, fields)?;
    secret(&scene, TOKEN)?;
    Ok((scene, forge))
}

/// Lets the example's automation ask a forge.
pub fn aim(scene: &Scene, forge: &dyn Forge, fields: &[&str]) -> Result<()> {
    let mut lines = vec![
        format!("provider: {}", forge.provider()),
        format!("baseURL: {}", forge.base_url()),
        format!("repository: {}", forge.repository()),
    ];
    lines.extend(fields.iter().map(ToString::to_string));
    let block: String = lines.iter().map(|line| format!("      {line}\n")).collect();
    scene.edit("flux-system/update.yaml", |text| {
        text.replace("    push:\n", &format!("    pullRequest:\n{block}    push:\n"))
    })
}

/// Gives the forge's token.
pub fn secret(scene: &Scene, token: &str) -> Result<()> {
    scene.edit("flux-system/update.yaml", |text| {
        text.replace("    pullRequest:\n", "    pullRequest:\n      secretRef: {name: forge}\n")
    })?;
    scene.secret("forge", &json!({"token": token}))
}
