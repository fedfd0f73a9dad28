//! What a YAML text means, as another parser than ours has it.

use saphyr_parser::{Event, Parser, ScanError};

/// The values of a text: tags, comments and styles are left out.
pub fn meaning(text: &str) -> Result<Vec<String>, ScanError> {
    // A bracket that closes at the margin is common, but YAML 1.2 forbids it
    // below a key, and this parser is strict.
    let text = text.replace("\n}", "\n }").replace("\n]", "\n ]");
    let mut all = Vec::new();
    for event in Parser::new_from_str(&text) {
        let (event, _) = event?;
        match event {
            Event::Scalar(value, ..) => all.push(format!("={value}")),
            Event::Alias(_) => all.push("*".to_owned()),
            Event::SequenceStart(..) => all.push("[".to_owned()),
            Event::SequenceEnd => all.push("]".to_owned()),
            Event::MappingStart(..) => all.push("{".to_owned()),
            Event::MappingEnd => all.push("}".to_owned()),
            _ => {}
        }
    }
    Ok(all)
}
