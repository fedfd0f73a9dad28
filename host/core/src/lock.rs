//! What was found and checked once, written down so that it stays that.

use crate::spec::{Grants, PluginKind, PluginLimits, Signers};

/// The plugins of a lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The folder, from the lock file's own, that holds copies of everything.
    pub vendor: Option<String>,
    /// The plugins, in the order of their names.
    pub plugins: Vec<Locked>,
}

/// One plugin of a lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// The name that policies call it by.
    pub name: String,
    /// What it decides.
    pub kind: PluginKind,
    /// Where it came from: `oci://…`, or a path from the lock file's folder.
    pub source: String,
    /// The digest of its component.
    pub digest: String,
    /// The size of its component in bytes.
    pub size: u64,
    /// The digest of the manifest that names the component, in a registry.
    pub manifest: Option<String>,
    /// What it may use besides its input.
    pub grants: Grants,
    /// What one evaluation may use; the engine's own limits otherwise.
    pub limits: PluginLimits,
    /// The fingerprints of the keys that signed it.
    pub signed_by: Vec<String>,
    /// Whose signatures it must bear, where no manifest says so.
    pub signers: Option<Signers>,
}

impl Lock {
    /// The plugin of that name.
    #[must_use]
    pub fn plugin(&self, name: &str) -> Option<&Locked> {
        self.plugins.iter().find(|plugin| plugin.name == name)
    }

    /// Puts a plugin, in place of one of the same name.
    pub fn put(&mut self, plugin: Locked) {
        self.plugins.retain(|other| other.name != plugin.name);
        self.plugins.push(plugin);
        self.plugins.sort_by(|a, b| a.name.cmp(&b.name));
    }
}
