//! `tagwarden explain`: a policy's decision, tag by tag.

use anstyle::{AnsiColor, Style};
use tagwarden_core::selection::{Explained, Verdict};
use tagwarden_reconcile::{Mode, Request};

use crate::{
    args::{self, Explain, Global},
    output,
    problem::{Exit, Outcome, Problem},
    vetting::Vetting,
    world::{self, World, now},
};

pub fn explain(global: &Global, args: &Explain) -> Outcome {
    let inventory = world::inventory(&args.manifests)?;
    let name = args::named(&args.policy, inventory.policies.iter().map(|policy| &policy.name));
    let name = name.map_err(|message| {
        Problem::usage(format!("no such policy: {message}"))
            .hint("`tagwarden get policies` lists them")
    })?;
    let vetting = Vetting::read(&args.manifests, &inventory)?;
    let world = World::open(global, &inventory, &vetting)?;
    let request = Request::everything(now(), Mode::Plan);
    let mut explanation =
        world.runtime.block_on(world.reconciler.explain(&inventory, name, &request))?;
    if let Some(tag) = &args.tag {
        explanation.tags.retain(|explained| explained.tag == *tag);
        if explanation.tags.is_empty() {
            return Err(Problem::failed(format!("{} has no tag {tag:?}", explanation.image))
                .hint("`tagwarden scan` lists the tags that the registry has"));
        }
    }
    if !output::structured(global.output, &explanation)? {
        print(&explanation.tags);
    }
    match explanation.selected {
        Some(_) => Ok(Exit::Done),
        None => Ok(Exit::NothingSelected),
    }
}

/// Prints a line a tag, the selected one in green.
pub fn print(tags: &[Explained]) {
    let rows: Vec<[String; 4]> = tags.iter().map(row).collect();
    output::table(["TAG", "KEY", "VERDICT", "REASON"], &rows);
}

fn row(explained: &Explained) -> [String; 4] {
    let dim = Style::new().dimmed();
    let (style, verdict, reason) = match &explained.verdict {
        Verdict::Selected => (AnsiColor::Green.on_default().bold(), "selected", ""),
        Verdict::RunnerUp => (AnsiColor::Cyan.on_default(), "runner-up", ""),
        Verdict::Outranked => (Style::new(), "outranked", ""),
        Verdict::Guarded { reason, .. } => {
            (AnsiColor::Magenta.on_default(), "guarded", reason.as_str())
        }
        Verdict::Rejected { reason } => {
            (AnsiColor::Yellow.on_default(), "rejected", reason.as_str())
        }
        Verdict::Filtered { reason } => (dim, "filtered", reason.as_deref().unwrap_or_default()),
        Verdict::Excluded { reason } => (dim, "excluded", reason.as_deref().unwrap_or_default()),
    };
    let key = explained.key.as_deref().unwrap_or_default();
    let cell = |text: &str| match text.is_empty() {
        true => String::new(),
        false => format!("{style}{text}{style:#}"),
    };
    [cell(&explained.tag), cell(key), cell(verdict), cell(reason)]
}
