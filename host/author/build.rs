//! Builds the crate again when a file is added to what it carries.

fn main() {
    for folder in ["templates", "../../wit", "../../plugins/sdk/src"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
