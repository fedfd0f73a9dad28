//! From a core module to a component of the contract, and back to its WIT.

use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER;
use wit_bindgen_core::wit_parser::PackageId;
use wit_component::{ComponentEncoder, StringEncoding, WitPrinter, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

use crate::AuthorError;

/// What guests call WASI by when their toolchain knows no components.
const WASI: &str = "wasi_snapshot_preview1";

/// Stands where the WASI adapter would: see the file.
const STUB: &str = include_str!("wasi_stub.wat");

/// Makes a component of a module that says itself which world it is of.
///
/// A module that imports WASI gets a stub of it, so that the component imports
/// nothing but our own interfaces; unless `wasi` is to be granted.
pub(crate) fn encode(module: &[u8], wasi: bool) -> Result<Vec<u8>, AuthorError> {
    try_encode(module, wasi).map_err(|error| AuthorError::Component(format!("{error:#}")))
}

/// The same for a module whose world only the project knows.
pub(crate) fn encode_as(
    mut module: Vec<u8>,
    (resolve, world): &(Resolve, WorldId),
    wasi: bool,
) -> Result<Vec<u8>, AuthorError> {
    embed_component_metadata(&mut module, resolve, *world, StringEncoding::UTF8)
        .map_err(|error| AuthorError::Component(format!("{error:#}")))?;
    encode(&module, wasi)
}

fn try_encode(module: &[u8], wasi: bool) -> anyhow::Result<Vec<u8>> {
    let adapter = match wasi {
        true => WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER.into(),
        false => wat::parse_str(STUB)?,
    };
    ComponentEncoder::default().validate(true).module(module)?.adapter(WASI, &adapter)?.encode()
}

/// The WIT of a component: the world it is, with every interface in full.
pub fn describe_wit(component: &[u8]) -> Result<String, AuthorError> {
    let unreadable = |error: anyhow::Error| AuthorError::Component(format!("{error:#}"));
    let decoded = wit_component::decode(component).map_err(unreadable)?;
    let (resolve, main) = (decoded.resolve(), decoded.package());
    let others: Vec<PackageId> =
        resolve.packages.iter().map(|(id, _)| id).filter(|id| *id != main).collect();
    let mut printer = WitPrinter::default();
    printer.print(resolve, main, &others).map_err(unreadable)?;
    Ok(printer.output.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, contract};

    /// A module that reads WASI's clock, as the runtimes of some languages do.
    const GUEST: &str = r#"(module
      (import "wasi_snapshot_preview1" "clock_time_get"
        (func (param i32 i64 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
      (func (export "tagwarden:policy/policy@0.1.0#describe") (result i32) (i32.const 0))
      (func (export "tagwarden:policy/policy@0.1.0#validate") (param i32 i32) (result i32)
        (drop (call 0 (i32.const 0) (i64.const 0) (i32.const 0))) (i32.const 0))
      (func (export "tagwarden:policy/policy@0.1.0#select")
        (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32) (result i32) (i32.const 0)))"#;

    fn encoded(wat: &str, wasi: bool) -> Result<Vec<u8>, AuthorError> {
        encode_as(wat::parse_str(wat).unwrap(), &contract::carried_world(Kind::Policy), wasi)
    }

    #[test]
    fn wasi_is_stubbed_out_of_a_component() {
        let wit = describe_wit(&encoded(GUEST, false).unwrap()).unwrap();
        assert!(wit.contains("export tagwarden:policy/policy@0.1.0;"), "{wit}");
        assert!(!wit.contains("wasi:"), "{wit}");
    }

    #[test]
    fn wasi_stays_where_it_is_to_be_granted() {
        let wit = describe_wit(&encoded(GUEST, true).unwrap()).unwrap();
        assert!(wit.contains("import wasi:clocks/wall-clock@0.2."), "{wit}");
    }

    #[test]
    fn a_module_without_the_exports_of_its_world_is_refused() {
        let refused = encoded("(module)", false).unwrap_err();
        assert!(refused.to_string().contains("does not become a component"), "{refused}");
    }
}
