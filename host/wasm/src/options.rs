//! How the engine is set up.

use std::{path::PathBuf, time::Duration};

use tagwarden_core::spec::PluginLimits;

use crate::CompilerProgram;

/// How to build the engine.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Where compiled code is kept between runs: a folder of its own, private
    /// to this user. Without one, each process compiles what it uses.
    pub cache: Option<PathBuf>,
    /// What compiles components that are not part of this program. Without one,
    /// they are compiled in this process, and what the compiler takes is not capped.
    pub compiler: Option<CompilerProgram>,
    /// What an evaluation may use.
    pub limits: Limits,
    /// How many evaluations run at once. They are pure computation, so more
    /// than there are processors gains nothing.
    pub parallelism: usize,
    /// Whether to count the instructions that guests execute, for those who
    /// measure: it makes them about a quarter slower.
    pub metered: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            cache: None,
            compiler: None,
            limits: Limits::default(),
            parallelism: std::thread::available_parallelism().map_or(1, usize::from),
            metered: false,
        }
    }
}

impl EngineOptions {
    /// How many sandboxes there are room for.
    pub(crate) fn slots(&self) -> usize {
        self.parallelism.clamp(1, 64)
    }
}

/// What one evaluation of one plugin may use. Every evaluation has a sandbox
/// of its own, so nothing adds up from one to the next.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Time to answer.
    pub deadline: Duration,
    /// Time to compile a component that is not in the cache.
    pub compile_deadline: Duration,
    /// Address space of the process that compiles it, where it is another one.
    pub compile_memory_bytes: u64,
    /// Size of a component's file.
    pub component_bytes: usize,
    /// All linear memories together.
    pub memory_bytes: usize,
    /// All tables together.
    pub table_elements: usize,
    /// Core instances within a component.
    pub instances: usize,
    /// Handles to resources alive at once.
    pub handles: usize,
    /// Bytes of an answer beyond those the question calls for.
    pub answer_bytes: usize,
    /// Images that one call may ask about, when it may ask at all.
    pub lookups: usize,
    /// Time to look images up, beside the time to answer.
    pub lookup_deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(5),
            compile_deadline: Duration::from_secs(120),
            compile_memory_bytes: 2 << 30,
            component_bytes: 64 << 20,
            memory_bytes: 64 << 20,
            table_elements: 100_000,
            instances: 256,
            handles: 256,
            answer_bytes: 1 << 20,
            lookups: 64,
            lookup_deadline: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// The smaller of each of these and of a plugin's own. Memory is counted in
    /// whole mebibytes.
    pub(crate) fn within(&self, own: &PluginLimits) -> Self {
        let memory = own.memory.map(|bytes| bytes.div_ceil(1 << 20) << 20);
        let memory = memory.and_then(|bytes| usize::try_from(bytes).ok());
        Self {
            deadline: own.deadline.map_or(self.deadline, |own| own.min(self.deadline)),
            memory_bytes: memory.map_or(self.memory_bytes, |own| own.min(self.memory_bytes)),
            ..self.clone()
        }
    }

    /// The memory cap in whole mebibytes.
    pub(crate) fn memory_mib(&self) -> u64 {
        (self.memory_bytes >> 20) as u64
    }
}
