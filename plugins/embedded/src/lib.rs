//! The first-party plugins, built as components and embedded.
//!
//! The build script makes them from the sources beside this crate; the binary
//! hands them to the engine like any other plugin. Invariant: nothing prebuilt is
//! kept, and there is no native copy of what they decide.

/// What a plugin decides: the world it is a component of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Chooses the current tag: world `tag-policy`.
    Policy,
    /// Decides which tags a policy gets to see: world `tag-filter`.
    Filter,
    /// Writes commit messages: world `commit-message`.
    Message,
}

/// A first-party plugin.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddedPlugin {
    /// The name manifests call it by.
    pub name: &'static str,
    /// What it decides.
    pub kind: Kind,
    /// The component.
    pub wasm: &'static [u8],
}

macro_rules! embedded {
    ($name:literal, $kind:ident) => {
        EmbeddedPlugin {
            name: $name,
            kind: Kind::$kind,
            wasm: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".wasm")),
        }
    };
}

/// All first-party plugins, by name.
#[must_use]
pub fn all() -> &'static [EmbeddedPlugin] {
    static ALL: [EmbeddedPlugin; 5] = [
        embedded!("alphabetical", Policy),
        embedded!("go-template", Message),
        embedded!("numerical", Policy),
        embedded!("regex-filter", Filter),
        embedded!("semver", Policy),
    ];
    &ALL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plugin_is_a_component_and_small() {
        for plugin in all() {
            let size = plugin.wasm.len();
            assert!(plugin.wasm.starts_with(b"\0asm\x0d\0\x01\0"), "{plugin:?}");
            assert!(size < 2 << 20, "{} has {size} bytes", plugin.name);
        }
    }

    #[test]
    fn every_plugin_exports_the_interface_of_its_kind() {
        for plugin in all() {
            let interface = match plugin.kind {
                Kind::Policy => "tagwarden:policy/policy@",
                Kind::Filter => "tagwarden:policy/filter@",
                Kind::Message => "tagwarden:policy/message@",
            };
            let mut names = plugin.wasm.windows(interface.len());
            let is_named = names.any(|name| name == interface.as_bytes());
            assert!(is_named, "{} has no {interface}", plugin.name);
        }
    }

    #[test]
    fn names_are_in_order_and_differ() {
        assert!(all().is_sorted_by(|a, b| a.name < b.name));
    }
}
