//! Prints how long edits take: of a large file, and of many small ones.
//!
//! `cargo run --release -p tagwarden-core --example edit_speed`

use std::time::{Duration, Instant};

use tagwarden_core::edit::{self, PolicyState};

const OBJECT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
spec:
  template:
    spec:
      containers:
      - name: checkout
        image: registry.example.com/team/checkout:1.2.3 MARKER
        env: [{name: A, value: \"b c d\"}]
        args: [\"--flag=value\", \"--other\"]
---
";
const MARKER: &str = "# {\"$imagepolicy\": \"flux-system:checkout\"}";

fn main() {
    let marked = OBJECT.replace("MARKER", MARKER);
    let plain = OBJECT.replace("MARKER", "");
    let every = marked.repeat((50 << 20) / marked.len());
    let one = format!("{marked}{}", plain.repeat((50 << 20) / plain.len()));
    print("50 MiB, a marker in each object", &[every]);
    print("50 MiB, one marker", &[one]);
    print("10,000 files without markers", &vec![plain; 10_000]);
    print("10,000 files with a marker each", &vec![marked; 10_000]);
}

fn print(what: &str, files: &[String]) {
    let (time, changes) = best(files);
    println!("{what}: {:.0} ms, {changes} changes", time.as_secs_f64() * 1e3);
}

/// The best of five runs, which is the one others disturbed least.
fn best(files: &[String]) -> (Duration, usize) {
    let run = || {
        let start = Instant::now();
        let changes = files.iter().map(|file| change(file)).sum();
        (start.elapsed(), changes)
    };
    (0..5).map(|_| run()).min().unwrap_or_default()
}

fn change(file: &str) -> usize {
    let state = PolicyState::Ready {
        image: "registry.example.com/team/checkout".into(),
        tag: "1.2.4".into(),
        digest: None,
    };
    edit::apply("f.yaml", file.as_bytes(), &|_| state.clone()).changes.len()
}
