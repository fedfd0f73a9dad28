//! Processor time.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// The median processor time of `run`, called for about as long as `budget`.
///
/// Of this thread alone, user and kernel: a busy machine does not show.
pub fn median(budget: Duration, mut run: impl FnMut()) -> Duration {
    let mut times = Vec::new();
    run();
    let start = Instant::now();
    while start.elapsed() < budget || times.len() < 5 {
        let begin = spent();
        run();
        times.push(spent() - begin);
    }
    times.sort();
    times[times.len() / 2]
}

/// Processor time this thread has had.
pub fn spent() -> Duration {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(spent.tv_sec as u64, spent.tv_nsec as u32)
}

/// Nanoseconds for each of `count`.
pub fn per(count: usize, time: Duration) -> f64 {
    time.as_nanos() as f64 / count as f64
}

/// Microseconds.
pub fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}
