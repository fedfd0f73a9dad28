//! `tagwarden select`: one decision, without manifests.

use std::{io::Read, sync::Arc};

use serde::Serialize;
use tagwarden_core::{spec::PluginCall, tags::TagSet};
use tagwarden_reconcile::{
    Deciders, Failed, evaluate,
    ports::{Context, Plugins},
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
    let plugins = world::evaluator(global)?;
    let runtime = world::runtime()?;
    let input = match &args.image {
        None => Input::read()?,
        Some(image) => Input::of(runtime.block_on(scan::tags(image, &args.access))?.iter()),
    };
    runtime.block_on(decide(global, args, &call, plugins.as_ref(), &input))
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
    let filter = filter(args);
    let evaluated = evaluate(plugins, filter.as_ref(), call, &tags, &context).await;
    let evaluated = evaluated.map_err(Failed::from)?;
    if args.explain {
        let runner_up = evaluated.runner_up(plugins, call, &context).await.map_err(Failed::from)?;
        let explained = evaluated.explained(runner_up.as_deref());
        if !output::structured(global.output, &explained)? {
            let deciders = Deciders {
                filter: filter.map(|filter| filter.plugin),
                policy: call.plugin.clone(),
            };
            super::explain::print(&explained, &deciders);
        }
    }
    let Some((tag, key)) = evaluated.winner() else {
        let message = evaluated.why_none("no tags were given");
        Problem::failed(message).hint("--explain tells why for each tag").report();
        return Ok(Exit::NothingSelected);
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

/// The filter the arguments ask for.
fn filter(args: &Select) -> Option<PluginCall> {
    let pattern = args.filter.as_ref()?;
    let mut settings = serde_json::json!({ "pattern": pattern });
    if let Some(extract) = &args.extract {
        settings["extract"] = extract.as_str().into();
    }
    Some(PluginCall::new("regex-filter", settings.to_string()))
}
