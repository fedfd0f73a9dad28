//! Which plugins may run, by what manifests and lock file say together.
//!
//! A plugin is vetted when its bytes are pinned by a digest, and manifest and
//! lock file, where both speak of it, say the same. Everything else is refused
//! with the reason: a name that is declared and refused never falls back to
//! something else of that name.

use std::{collections::BTreeMap, path::Path};

use crate::{
    lock::{Lock, Locked},
    object::ObjectName,
    spec::{
        Artifact, Grants, Inventory, PluginKind, PluginLimits, PluginSource, PolicyPlugin, Signers,
    },
};

/// The most bytes of a component, where nobody says otherwise.
pub const MAX_COMPONENT: u64 = 64 << 20;

/// A plugin that may run, if its bytes turn out to be those that were vetted.
#[derive(Clone, Debug)]
pub struct Vetted {
    /// The name that policies call it by.
    pub name: String,
    /// The object that declares it, if one does.
    pub object: Option<ObjectName>,
    /// What it decides.
    pub kind: PluginKind,
    /// Where its component comes from.
    pub source: PluginSource,
    /// The digest of its component.
    pub digest: String,
    /// The size of its component, where it is known.
    pub size: Option<u64>,
    /// The digest of its manifest in a registry, where it is known.
    pub manifest: Option<String>,
    /// What it may use besides its input.
    pub grants: Grants,
    /// What one evaluation may use.
    pub limits: PluginLimits,
    /// Whose signatures it must bear.
    pub signers: Option<Signers>,
    /// Who signed it when it was locked.
    pub signed_by: Vec<String>,
}

impl Vetted {
    /// The most bytes of its component.
    #[must_use]
    pub fn max_size(&self) -> u64 {
        max_size(&self.limits)
    }
}

/// The most bytes of a component that has these limits.
#[must_use]
pub fn max_size(limits: &PluginLimits) -> u64 {
    limits.size.unwrap_or(MAX_COMPONENT).min(MAX_COMPONENT)
}

/// Each plugin that is declared or locked: vetted, or refused for a reason.
pub type Verdicts = BTreeMap<String, Result<Vetted, String>>;

/// Compares what is declared with what is locked; `folder` is the lock file's.
#[must_use]
pub fn vet(inventory: &Inventory, lock: &Lock, folder: &Path) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for locked in &lock.plugins {
        verdicts.insert(locked.name.clone(), from_lock(locked, folder));
    }
    for plugin in &inventory.plugins {
        let name = &plugin.name.name;
        let namesake = |p: &&PolicyPlugin| p.name.name == *name && p.name != plugin.name;
        let verdict = match inventory.plugins.iter().find(namesake) {
            Some(other) => Err(format!(
                "PolicyPlugin {} and {} have the same name, and policies of all namespaces share names",
                plugin.name, other.name
            )),
            None => declared(plugin, lock.plugin(name), inventory, folder),
        };
        verdicts.insert(name.clone(), verdict);
    }
    verdicts
}

fn from_lock(locked: &Locked, folder: &Path) -> Result<Vetted, String> {
    Ok(Vetted {
        name: locked.name.clone(),
        object: None,
        kind: locked.kind,
        source: source(&locked.source, folder)?,
        digest: locked.digest.clone(),
        size: Some(locked.size),
        manifest: locked.manifest.clone(),
        grants: locked.grants.clone(),
        limits: locked.limits,
        signers: locked.signers.clone(),
        signed_by: locked.signed_by.clone(),
    })
}

/// Reads a lock file's source: a path is from the lock file's folder.
pub fn source(text: &str, folder: &Path) -> Result<PluginSource, String> {
    match Artifact::is_meant_by(text) {
        true => Artifact::parse(text).map(PluginSource::Oci),
        false => Ok(PluginSource::File(folder.join(text))),
    }
}

fn declared(
    plugin: &PolicyPlugin,
    locked: Option<&Locked>,
    inventory: &Inventory,
    folder: &Path,
) -> Result<Vetted, String> {
    if let Some(locked) = locked {
        agree(plugin, locked, folder)?;
    }
    let pinned = plugin.digest.as_ref().or(locked.map(|locked| &locked.digest));
    let digest = pinned.ok_or_else(|| {
        format!(
            "PolicyPlugin {} gives no digest, and the lock file has none: run `tagwarden plugin update {}`",
            plugin.name, plugin.name.name
        )
    })?;
    let signers = plugin.verification.as_ref().map(|v| v.signers(&plugin.name, inventory));
    Ok(Vetted {
        name: plugin.name.name.clone(),
        object: Some(plugin.name.clone()),
        kind: plugin.kind,
        source: plugin.source.clone(),
        digest: digest.clone(),
        size: locked.map(|locked| locked.size),
        manifest: locked.and_then(|locked| locked.manifest.clone()),
        grants: plugin.grants.clone(),
        limits: plugin.limits,
        signers: signers.transpose().map_err(|error| error.to_string())?,
        signed_by: locked.map(|locked| locked.signed_by.clone()).unwrap_or_default(),
    })
}

/// Checks that the lock file is about what is declared now.
fn agree(plugin: &PolicyPlugin, locked: &Locked, folder: &Path) -> Result<(), String> {
    let differs = |what: &str, declared: String, locked: String| {
        Err(format!(
            "PolicyPlugin {} says {what} {declared}, and the lock file {locked}: run `tagwarden plugin update {}`",
            plugin.name, plugin.name.name
        ))
    };
    if plugin.digest.as_ref().is_some_and(|digest| *digest != locked.digest) {
        let declared = plugin.digest.clone().unwrap_or_default();
        return differs("digest", declared, locked.digest.clone());
    }
    if plugin.kind != locked.kind {
        return differs("kind", plugin.kind.to_string(), locked.kind.to_string());
    }
    if plugin.grants != locked.grants {
        return differs("grants", words(&plugin.grants), words(&locked.grants));
    }
    if plugin.limits != locked.limits {
        return differs("limits", plugin.limits.to_string(), locked.limits.to_string());
    }
    match source(&locked.source, folder)? {
        source if same(&source, &plugin.source) => Ok(()),
        source => differs("source", plugin.source.to_string(), source.to_string()),
    }
}

/// Whether both are one place; `a/./b` is `a/b`.
fn same(a: &PluginSource, b: &PluginSource) -> bool {
    match (a, b) {
        (PluginSource::File(a), PluginSource::File(b)) => {
            a.components().eq(b.components()) || normal(a) == normal(b)
        }
        (a, b) => a == b,
    }
}

fn normal(path: &Path) -> Vec<std::path::Component<'_>> {
    path.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
}

/// Grants in words.
#[must_use]
pub fn words(grants: &Grants) -> String {
    match grants.is_empty() {
        true => "none".to_owned(),
        false => grants.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::spec::{Grant, KeySource, Verification};

    fn digest(digit: &str) -> String {
        format!("sha256:{}", digit.repeat(64))
    }

    fn plugin(namespace: &str) -> PolicyPlugin {
        PolicyPlugin {
            name: ObjectName::new(namespace, "calver"),
            kind: PluginKind::Policy,
            source: PluginSource::File(PathBuf::from("gitops/./calver.wasm")),
            digest: None,
            grants: Grants::new(),
            limits: PluginLimits::default(),
            verification: None,
            secret: None,
            cert_secret: None,
            insecure: false,
        }
    }

    fn locked() -> Locked {
        Locked {
            name: "calver".into(),
            kind: PluginKind::Policy,
            source: "calver.wasm".into(),
            digest: digest("a"),
            size: 9,
            manifest: None,
            grants: Grants::new(),
            limits: PluginLimits::default(),
            signed_by: vec![],
            signers: None,
        }
    }

    fn verdict(plugins: Vec<PolicyPlugin>, locked: Vec<Locked>) -> Result<Vetted, String> {
        let inventory = Inventory { plugins, ..Inventory::default() };
        let lock = Lock { vendor: None, plugins: locked };
        vet(&inventory, &lock, Path::new("gitops")).remove("calver").unwrap()
    }

    #[test]
    fn either_manifest_or_lock_file_pins_a_digest() {
        let pinned = PolicyPlugin { digest: Some(digest("b")), ..plugin("ns") };
        assert_eq!(verdict(vec![pinned], vec![]).unwrap().digest, digest("b"));
        assert_eq!(verdict(vec![plugin("ns")], vec![locked()]).unwrap().digest, digest("a"));
        let alone = verdict(vec![], vec![locked()]).unwrap();
        assert_eq!(alone.source, PluginSource::File("gitops/calver.wasm".into()));
        let said = verdict(vec![plugin("ns")], vec![]).unwrap_err();
        assert!(said.contains("gives no digest"), "{said}");
    }

    #[test]
    fn a_lock_file_about_something_else_is_no_lock() {
        let odd: [fn(&mut PolicyPlugin); 5] = [
            |p| p.digest = Some(digest("b")),
            |p| p.kind = PluginKind::Filter,
            |p| p.grants = Grants::from([Grant::Wasi]),
            |p| p.limits.memory = Some(1 << 20),
            |p| p.source = PluginSource::Oci(Artifact::parse("oci://r.example/calver:1").unwrap()),
        ];
        for change in odd {
            let mut plugin = plugin("ns");
            change(&mut plugin);
            let said = verdict(vec![plugin], vec![locked()]).unwrap_err();
            assert!(said.contains("run `tagwarden plugin update calver`"), "{said}");
        }
    }

    #[test]
    fn a_plugin_of_the_lock_file_alone_has_the_limits_it_was_locked_with() {
        let limits = PluginLimits { memory: Some(1 << 20), ..PluginLimits::default() };
        let alone = verdict(vec![], vec![Locked { limits, ..locked() }]).unwrap();
        assert_eq!(alone.limits, limits);
    }

    #[test]
    fn two_of_one_name_are_none() {
        let pinned = |ns| PolicyPlugin { digest: Some(digest("b")), ..plugin(ns) };
        let said = verdict(vec![pinned("a"), pinned("b")], vec![]).unwrap_err();
        let both = said.contains("a/calver") && said.contains("b/calver");
        assert!(both && said.contains("have the same name"), "{said}");
    }

    #[test]
    fn keys_that_are_not_there_refuse_it() {
        let any_of = vec![KeySource::Secret("keys".into())];
        let verification = Some(Verification { any_of, all_of: vec![] });
        let plugin = PolicyPlugin { digest: Some(digest("b")), verification, ..plugin("ns") };
        assert!(verdict(vec![plugin], vec![]).unwrap_err().contains("Secret ns/keys"));
    }

    #[test]
    fn no_cap_is_above_the_engines() {
        let mut vetted = verdict(vec![], vec![locked()]).unwrap();
        assert_eq!(vetted.max_size(), MAX_COMPONENT);
        vetted.limits.size = Some(u64::MAX);
        assert_eq!(vetted.max_size(), MAX_COMPONENT);
        vetted.limits.size = Some(9);
        assert_eq!(vetted.max_size(), 9);
    }
}
