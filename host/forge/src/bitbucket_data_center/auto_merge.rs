//! Automatic merge, which not every version has.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use tagwarden_core::spec::MergeMethod;
use tagwarden_reconcile::ports::{ForgeError, Remark};

use super::{BitbucketDataCenter, wire::Pull};
use crate::{
    dialect::{lacks, remark},
    http::Api,
};

/// The first version that merges by itself. An older one would merge at once.
const SINCE: (u32, u32) = (8, 15);

#[derive(Deserialize)]
struct Properties {
    version: String,
}

/// Lets the request be merged once its checks pass.
pub(super) async fn enable(
    forge: &BitbucketDataCenter,
    api: &Api,
    number: u64,
    method: MergeMethod,
    remarks: &mut Vec<Remark>,
) -> Result<(), ForgeError> {
    let about = api.at(&["api", "latest", "application-properties"], &[]);
    let version = api.get::<Properties>(about).await?.version;
    if !is_since(&version, SINCE) {
        let name = format!("Bitbucket Data Center {version}");
        remarks.push(lacks(&name, "automatic merge; it came with 8.15"));
        return Ok(());
    }
    let pull: Pull = api.get(forge.pull(api, number, &[])).await?;
    let strategy = match method {
        MergeMethod::Merge => "no-ff",
        MergeMethod::Squash => "squash",
        MergeMethod::Rebase => "rebase-ff-only",
    };
    let body = json!({"autoMerge": true, "strategyId": strategy, "version": pull.version});
    let url = forge.at_version(api, number, "merge", pull.version);
    remark(remarks, "autoMerge", api.tell(Method::POST, url, Some(&body)).await)
}

fn is_since(version: &str, since: (u32, u32)) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= since
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_compared_by_its_numbers() {
        for (version, new) in
            [("8.15.0", true), ("8.9.2", false), ("10.0.0", true), ("7.21", false), ("x", false)]
        {
            assert_eq!(is_since(version, SINCE), new, "{version}");
        }
    }
}
