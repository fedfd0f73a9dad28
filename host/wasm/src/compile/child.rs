//! Compiling in a process of its own.
//!
//! A compiler fed with code from strangers may take any time and any memory,
//! and it cannot be interrupted. So it runs in a child that has little of both,
//! no environment, and nothing to do but turn its input into its output.

use std::{
    ffi::OsString,
    io::{self, Read, Write},
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};
use tagwarden_reconcile::ports::Failure;

use crate::{
    Limits,
    engine::{self, Purpose},
    failure::WORDS,
    text::one_line,
};

/// The most compiled code that is taken from a child.
const CODE_BYTES: u64 = 512 << 20;

/// The most of a child's complaints that is read.
const COMPLAINT_BYTES: u64 = 4_096;

/// How often the child is looked after.
const LOOK: Duration = Duration::from_millis(2);

/// The program that compiles: this one, asked to call [`compile_component`].
#[derive(Clone, Debug)]
pub struct CompilerProgram {
    /// Its path.
    pub path: PathBuf,
    /// What precedes the arguments that say how to compile.
    pub arguments: Vec<OsString>,
}

/// What a child may use, and what it compiles for: its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompilerLimits {
    /// Bytes of address space.
    pub memory_bytes: u64,
    /// Seconds of processor time.
    pub seconds: u64,
    /// Bytes of a component's file.
    pub component_bytes: u64,
    /// What the code is for.
    purpose: Purpose,
}

impl CompilerLimits {
    pub(crate) fn new(limits: &Limits, purpose: Purpose) -> Self {
        Self {
            memory_bytes: limits.compile_memory_bytes,
            seconds: limits.compile_deadline.as_secs().max(1),
            component_bytes: limits.component_bytes as u64,
            purpose,
        }
    }

    fn arguments(&self) -> Vec<String> {
        let mut arguments = vec![
            self.memory_bytes.to_string(),
            self.seconds.to_string(),
            self.component_bytes.to_string(),
            u8::from(self.purpose.metered).to_string(),
        ];
        arguments.extend(self.purpose.reservation.map(|bytes| bytes.to_string()));
        arguments
    }

    /// Reads the arguments that a parent gave.
    #[must_use]
    pub fn parse(arguments: &[String]) -> Option<Self> {
        let numbers: Option<Vec<u64>> = arguments.iter().map(|text| text.parse().ok()).collect();
        let numbers = numbers?;
        let (&[memory_bytes, seconds, component_bytes, metered], reservation) =
            numbers.split_first_chunk()?;
        let purpose = Purpose { metered: metered != 0, reservation: reservation.first().copied() };
        Some(Self { memory_bytes, seconds, component_bytes, purpose })
    }

    /// Takes the limits upon this process, for good.
    fn apply(&self) -> io::Result<()> {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        let at_most = |limit| Rlimit { current: Some(limit), maximum: Some(limit) };
        setrlimit(Resource::Core, at_most(0))?;
        setrlimit(Resource::Fsize, at_most(0))?;
        setrlimit(Resource::Cpu, at_most(self.seconds))?;
        setrlimit(Resource::As, at_most(self.memory_bytes))?;
        Ok(())
    }
}

/// What the child does: limits itself, compiles the component on its standard
/// input, and writes the code to its standard output.
pub fn compile_component(limits: &CompilerLimits) -> Result<(), String> {
    limits.apply().map_err(|error| format!("the compiler cannot limit itself: {error}"))?;
    let mut component = Vec::new();
    let read = io::stdin().take(limits.component_bytes + 1).read_to_end(&mut component);
    read.map_err(|error| format!("no component came: {error}"))?;
    if component.len() as u64 > limits.component_bytes {
        return Err("it is too large".into());
    }
    let engine = engine::for_compiling(limits.purpose)?;
    let code = engine.precompile_component(&component).map_err(|error| format!("{error:#}"))?;
    io::stdout().write_all(&code).map_err(|error| format!("nobody takes the code: {error}"))
}

/// Code that a child of ours compiled just now.
#[derive(Debug)]
pub(super) struct Compiled(Vec<u8>);

impl Compiled {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Has a child compile the component.
pub(super) fn compile(
    program: &CompilerProgram,
    component: &[u8],
    limits: &Limits,
    purpose: Purpose,
) -> Result<Compiled, Failure> {
    let asked = CompilerLimits::new(limits, purpose);
    let mut child = start(program, &asked)
        .map_err(|error| Failure::Load(format!("no process to compile it in: {error}")))?;
    let finished = run(&mut child, component, limits.compile_deadline);
    match finished {
        Ok(Some((status, code, _))) if status.success() => Ok(Compiled(code)),
        Ok(Some((status, _, complaint))) => Err(Failure::Load(reason(status, &complaint, &asked))),
        Ok(None) => {
            let deadline = limits.compile_deadline;
            Err(Failure::Load(format!("it did not compile within {deadline:?}")))
        }
        Err(error) => Err(Failure::Load(format!("its compiler was lost: {error}"))),
    }
}

fn start(program: &CompilerProgram, limits: &CompilerLimits) -> io::Result<Child> {
    Command::new(&program.path)
        .args(&program.arguments)
        .args(limits.arguments())
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

type Finished = (ExitStatus, Vec<u8>, Vec<u8>);

/// Feeds the child and drains it until it is done; kills it when it takes too long.
fn run(child: &mut Child, component: &[u8], deadline: Duration) -> io::Result<Option<Finished>> {
    let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(move || {
            // A child that does not read to the end has said why.
            let _broken_pipe = input.map(|mut input| input.write_all(component));
        });
        let code = scope.spawn(move || drain(output, CODE_BYTES));
        let complaint = scope.spawn(move || drain(errors, COMPLAINT_BYTES));
        let status = wait(child, deadline);
        let lost = |_| io::Error::other("a reader of its output panicked");
        let (code, complaint) = (code.join().map_err(lost)?, complaint.join().map_err(lost)?);
        Ok(status?.map(|status| (status, code, complaint)))
    })
}

/// Reads up to `max` bytes; the rest is left, and its writer with a broken pipe.
fn drain(from: Option<impl Read>, max: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _what_came_counts = from.map(|from| from.take(max).read_to_end(&mut bytes));
    bytes
}

fn wait(child: &mut Child, deadline: Duration) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

/// Why the child gave no code.
fn reason(status: ExitStatus, complaint: &[u8], limits: &CompilerLimits) -> String {
    let complaint = one_line(&String::from_utf8_lossy(complaint), WORDS);
    let out_of_memory =
        complaint.contains("memory allocation") || complaint.contains("os error 12");
    match status.signal() {
        Some(signal) if is_cpu(signal) => {
            format!("compiling it took more than {} s of processor time", limits.seconds)
        }
        Some(_) if out_of_memory => {
            format!("compiling it took more than {} MiB of memory", limits.memory_bytes >> 20)
        }
        Some(signal) => format!("the compiler crashed on it (signal {signal})"),
        None if out_of_memory => {
            format!("compiling it took more than {} MiB of memory", limits.memory_bytes >> 20)
        }
        None if status.code() == Some(PANICKED) => "the compiler crashed on it".into(),
        None => complaint,
    }
}

/// The exit code of a Rust program that panicked.
const PANICKED: i32 = 101;

/// The kernel warns of used-up processor time, and kills at the hard limit.
fn is_cpu(signal: i32) -> bool {
    signal == Signal::XCPU.as_raw() || signal == Signal::KILL.as_raw()
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Purpose = Purpose { metered: false, reservation: None };

    #[test]
    fn arguments_say_what_was_meant() {
        for (metered, reservation) in [(false, None), (true, Some(64))] {
            let purpose = Purpose { metered, reservation };
            let limits = CompilerLimits::new(&Limits::default(), purpose);
            assert_eq!(CompilerLimits::parse(&limits.arguments()), Some(limits));
        }
        assert_eq!(CompilerLimits::parse(&["x".into()]), None);
    }

    #[test]
    fn a_program_that_does_not_answer_is_killed() {
        let sleeper = CompilerProgram {
            path: "/bin/sh".into(),
            arguments: vec!["-c".into(), "read x; while :; do :; done".into()],
        };
        let deadline = Duration::from_millis(200);
        let limits = Limits { compile_deadline: deadline, ..Limits::default() };
        let start = Instant::now();
        let Err(Failure::Load(said)) = compile(&sleeper, b"\n", &limits, USUAL) else {
            panic!("compiled")
        };
        assert!(said.contains("did not compile within 200ms"), "{said}");
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_program_that_is_not_there_is_told() {
        let missing = CompilerProgram { path: "/nowhere/compiler".into(), arguments: vec![] };
        let failed = compile(&missing, b"", &Limits::default(), USUAL);
        let Err(Failure::Load(said)) = failed else { panic!("compiled") };
        assert!(said.contains("no process to compile it in"), "{said}");
    }

    #[test]
    fn says_what_the_child_ran_out_of() {
        let limits = CompilerLimits::new(&Limits::default(), USUAL);
        let died = |signal: Signal, said: &str| {
            reason(ExitStatus::from_raw(signal.as_raw()), said.as_bytes(), &limits)
        };
        assert!(died(Signal::XCPU, "").contains("120 s of processor time"));
        assert!(
            died(Signal::ABORT, "memory allocation of 9 bytes failed").contains("MiB of memory")
        );
        assert!(died(Signal::SEGV, "").contains("crashed on it (signal 11)"));
    }
}
