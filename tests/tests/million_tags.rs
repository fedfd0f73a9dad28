//! One image with a million tags is scanned, stored and decided, in bounded memory.

use std::{fs, process::Stdio};

use anyhow::{Result, ensure};
use tagwarden_tests::{demo_registry, measured, program::Home};

const TAGS: usize = 1_000_000;

/// The most memory that the program may ever have, in KiB: 335 bytes a tag, where
/// 240 are measured, plugins and everything else included.
const MEMORY: u64 = 320 << 10;

/// The greatest by text, and the smallest by number.
const MANIFESTS: &str = "\
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: big, namespace: default}
spec: {image: HOST/team/big, interval: 1h}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: text, namespace: default}
spec:
  imageRepositoryRef: {name: big}
  policy: {alphabetical: {order: asc}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: number, namespace: default}
spec:
  imageRepositoryRef: {name: big}
  filterTags: {pattern: '^2026\\.01\\.01-(?P<n>[0-9]+)$', extract: '$n'}
  policy: {numerical: {order: desc}}
";

#[test]
fn a_million_tags_are_scanned_stored_and_decided_in_bounded_memory() -> Result<()> {
    let (_registry, host) = demo_registry::start(
        env!("CARGO_BIN_EXE_demo-registry"),
        &format!("--many=team/big={TAGS}"),
    )?;
    let home = Home::new()?;
    fs::write(home.path().join("big.yaml"), MANIFESTS.replace("HOST", &host))?;
    for run in ["the first", "the second"] {
        let mut command = home.command(["run", "--once", "-f", "."])?;
        let cost = measured::run_to_end(command.stdout(Stdio::null()))?;
        let memory = cost.memory / 1024;
        println!("{TAGS} tags, {run} run: {:?}, {:?} of CPU, {memory} MiB", cost.took, cost.cpu);
        ensure!(cost.success, "{run} run failed");
        ensure!(cost.memory <= MEMORY, "{run} run took {memory} MiB");
    }
    let repositories = home.run(["get", "repositories", "-o", "json", "-f", "."])?.json()?;
    assert_eq!(repositories["repositories"][0]["tags"], TAGS);
    let policies = home.run(["get", "policies", "-o", "json", "-f", "."])?.json()?;
    let selected = |policy: usize| &policies["policies"][policy]["selection"]["tag"];
    assert_eq!(selected(0), "2026.01.01-999999");
    assert_eq!(selected(1), "2026.01.01-000000");
    Ok(())
}
