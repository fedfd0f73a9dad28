//! The wasmtime engine and how it is tuned.

use wasmtime::{
    Config, Enabled, Engine, Error, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
};

use crate::{EngineError, EngineOptions, Limits, ticker};

/// The most stack a guest's calls may take.
pub(crate) const STACK_BYTES: usize = 512 << 10;

/// Linear memories within a component: JavaScript guests have three.
pub(crate) const MEMORIES: u32 = 8;

/// Tables within a component.
pub(crate) const TABLES: u32 = 32;

/// What a sandbox's memory keeps of the machine's once it is empty again.
const RESIDENT_BYTES: usize = 512 << 10;

/// What its tables keep: they are a page or two, and to give those back stops every
/// thread of the process for a moment.
const RESIDENT_TABLE_BYTES: usize = 64 << 10;

/// What code is compiled for: besides the version, all that it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Purpose {
    /// Whether it counts instructions.
    pub(crate) metered: bool,
    /// The address space of a guest's memory; the usual when `None`.
    pub(crate) reservation: Option<u64>,
}

/// Builds the engine and starts its clock; also says what code it runs.
pub(crate) fn build(options: &EngineOptions) -> Result<(Engine, Purpose), EngineError> {
    let usual = Purpose { metered: options.metered, reservation: None };
    let mut pooled = config(usual);
    pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(options)));
    // The pool reserves address space, gigabytes of it, which a process under
    // `ulimit -v` may not have. Memory on demand is slower but no less safe.
    let on_demand = |error| {
        tracing::warn!(%error, "no address space for a pool of sandboxes; evaluating slower");
        let reservation = Some(options.limits.memory_bytes as u64);
        let small = Purpose { reservation, ..usual };
        Ok((Engine::new(&config(small))?, small))
    };
    let built = Engine::new(&pooled).map(|engine| (engine, usual)).or_else(on_demand);
    let built = built.map_err(|error: Error| EngineError::Engine(format!("{error:#}")))?;
    ticker::start(&built.0).map_err(|error| EngineError::Engine(error.to_string()))?;
    Ok(built)
}

/// An engine whose code the one of [`build`] runs, but which runs none itself.
/// How memory is allocated is not in the code; how much is reserved is.
pub(crate) fn for_compiling(purpose: Purpose) -> Result<Engine, String> {
    Engine::new(&config(purpose)).map_err(|error| format!("{error:#}"))
}

fn config(purpose: Purpose) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .consume_fuel(purpose.metered)
        .max_wasm_stack(STACK_BYTES)
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_nan_canonicalization(true);
    no_extensions(&mut config);
    no_debugging(&mut config);
    if let Some(bytes) = purpose.reservation {
        config.memory_reservation(bytes);
    }
    config
}

/// Turns off what plugins do not need: every proposal is code that has had
/// security holes. Multi-memory stays on: without it, a component whose
/// adapters need two memories makes the compiler panic.
fn no_extensions(config: &mut Config) {
    config
        .concurrency_support(false)
        .wasm_threads(false)
        .wasm_gc(false)
        .wasm_exceptions(false)
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .wasm_function_references(false)
        .wasm_stack_switching(false);
}

/// Leaves out what only a debugger wants, which makes compiled code smaller
/// and faster to load, and keeps a guest's symbol names out of messages.
fn no_debugging(config: &mut Config) {
    config.native_unwind_info(false).generate_address_map(false).wasm_backtrace_max_frames(None);
}

fn pool(options: &EngineOptions) -> PoolingAllocationConfig {
    let Limits { memory_bytes, instances, table_elements, .. } = options.limits;
    let slots = u32::try_from(options.slots()).unwrap_or(1);
    let instances = u32::try_from(instances).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(instances))
        .max_core_instances_per_component(instances)
        .total_memories(slots * MEMORIES)
        .max_memories_per_component(MEMORIES)
        .max_memories_per_module(MEMORIES)
        .max_memory_size(memory_bytes)
        .total_tables(slots * TABLES)
        .max_tables_per_component(TABLES)
        .max_tables_per_module(TABLES)
        .table_elements(table_elements)
        .total_stacks(1)
        .total_gc_heaps(1)
        .table_keep_resident(RESIDENT_TABLE_BYTES)
        .decommit_batch_size(16);
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        // The kernel tells which pages a guest wrote to; to write those few anew is
        // quicker than to give them back and fault them in again.
        pool.pagemap_scan(Enabled::Yes).linear_memory_keep_resident(RESIDENT_BYTES);
    }
    pool
}
