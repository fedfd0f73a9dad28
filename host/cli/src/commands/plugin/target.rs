//! The plugin that an author works on.

use std::path::{Path, PathBuf};

use tagwarden_author::{Kind, Project, cases::Cases};
use tagwarden_core::spec::Grant;
use tagwarden_reconcile::Failed;
use tagwarden_wasm::{EngineOptions, Plugins};

use crate::{
    args::{Global, PluginFile, PluginGrant},
    problem::Problem,
    world,
};

/// A component, named by its project or given as a file.
pub struct Target {
    /// What to call it.
    pub name: String,
    /// The component.
    pub component: PathBuf,
    /// Where its cases are, unless told otherwise.
    cases: PathBuf,
    /// What it says that it needs.
    grants: Vec<Grant>,
}

impl Target {
    /// A project's folder, or a component's file.
    pub fn of(path: &Path) -> Result<Self, Problem> {
        if path.is_dir() {
            let project = Project::open(path)?;
            let (component, cases) = (project.component(), project.cases());
            let grants = project.grants;
            if !component.is_file() {
                let message = format!("{} is not there", component.display());
                return Err(Problem::failed(message).hint("run `tagwarden plugin build` first"));
            }
            return Ok(Self { name: project.name, component, cases, grants });
        }
        let file: PluginFile =
            path.display().to_string().parse().map_err(|reason: String| Problem::usage(reason))?;
        let cases = path.with_file_name("cases.yaml");
        Ok(Self { name: file.name, component: file.path, cases, grants: Vec::new() })
    }

    /// Loads it as a run would.
    pub fn load(&self, global: &Global) -> Result<Plugins, Problem> {
        self.load_into(global, world::engine_options(global))
    }

    /// Loads it into an engine of one's own, with the grants that its project asks
    /// for: whoever tests a plugin of their own means to.
    pub fn load_into(&self, global: &Global, options: EngineOptions) -> Result<Plugins, Problem> {
        let file = PluginFile { name: self.name.clone(), path: self.component.clone() };
        let granted = |grant: &Grant| PluginGrant { name: self.name.clone(), grant: *grant };
        let grants: Vec<_> =
            self.grants.iter().map(granted).chain(global.grants.iter().cloned()).collect();
        world::with_files(world::embedded(options), &[file], &grants)
    }

    /// What it decides. One that does not load at all is refused here.
    pub fn kind(&self, plugins: &Plugins) -> Result<Kind, Problem> {
        let info = plugins.sandbox().inspect(&self.name).map_err(Failed::from)?;
        if let Err(failure) = &info.description {
            return Err(Problem::failed(format!("{}: {failure}", self.component.display())));
        }
        Ok(match info.kind {
            Some(tagwarden_wasm::Kind::Filter) => Kind::Filter,
            Some(tagwarden_wasm::Kind::Message) => Kind::Message,
            // One that describes itself has a kind.
            Some(tagwarden_wasm::Kind::Policy) | None => Kind::Policy,
        })
    }

    /// Its cases, from `file` or from where they are by default.
    pub fn cases(&self, kind: Kind, file: Option<&Path>) -> Result<Cases, Problem> {
        Ok(Cases::read(file.unwrap_or(&self.cases), kind)?)
    }
}
