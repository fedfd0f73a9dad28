//! `tagwarden explain`: a policy's decision, tag by tag.

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use tagwarden_core::selection::{Explained, Verdict};
use tagwarden_reconcile::{Deciders, Explanation, Mode, Request};

use crate::{
    args::{self, Explain, Global},
    output,
    problem::{Exit, Outcome, Problem},
    vetting::{self, Admitted, Standing, Vetting},
    world::{self, World, now},
};

/// The decision and who made it, for programs.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    explanation: Explanation,
    /// Where the plugins that decided stand.
    vetting: Vec<Standing>,
}

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
    let shown = Shown { vetting: standings(&world.plugins, &explanation.plugins), explanation };
    if !output::structured(global.output, &shown)? {
        print(&shown.explanation.tags, &shown.explanation.plugins);
        output::line("");
        vetting::print(&shown.vetting);
    }
    match shown.explanation.selected {
        Some(_) => Ok(Exit::Done),
        None => Ok(Exit::NothingSelected),
    }
}

fn standings(plugins: &Admitted, deciders: &Deciders) -> Vec<Standing> {
    let filter = deciders.filter.iter().map(|name| (name, "filter"));
    let standing = |(name, kind): (&String, &str)| {
        let standing = plugins.standing(name);
        Standing { kind: standing.kind.or(Some(kind.to_owned())), ..standing }
    };
    filter.chain([(&deciders.policy, "policy")]).map(standing).collect()
}

/// Prints a line a tag, the selected one in green.
pub fn print(tags: &[Explained], deciders: &Deciders) {
    let rows: Vec<[String; 4]> = tags.iter().map(|tag| row(tag, deciders)).collect();
    output::table(["TAG", "KEY", "VERDICT", "REASON"], &rows);
}

fn row(explained: &Explained, deciders: &Deciders) -> [String; 4] {
    let dim = Style::new().dimmed();
    let filter = deciders.filter.as_deref().unwrap_or_default();
    let (style, verdict, reason) = match &explained.verdict {
        Verdict::Selected => (AnsiColor::Green.on_default().bold(), "selected", String::new()),
        Verdict::RunnerUp => (AnsiColor::Cyan.on_default(), "runner-up", String::new()),
        Verdict::Outranked => (Style::new(), "outranked", String::new()),
        Verdict::Guarded { guard, reason } => {
            (AnsiColor::Magenta.on_default(), "guarded", said(&guard.to_string(), Some(reason)))
        }
        Verdict::Rejected { reason } => {
            (AnsiColor::Yellow.on_default(), "rejected", said(&deciders.policy, Some(reason)))
        }
        Verdict::Filtered { reason } => (dim, "filtered", said(filter, reason.as_ref())),
        Verdict::Excluded { reason } => (dim, "excluded", reason.clone().unwrap_or_default()),
    };
    let key = explained.key.as_deref().unwrap_or_default();
    let cell = |text: &str| match text.is_empty() {
        true => String::new(),
        false => format!("{style}{text}{style:#}"),
    };
    [cell(&explained.tag), cell(key), cell(verdict), cell(&reason)]
}

/// Who had it so, and why.
fn said(who: &str, reason: Option<&String>) -> String {
    match reason {
        Some(reason) if !who.is_empty() => format!("{who}: {reason}"),
        Some(reason) => reason.clone(),
        None => who.to_owned(),
    }
}
