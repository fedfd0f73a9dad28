//! A fleet of image repositories for measurements: many, of ordinary size.

use std::fmt::Write;

/// The repository of that number.
#[must_use]
pub fn repository(number: usize) -> String {
    format!("fleet/app-{number:05}")
}

/// Its tags: one half are versions, the other are builds of a branch.
pub fn tags(number: usize, count: usize) -> impl Iterator<Item = String> {
    let mut random = fastrand::Rng::with_seed(number as u64);
    (0..count).map(move |i| match i % 2 {
        0 => format!("1.{}.{}", i / 20, i / 2 % 10),
        _ => format!("main-{:07x}-{}", random.u32(..1 << 28), 1_780_000_000 + i * 977),
    })
}

/// An ImageRepository and an ImagePolicy for each; the policies take turns.
#[must_use]
pub fn manifests(host: &str, repositories: usize) -> String {
    let mut text = String::new();
    for number in 0..repositories {
        let policy = match number % 3 {
            0 => "policy: {semver: {range: '>=1.0.0 <2.0.0'}}",
            1 => {
                "filterTags: {pattern: '^main-[0-9a-f]+-(?P<ts>[0-9]+)$', extract: '$ts'}\n  policy: {numerical: {order: asc}}"
            }
            _ => "filterTags: {pattern: '^main-'}\n  policy: {alphabetical: {order: asc}}",
        };
        let image = format!("{host}/{}", repository(number));
        // Writing to a string cannot fail.
        let _infallible = write!(
            text,
            "---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {{name: app-{number:05}, namespace: flux-system}}
spec: {{image: {image}, interval: 6h}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {{name: app-{number:05}, namespace: flux-system}}
spec:
  imageRepositoryRef: {{name: app-{number:05}}}
  {policy}
"
        );
    }
    text
}
