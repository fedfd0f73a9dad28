//! Components of others are compiled in a process of their own: one that makes
//! the compiler explode is told, and harms nothing else.

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use tagwarden_core::{
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_fixture_plugins::{BOMBS, bomb, component};
use tagwarden_reconcile::ports::Context;
use tagwarden_tests::scene::{REPOSITORY, Scene};
use tagwarden_wasm::{CompilerProgram, EngineOptions, Limits, Origin, Plugins};

/// The quick ones, or all when there is time.
fn bombs() -> &'static [&'static str] {
    match std::env::var_os("TAGWARDEN_SOAK") {
        Some(_) => BOMBS,
        None => &["bomb-of-instances", "bomb-of-nesting"],
    }
}

/// What becomes of a bomb when its compiler may use so much.
fn refusal(bomb: &[u8], limits: Limits) -> Result<String> {
    let path = tagwarden_tests::program::binary()?.to_owned();
    let compiler = CompilerProgram { path, arguments: vec!["compile-component".into()] };
    let options = EngineOptions { compiler: Some(compiler), limits, ..EngineOptions::default() };
    let plugins = Plugins::builder(options)
        .add("bomb", bomb.to_vec(), Origin::File("bomb.wasm".into()))
        .build()?;
    let candidates = Candidates::all(Arc::new(TagSet::new(&["a"])));
    let call = PluginCall::new("bomb", "{}");
    let chosen = plugins.sandbox().select(&call, &candidates, &Context::default());
    Ok(chosen.expect_err("it is a bomb").to_string())
}

#[test]
fn a_compiler_that_takes_too_much_is_stopped_and_told_what_it_was() -> Result<()> {
    let bomb = bomb("bomb-of-one-function")?;
    let little_memory = Limits { compile_memory_bytes: 192 << 20, ..Limits::default() };
    let said = refusal(&bomb, little_memory)?;
    assert!(said.contains("more than 192 MiB of memory"), "{said}");
    let little_time = Limits { compile_deadline: Duration::from_millis(300), ..Limits::default() };
    let said = refusal(&bomb, little_time)?;
    assert!(said.contains("did not compile within 300ms"), "{said}");
    Ok(())
}

#[test]
fn a_bomb_for_the_compiler_is_contained() -> Result<()> {
    let scene = Scene::new()?;
    let before = scene.remote.head("main")?;
    for name in bombs() {
        let path = scene.home.path().join(format!("{name}.wasm"));
        fs::write(&path, bomb(name)?)?;
        let started = Instant::now();
        let ran = scene.run("run --once", &["--plugin", &format!("semver={}", path.display())])?;
        assert_eq!(ran.code, 1, "{name}: {ran:?}");
        assert!(ran.stderr.contains("plugin semver: cannot be loaded: "), "{name}: {ran:?}");
        assert!(ran.stdout.contains("2026.07.13-6045cf1"), "{name}: the other policy goes on");
        assert!(started.elapsed().as_secs() < 150, "{name} took {:?}", started.elapsed());
        assert_eq!(scene.remote.head("main")?, before, "{name} pushed");
    }
    Ok(())
}

#[test]
fn what_a_child_compiled_decides_and_is_compiled_once() -> Result<()> {
    let scene = Scene::new()?;
    let path = scene.home.path().join("first.wasm");
    fs::write(&path, component("first")?)?;
    let plugin = format!("semver={}", path.display());
    for _ in 0..2 {
        let ran = scene.run("run --once", &["--plugin", &plugin])?;
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(scene.deployed("main")?, format!("{}:1.0.0", scene.registry.image(REPOSITORY)));
    }
    Ok(())
}
