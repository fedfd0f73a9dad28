//! Progress on a terminal; silence in a pipe.

use std::{io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use tagwarden_reconcile::{Event, Reporter};

/// A bar while several repositories are scanned.
pub struct TerminalReporter {
    bar: ProgressBar,
}

impl TerminalReporter {
    /// Draws only where standard error is a terminal.
    pub fn new() -> Self {
        let bar = ProgressBar::hidden();
        let template = "{spinner} scanning {pos}/{len} {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar }
    }
}

impl Reporter for TerminalReporter {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Scanning { repositories }
                if *repositories > 1 && std::io::stderr().is_terminal() =>
            {
                self.bar.set_length(*repositories as u64);
                self.bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
                self.bar.enable_steady_tick(Duration::from_millis(100));
            }
            Event::Scanned { name, .. } => {
                self.bar.set_message(name.to_string());
                self.bar.inc(1);
            }
            Event::ScansDone => self.bar.finish_and_clear(),
            Event::Recomputing { name, attempt } => {
                tracing::info!(resource.name = %name, attempt, "somebody pushed first; computing the edits again");
            }
            Event::Scanning { .. } | Event::Updating { .. } => {}
        }
    }
}
