//! From the engine's errors to what the loop can act on.

use tagwarden_reconcile::ports::Failure;
use wasmtime::{Error, PoolConcurrencyLimitError, Trap};

use crate::{
    Limits,
    engine::STACK_BYTES,
    guest::{Ended, Guest},
    limiter::Denied,
    log::Flood,
    text::one_line,
};

/// How much of an engine's or plugin's own words a message holds.
pub(crate) const WORDS: usize = 500;

/// What ended a call that gave no answer.
pub(crate) fn classify(error: &Error, guest: &Guest, limits: &Limits) -> Failure {
    if let Some(Ended(failure)) = error.downcast_ref::<Ended>() {
        return match failure {
            Failure::Trap(trap) => Failure::Trap(with_last_words(trap, guest)),
            failure => failure.clone(),
        };
    }
    if let Some(flood) = error.downcast_ref::<Flood>() {
        return Failure::Limit(flood.to_string());
    }
    let trap = error.downcast_ref::<Trap>();
    if trap == Some(&Trap::Interrupt) {
        return Failure::Timeout(limits.deadline);
    }
    // A guest that was denied memory panics next: its trap is a consequence.
    match guest.limiter.denied() {
        Some(Denied::Memory) => return out_of_memory(limits),
        Some(Denied::Table) => {
            return Failure::Limit(format!("tables of {} elements", limits.table_elements));
        }
        None => {}
    }
    match trap {
        Some(Trap::StackOverflow) => {
            Failure::Limit(format!("a call stack of {} KiB", STACK_BYTES >> 10))
        }
        Some(trap) => Failure::Trap(with_last_words(&trap.to_string(), guest)),
        None => without_trap(error, limits),
    }
}

/// What ended a call when the guest's own code was not at fault or not yet
/// running: the boundary refused what it handed over.
fn without_trap(error: &Error, limits: &Limits) -> Failure {
    if error.is::<PoolConcurrencyLimitError>() {
        return Failure::Limit("the number of sandboxes at once; try again".into());
    }
    let cause = error.root_cause().to_string();
    // The engine keeps these types to itself; tests pin the wording.
    if cause.contains("fuel allocated for hostcalls") {
        return Failure::Limit(format!("{} KiB of answer", limits.answer_bytes >> 10));
    }
    if cause.contains("handle limit") {
        return Failure::Limit(format!("{} resource handles", limits.handles));
    }
    Failure::BadAnswer(one_line(&cause, WORDS))
}

fn out_of_memory(limits: &Limits) -> Failure {
    Failure::OutOfMemory { limit_mib: limits.memory_mib() }
}

/// A plugin's last log line is usually its panic message.
fn with_last_words(trap: &str, guest: &Guest) -> String {
    let trap = trap.trim_start_matches("wasm trap: ");
    match guest.log.lines().last() {
        None => trap.to_owned(),
        Some(line) => format!("{trap}; its last words: {}", one_line(line, WORDS)),
    }
}
