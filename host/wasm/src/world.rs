//! Which of our worlds a component belongs to, linked and ready.

mod imports;

use std::fmt;

use tagwarden_core::spec::{Grant, Grants};
use tagwarden_reconcile::ports::Failure;
use wasmtime::{
    Engine, Result,
    component::{Component, Linker},
};

use crate::{
    Limits,
    contract::{
        PACKAGE, VERSION, filter::TagFilterPre, message::CommitMessagePre, policy::TagPolicyPre,
    },
    failure::WORDS,
    guest::Guest,
    lookup,
    text::one_line,
    wasi,
};

/// What a plugin decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Which tag is the current one.
    Policy,
    /// Which tags a policy sees.
    Filter,
    /// What a commit says.
    Message,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Policy, Self::Filter, Self::Message];

    /// The world of `wit/` that plugins of this kind belong to.
    #[must_use]
    pub fn world(self) -> &'static str {
        match self {
            Self::Policy => "tag-policy",
            Self::Filter => "tag-filter",
            Self::Message => "commit-message",
        }
    }

    /// The interface that plugins of this kind export.
    fn interface(self) -> String {
        let name = match self {
            Self::Policy => "policy",
            Self::Filter => "filter",
            Self::Message => "message",
        };
        format!("{PACKAGE}/{name}")
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.world())
    }
}

/// A component that only waits for a fresh sandbox.
pub(crate) struct World {
    pub(crate) exports: Exports,
    /// What it was granted, and imports.
    pub(crate) grants: Grants,
    /// What one evaluation may use.
    pub(crate) limits: Limits,
}

/// The interface a component exports.
pub(crate) enum Exports {
    Policy(TagPolicyPre<Guest>),
    Filter(TagFilterPre<Guest>),
    Message(CommitMessagePre<Guest>),
}

impl World {
    /// Links a component against our interfaces, what it was granted, and
    /// nothing else.
    pub(crate) fn link(
        component: &Component,
        linker: &Linker<Guest>,
        granted: &Grants,
        limits: Limits,
    ) -> Result<Self, Failure> {
        let Outline { imports, exports } = Outline::of(component, linker.engine());
        let grants = imports::check(&imports, granted).map_err(Failure::Load)?;
        let kind = kind(&exports).map_err(Failure::Load)?;
        imports::check_kind(kind, &grants).map_err(Failure::Load)?;
        let linked = Exports::link(component, linker, kind, &grants);
        let exports = linked.map_err(|error| {
            Failure::Load(format!(
                "it does not fit {kind}: {}",
                one_line(&format!("{error:#}"), WORDS)
            ))
        })?;
        Ok(Self { exports, grants, limits })
    }

    pub(crate) fn kind(&self) -> Kind {
        match self.exports {
            Exports::Policy(_) => Kind::Policy,
            Exports::Filter(_) => Kind::Filter,
            Exports::Message(_) => Kind::Message,
        }
    }
}

impl Exports {
    fn link(
        component: &Component,
        linker: &Linker<Guest>,
        kind: Kind,
        grants: &Grants,
    ) -> Result<Self> {
        let linked = match grants.is_empty() {
            true => linker.instantiate_pre(component)?,
            false => granting(linker, component, grants)?.instantiate_pre(component)?,
        };
        Ok(match kind {
            Kind::Policy => Self::Policy(TagPolicyPre::new(linked)?),
            Kind::Filter => Self::Filter(TagFilterPre::new(linked)?),
            Kind::Message => Self::Message(CommitMessagePre::new(linked)?),
        })
    }
}

/// The linker with what this component was granted.
fn granting(
    linker: &Linker<Guest>,
    component: &Component,
    grants: &Grants,
) -> Result<Linker<Guest>> {
    let mut linker = linker.clone();
    for grant in grants {
        match grant {
            Grant::Metadata => lookup::link(&mut linker)?,
            Grant::Wasi => wasi::link(&mut linker, component)?,
        }
    }
    Ok(linker)
}

/// The names a component imports and exports.
pub(crate) struct Outline {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
}

impl Outline {
    pub(crate) fn of(component: &Component, engine: &Engine) -> Self {
        let outline = component.component_type();
        let name = |name: &str| one_line(name, WORDS);
        Self {
            imports: outline.imports(engine).map(|(import, _)| name(import)).collect(),
            exports: outline.exports(engine).map(|(export, _)| name(export)).collect(),
        }
    }

    /// The grants that the imports call for.
    pub(crate) fn needs(&self) -> Grants {
        self.imports.iter().filter_map(|import| imports::grant(import)).collect()
    }

    /// What kind of plugin the exports make.
    pub(crate) fn kind(&self) -> Option<Kind> {
        kind(&self.exports).ok()
    }
}

/// The kind whose interface is exported in a version that we speak.
fn kind(exports: &[String]) -> Result<Kind, String> {
    let mut kinds = Kind::ALL.into_iter().filter(|kind| speaks(exports, &kind.interface()));
    match (kinds.next(), kinds.next()) {
        (Some(kind), None) => Ok(kind),
        (Some(one), Some(other)) => {
            Err(format!("it is both a {one} and a {other}; a plugin is one"))
        }
        (None, _) => Err(no_kind(exports)),
    }
}

fn speaks(exports: &[String], interface: &str) -> bool {
    exports.iter().any(|export| {
        let version = export.strip_prefix(interface).and_then(|rest| rest.strip_prefix('@'));
        version.is_some_and(same_track)
    })
}

/// Whether a version of the contract is compatible with ours: below 1.0, those
/// that share the minor version are.
pub(crate) fn same_track(version: &str) -> bool {
    let track = |version: &str| version.rsplit_once('.').map(|(track, _)| track.to_owned());
    track(version) == track(VERSION)
}

fn no_kind(exports: &[String]) -> String {
    let foreign = exports.iter().find(|export| export.starts_with(PACKAGE));
    match foreign {
        Some(export) => {
            format!("it exports {export}, and this Tagwarden speaks {PACKAGE}@{VERSION}")
        }
        None if exports.is_empty() => {
            format!("it exports nothing; a plugin exports {PACKAGE}/policy, /filter or /message")
        }
        None => format!(
            "it exports none of {PACKAGE}/policy, /filter and /message but {}",
            few(exports)
        ),
    }
}

/// The first few names, and how many more there are.
pub(crate) fn few(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_plugin_is_of_the_kind_it_exports() {
        let exports = names(&["tagwarden:policy/filter@0.1.7", "init"]);
        assert_eq!(kind(&exports), Ok(Kind::Filter));
        let both = names(&["tagwarden:policy/filter@0.1.0", "tagwarden:policy/policy@0.1.0"]);
        assert!(kind(&both).unwrap_err().contains("both a tag-policy and a tag-filter"));
    }

    #[test]
    fn names_the_version_it_does_not_speak() {
        let said = kind(&names(&["tagwarden:policy/policy@0.2.0"])).unwrap_err();
        assert!(said.contains("policy@0.2.0"), "{said}");
    }
}
