//! `tagwarden select`: one decision, without manifests.

use std::{io::Read, sync::Arc};

use serde::Serialize;
use tagwarden_core::{
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_reconcile::{
    Failed,
    ports::{Choice, Context, Filtered, Plugins},
};

use crate::{
    args::{Global, Output, Select},
    commands::scan,
    output,
    problem::{Exit, Outcome, Problem},
    world::{self, now},
};

/// The most bytes read from standard input: about ten million tags.
const MAX_INPUT: u64 = 1 << 30;

/// A selection, for programs.
#[derive(Serialize)]
struct Selected<'a> {
    tag: &'a str,
    key: &'a str,
    /// The place of the tag in the input, from 0.
    index: usize,
}

pub fn select(global: &Global, args: &Select) -> Outcome {
    let call = decider(global, args)?;
    let plugins = world::plugins(global)?;
    let runtime = world::runtime()?;
    let input = match &args.image {
        None => Input::read()?,
        Some(image) => Input::of(runtime.block_on(scan::tags(image, &args.access))?.iter()),
    };
    runtime.block_on(decide(global, args, &call, &plugins, &input))
}

/// The policy plugin the arguments name.
fn decider(global: &Global, args: &Select) -> Result<PluginCall, Problem> {
    let json = |key: &str, value: &str| serde_json::json!({ key: value }).to_string();
    if let Some(range) = &args.semver {
        return Ok(PluginCall::new("semver", json("range", range)));
    }
    if let Some(order) = &args.alphabetical {
        return Ok(PluginCall::new("alphabetical", json("order", order)));
    }
    if let Some(order) = &args.numerical {
        return Ok(PluginCall::new("numerical", json("order", order)));
    }
    let name = match (&args.policy, global.plugins.as_slice()) {
        (Some(name), _) => name.clone(),
        (None, [only]) => only.name.clone(),
        (None, _) => {
            return Err(Problem::usage("nothing says how to select")
                .hint("give one of --semver RANGE, --alphabetical ORDER, --numerical ORDER, --policy NAME"));
        }
    };
    Ok(PluginCall::new(name, args.settings.clone()))
}

/// The tags as they came in.
struct Input {
    text: String,
}

impl Input {
    fn read() -> Result<Self, Problem> {
        let mut text = String::new();
        let read = std::io::stdin().lock().take(MAX_INPUT).read_to_string(&mut text);
        let read = read.map_err(|error| {
            Problem::failed(format!("cannot read tags from standard input: {error}"))
                .hint("give UTF-8 text, one tag a line")
        })?;
        match read as u64 == MAX_INPUT {
            true => Err(Problem::failed(format!(
                "more than {MAX_INPUT} bytes of tags on standard input"
            ))),
            false => Ok(Self { text }),
        }
    }

    fn of<'a>(tags: impl Iterator<Item = &'a str>) -> Self {
        Self { text: tags.collect::<Vec<_>>().join("\n") }
    }

    /// The tags in the order they came: each line is one, as it stands.
    fn tags(&self) -> impl Iterator<Item = &str> {
        let text = self.text.strip_suffix('\n').unwrap_or(&self.text);
        let lines = (!self.text.is_empty()).then(|| text.split('\n'));
        lines.into_iter().flatten().map(|line| line.strip_suffix('\r').unwrap_or(line))
    }
}

async fn decide(
    global: &Global,
    args: &Select,
    call: &PluginCall,
    plugins: &dyn Plugins,
    input: &Input,
) -> Outcome {
    let tags = Arc::new(TagSet::new(&input.tags().collect::<Vec<_>>()));
    let context = Context {
        image: args.image.clone().unwrap_or_default(),
        now: now(),
        explain: args.explain,
        ..Context::default()
    };
    let (candidates, filtered) = filter(args, plugins, &tags, &context).await?;
    let choice = match candidates.is_empty() {
        true => Choice::default(),
        false => plugins.select(call, &candidates, &context).await.map_err(Failed::from)?,
    };
    if args.explain {
        explain(global, &candidates, &filtered, &choice)?;
    }
    let chosen = choice.chosen.map(|index| index as usize);
    let Some((tag, key)) =
        chosen.and_then(|i| Some((candidates.tag(i)?, candidates.keys().get(i)?)))
    else {
        return nothing(&candidates);
    };
    if args.explain && global.output != Output::Table {
        return Ok(Exit::Done);
    }
    let index = input.tags().position(|given| given == tag).unwrap_or_default();
    if tag.is_empty() {
        let message = format!("the selected tag, in line {}, is blank", index + 1);
        return Err(Problem::failed(message).hint("take blank lines out of the input"));
    }
    if !output::structured(global.output, &Selected { tag, key, index })? {
        output::line(tag);
    }
    Ok(Exit::Done)
}

async fn filter(
    args: &Select,
    plugins: &dyn Plugins,
    tags: &Arc<TagSet>,
    context: &Context,
) -> Result<(Candidates, Filtered), Problem> {
    let Some(pattern) = &args.filter else {
        return Ok((Candidates::all(tags.clone()), Filtered::default()));
    };
    let mut settings = serde_json::json!({ "pattern": pattern });
    if let Some(extract) = &args.extract {
        settings["extract"] = extract.as_str().into();
    }
    let call = PluginCall::new("regex-filter", settings.to_string());
    let mut filtered = plugins.filter(&call, tags, context).await.map_err(Failed::from)?;
    let kept = std::mem::take(&mut filtered.kept);
    let keys = filtered.keys.take();
    Ok((Candidates::kept(tags.clone(), kept, keys), filtered))
}

fn nothing(candidates: &Candidates) -> Outcome {
    let (all, left) = (candidates.tags().len(), candidates.len());
    let message = match (all, left) {
        (0, _) => "no tags were given".to_owned(),
        (_, 0) => format!("none of {all} tags passes the filter"),
        _ => format!("the policy accepts none of {left} candidates ({all} tags)"),
    };
    Problem::failed(message).hint("--explain tells why for each tag").report();
    Ok(Exit::NothingSelected)
}

fn explain(
    global: &Global,
    candidates: &Candidates,
    filtered: &Filtered,
    choice: &Choice,
) -> Result<(), Problem> {
    let explained = tagwarden_reconcile::explained(candidates, filtered, choice);
    if output::structured(global.output, &explained)? {
        return Ok(());
    }
    super::explain::print(&explained);
    Ok(())
}
