//! What an author is told when a tool is missing.

use anyhow::Result;
use tagwarden_tests::program::Home;

/// Builds a new project with nothing on the path, and returns what is said.
fn without_tools(language: &str) -> Result<String> {
    let home = Home::new()?;
    let made = home.run(["plugin", "new", "my-policy", "--lang", language])?;
    assert_eq!(made.code, 0, "{made:?}");
    let mut command = home.command(["plugin", "build", "my-policy"])?;
    let output = command.env("PATH", home.path().join("nothing")).output()?;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(!home.path().join("my-policy/my-policy.wasm").exists());
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_missing_tool_is_named_with_how_to_get_it() -> Result<()> {
    for (language, tool, how) in [
        ("rust", "Rust plugins are built with cargo", "https://rustup.rs"),
        ("go", "Go plugins are built with go", "https://go.dev/dl"),
        ("javascript", "JavaScript plugins are built with componentize-qjs", "npm install"),
        ("python", "Python plugins are built with componentize-py", "pip install componentize-py"),
        ("c", "C plugins are built with zig cc", "pip install ziglang"),
    ] {
        let said = without_tools(language)?;
        assert!(said.contains(&format!("{tool}, which is not here")), "{language}: {said}");
        assert!(said.contains(how), "{language}: {said}");
    }
    Ok(())
}
