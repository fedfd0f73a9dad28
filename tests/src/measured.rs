//! What a run of the program cost.

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

/// Ends a program when whoever started it is done, however that ends.
#[derive(Debug)]
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// What one run took.
#[derive(Debug)]
pub struct Cost {
    /// By the clock.
    pub took: Duration,
    /// Of the processors, in all threads.
    pub cpu: Duration,
    /// The most memory the process had, in KiB.
    pub memory: u64,
    /// Whether it ended well.
    pub success: bool,
}

/// Runs a program to its end, and watches it. Whatever else this process
/// started must not end meanwhile, for its processor time would be counted too.
pub fn run_to_end(command: &mut Command) -> Result<Cost> {
    let (started, before) = (Instant::now(), cpu_of_children()?);
    let mut child = Ended(command.stdin(Stdio::null()).spawn()?);
    let mut memory = 0;
    let status = loop {
        // Gone between two looks, it has no memory any more.
        memory = peak(child.0.id()).unwrap_or(0).max(memory);
        match child.0.try_wait()? {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(2)),
        }
    };
    let took = started.elapsed();
    let cpu = cpu_of_children()?.saturating_sub(before);
    Ok(Cost { took, cpu, memory, success: status.success() })
}

/// The most memory that a process had so far, in KiB.
pub fn peak(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.context("no VmHWM")?.parse()?)
}

/// The processor time of the children that have ended, from `/proc/self/stat`.
pub fn cpu_of_children() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').context("a stat line has a name")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    // cutime and cstime, in ticks of a hundredth of a second.
    let ticks: u64 = fields[13].parse::<u64>()? + fields[14].parse::<u64>()?;
    Ok(Duration::from_millis(ticks * 10))
}
