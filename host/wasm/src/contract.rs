//! The contract of `wit/` as Rust types, one module a world.

/// The package whose interfaces plugins speak.
pub(crate) const PACKAGE: &str = "tagwarden:policy";

/// Its version.
pub(crate) const VERSION: &str = "0.1.0";

/// The world of policies.
pub(crate) mod policy {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "tag-policy",
    });
    pub(crate) use exports::tagwarden::policy::policy as wire;
}

/// The world of filters.
pub(crate) mod filter {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "tag-filter",
        with: {
            "tagwarden:policy/types": super::policy::tagwarden::policy::types,
            "tagwarden:policy/log": super::policy::tagwarden::policy::log,
        },
    });
    pub(crate) use exports::tagwarden::policy::filter as wire;
}

/// The world of commit messages.
pub(crate) mod message {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "commit-message",
        with: {
            "tagwarden:policy/types": super::policy::tagwarden::policy::types,
            "tagwarden:policy/log": super::policy::tagwarden::policy::log,
        },
    });
    pub(crate) use exports::tagwarden::policy::message as wire;
}

pub(crate) use policy::tagwarden::policy::types;
