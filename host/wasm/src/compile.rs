//! From a file's bytes to code that runs.

mod child;

use std::{
    borrow::Cow,
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
    sync::mpsc,
    thread,
    time::Duration,
};

pub use child::{CompilerLimits, CompilerProgram, compile_component};
use sha2::{Digest as _, Sha256};
use tagwarden_reconcile::ports::Failure;
use wasmtime::{Engine, component::Component};

use crate::{
    Limits,
    cache::{Cache, Verified},
    engine::Purpose,
    failure::WORDS,
    plugin::{Origin, Plugin},
    text::one_line,
};

/// Compiles components, or takes them from the cache.
pub(crate) struct Compiler {
    engine: Engine,
    cache: Option<Cache>,
    /// What compiles components of others.
    program: Option<CompilerProgram>,
    /// What its code is for.
    purpose: Purpose,
    /// Stands for this version of the engine and every setting of it.
    engine_id: u64,
}

impl Compiler {
    pub(crate) fn new(
        engine: Engine,
        cache: Option<Cache>,
        program: Option<CompilerProgram>,
        purpose: Purpose,
    ) -> Self {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Self { engine_id: hasher.finish(), engine, cache, program, purpose }
    }

    /// The plugin's component.
    pub(crate) fn component(&self, plugin: &Plugin, limits: &Limits) -> Result<Component, Failure> {
        let bytes = &plugin.bytes;
        check_form(bytes, limits.component_bytes).map_err(Failure::Load)?;
        let name = self.cache.as_ref().map(|_| self.entry_name(bytes));
        let cached = self.cache.as_ref().zip(name.as_deref());
        let code = cached.and_then(|(cache, name)| cache.get(name));
        if let Some(component) = code.and_then(|code| self.load(&Trusted::Sealed(code))) {
            return Ok(component);
        }
        let program = self.program.as_ref().filter(|_| plugin.origin != Origin::Embedded);
        let Some(program) = program else {
            let component = self.compile(bytes, limits.compile_deadline)?;
            if let Some((cache, name)) = cached {
                match component.serialize() {
                    Ok(code) => cache.put(name, &code),
                    Err(error) => tracing::warn!(%error, "cannot serialise compiled code"),
                }
            }
            return Ok(component);
        };
        let code = Trusted::Compiled(child::compile(program, bytes, limits, self.purpose)?);
        let component = self.load(&code).ok_or_else(|| {
            Failure::Load("its compiler is not this very program: start it again".into())
        })?;
        if let Some((cache, name)) = cached {
            cache.put(name, code.bytes());
        }
        Ok(component)
    }

    /// Runs the compiler on a thread of its own: it cannot be interrupted, but
    /// nobody has to wait for it, not even the end of the process.
    #[expect(clippy::ptr_arg, reason = "an embedded component reaches the thread without a copy")]
    fn compile(
        &self,
        bytes: &Cow<'static, [u8]>,
        deadline: Duration,
    ) -> Result<Component, Failure> {
        let (engine, bytes) = (self.engine.clone(), bytes.clone());
        let (done, compiled) = mpsc::sync_channel(1);
        let compiler = thread::Builder::new().name("plugin-compiler".into());
        let started = compiler.spawn(move || {
            let _nobody_waits_any_more = done.send(Component::new(&engine, &bytes));
        });
        started.map_err(|error| Failure::Load(format!("no thread to compile it on: {error}")))?;
        match compiled.recv_timeout(deadline) {
            Ok(Ok(component)) => Ok(component),
            Ok(Err(error)) => Err(Failure::Load(one_line(&format!("{error:#}"), WORDS))),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                Err(Failure::Load(format!("it did not compile within {deadline:?}")))
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                Err(Failure::Load("the compiler crashed on it".into()))
            }
        }
    }

    #[expect(
        unsafe_code,
        reason = "compiled code is loaded from bytes that this program made, see below"
    )]
    fn load(&self, code: &Trusted) -> Option<Component> {
        // SAFETY: `deserialize` runs what it is given, so the bytes must be what
        // this version of wasmtime gave, unmodified. `Trusted` is one of two. Sealed:
        // `Verified` is made in one place, where these very bytes, already in memory,
        // were checked to bear an HMAC under a random key that only this user's
        // private folder holds, and `Compiler::component` alone has bytes sealed:
        // those that were made here or by a child, under a name that stands for the
        // component's digest and the engine. Compiled: made in one place too, of what
        // a child that this process started, of its own program, wrote to a pipe that
        // nobody else has. In both cases nothing is read again before it is loaded.
        let component = unsafe { Component::deserialize(&self.engine, code.bytes()) };
        component
            .inspect_err(
                |error| tracing::warn!(%error, "cannot load compiled code; compiling again"),
            )
            .ok()
    }

    /// The name that a component's compiled code has in the cache.
    fn entry_name(&self, bytes: &[u8]) -> String {
        let digest = Sha256::new()
            .chain_update(env!("CARGO_PKG_VERSION"))
            .chain_update(self.engine_id.to_le_bytes())
            .chain_update(Sha256::digest(bytes))
            .finalize();
        hex(&digest)
    }
}

/// Code that may be run.
enum Trusted {
    /// This user sealed it earlier.
    Sealed(Verified),
    /// A child of this process compiled it just now.
    Compiled(child::Compiled),
}

impl Trusted {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Sealed(code) => code.bytes(),
            Self::Compiled(code) => code.bytes(),
        }
    }
}

/// The digest by which a component is known, e.g. `sha256:…`.
pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        let _never_fails = write!(hex, "{byte:02x}");
        hex
    })
}

/// Tells a component from the files people mistake for one.
fn check_form(bytes: &[u8], max: usize) -> Result<(), String> {
    if bytes.len() > max {
        let (size, max) = (bytes.len(), max >> 20);
        return Err(format!("it has {size} bytes, and a component may have {max} MiB"));
    }
    let kind = match bytes {
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => return Ok(()),
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => {
            "a core module: make it a component with `wasm-tools component new`"
        }
        [0, b'a', b's', b'm', ..] => "WebAssembly of an unknown version",
        [0x7f, b'E', b'L', b'F', ..] => "native code, perhaps compiled ahead of time",
        [0x1f, 0x8b, ..] => "compressed: unpack it first",
        [b'(', ..] => "WebAssembly text: assemble it with `wasm-tools parse`",
        [] => "empty",
        _ => "not WebAssembly at all",
    };
    Err(format!("it is not a component but {kind}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_a_file_is_instead_of_a_component() {
        let said = |bytes: &[u8]| check_form(bytes, 100).unwrap_err();
        assert!(said(b"\0asm\x01\0\0\0").contains("core module"));
        assert!(said(b"(component)").contains("text"));
        assert!(said(b"\x7fELF").contains("native code"));
        assert!(said(b"#!/bin/sh").contains("not WebAssembly"));
        assert!(said(b"").contains("empty"));
        assert!(said(&[0; 101]).contains("101 bytes"));
        assert_eq!(check_form(b"\0asm\x0d\0\x01\0", 100), Ok(()));
    }

    #[test]
    fn names_a_component_by_its_digest() {
        assert!(digest(b"").starts_with("sha256:e3b0c442"));
    }
}
