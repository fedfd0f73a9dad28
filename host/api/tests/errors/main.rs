//! Each mistake, its place, and what the user is told of it.

mod fields;
mod objects;
mod secrets;

use tagwarden_api::{Reading, SourceFile, read};

fn reading(text: &str) -> Reading {
    read(&[SourceFile { path: "f.yaml".to_owned(), bytes: text.as_bytes().to_vec() }])
}

/// All errors of a manifest, each without the file's name.
fn errors(text: &str) -> Vec<String> {
    let errors = reading(text).errors;
    errors.iter().map(|e| e.to_string().replace("f.yaml:", "")).collect()
}

fn object(version: &str, kind: &str, spec: &str) -> String {
    let group = if kind == "GitRepository" { "source" } else { "image" };
    format!(
        "apiVersion: {group}.toolkit.fluxcd.io/{version}\nkind: {kind}\n\
         metadata: {{name: x, namespace: ns}}\nspec:\n{spec}\n"
    )
}
