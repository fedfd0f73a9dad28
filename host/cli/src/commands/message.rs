//! `tagwarden message`: renders a commit message.

use std::{collections::BTreeMap, io::Read, path::Path};

use serde::Deserialize;
use tagwarden_core::{change::Change, object::ObjectName, spec::PluginCall};
use tagwarden_reconcile::{Failed, ports::MessageInput};

use crate::{
    args::{Global, Message},
    output,
    problem::{Exit, Outcome, Problem},
    world,
};

/// What the changes file holds.
#[derive(Deserialize)]
struct Changes {
    automation: ObjectName,
    #[serde(default)]
    values: Option<BTreeMap<String, String>>,
    #[serde(default)]
    changes: Option<Vec<Change>>,
}

pub fn message(global: &Global, args: &Message) -> Outcome {
    let template = match (&args.template, &args.template_file) {
        (Some(template), _) => template.clone(),
        (None, Some(path)) => read(path)?,
        (None, None) => return Err(Problem::usage("give --template or --template-file")),
    };
    let json = match args.changes.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin().lock().take(1 << 30))
            .map_err(|error| Problem::failed(format!("cannot read standard input: {error}")))?,
        false => read(&args.changes)?,
    };
    let changes: Changes = serde_json::from_str(&json).map_err(|error| {
        Problem::usage(format!("{}: {error}", args.changes.display())).hint(
            "it is JSON of {\"automation\": {namespace, name}, \"values\": {…}, \"changes\": […]}",
        )
    })?;
    let input = MessageInput {
        automation: changes.automation,
        values: changes.values.unwrap_or_default(),
        changes: changes.changes.unwrap_or_default().into_iter().collect(),
        images: BTreeMap::new(),
    };
    let settings = serde_json::json!({ "template": template }).to_string();
    let plugins = world::evaluator(global)?;
    let call = PluginCall::new("go-template", settings);
    let rendered =
        world::runtime()?.block_on(plugins.message(&call, &input)).map_err(Failed::from)?;
    if !output::structured(global.output, &serde_json::json!({ "message": rendered }))? {
        output::text(&rendered);
    }
    Ok(Exit::Done)
}

fn read(path: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(path).map_err(|error| Problem::io("read", path, &error))
}
