//! The contract as a document: every item of `wit/` with what it means.

mod names;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use wit_parser::{
    Docs, Function, Interface, InterfaceId, Resolve, TypeDef, TypeDefKind, TypeId, World, WorldItem,
};

use crate::{AuthorError, contract};

/// How values look in each language.
const LANGUAGES: &str = include_str!("reference/languages.md");

/// What may change, and what will not.
const VERSIONS: &str = include_str!("reference/versions.md");

/// The contract that is carried, in Markdown.
pub fn markdown() -> Result<String, AuthorError> {
    let (resolve, package) = contract::carried()?;
    let package = &resolve.packages[package];
    let mut text = format!(
        "# The contract, item by item\n\n\
         <!-- Made of wit/ by `tagwarden plugin wit --markdown`; a test compares. -->\n\n\
         {}\n\nThis is `{}`. The files it is made of are in [`wit/`](../wit/).\n\n",
        paragraphs(&package.docs),
        package.name,
    );
    worlds(&mut text, &resolve, package.worlds.values().map(|id| &resolve.worlds[*id]));
    text += LANGUAGES;
    text += VERSIONS;
    for id in interfaces(&resolve, package.worlds.values().map(|id| &resolve.worlds[*id])) {
        interface(&mut text, &resolve, id);
    }
    Ok(text.trim_end().to_owned() + "\n")
}

/// The contract in one text of WIT.
#[must_use]
pub fn source() -> String {
    let files = contract::WIT.files().filter_map(|file| file.contents_utf8());
    // The file that explains the package comes first; the others only name it again.
    let (first, others): (Vec<_>, Vec<_>) = files.partition(|text| text.starts_with("///"));
    let others = others.iter().filter_map(|text| text.split_once('\n').map(|(_, rest)| rest));
    first.into_iter().chain(others).collect()
}

/// Writes the files of the contract into a folder, which is made; returns their paths.
pub fn write(folder: &Path) -> Result<Vec<PathBuf>, AuthorError> {
    fs::create_dir_all(folder).map_err(AuthorError::io("make", folder))?;
    let write = |file: &include_dir::File<'_>| {
        let path = folder.join(file.path());
        fs::write(&path, file.contents()).map_err(AuthorError::io("write", &path))?;
        Ok(path)
    };
    contract::WIT.files().map(write).collect()
}

fn worlds<'r>(text: &mut String, resolve: &Resolve, worlds: impl Iterator<Item = &'r World>) {
    *text += "## Worlds\n\n| World | What it is | Exports | Imports | Grant |\n\
              | --- | --- | --- | --- | --- |\n";
    for world in worlds {
        let listed = |items: Vec<InterfaceId>| {
            let names = items.into_iter().map(|id| linked(&resolve.interfaces[id]));
            names.collect::<Vec<_>>().join(", ")
        };
        let imports = ids(world.imports.values());
        let asks = |id: &InterfaceId| resolve.interfaces[*id].name.as_deref() == Some("metadata");
        let grant = if imports.iter().any(asks) { "`metadata`" } else { "none" };
        let _infallible = writeln!(
            text,
            "| `{}` | {} | {} | {} | {grant} |",
            world.name,
            one_line(&world.docs),
            listed(ids(world.exports.values())),
            listed(imports),
        );
    }
    *text += "\n";
}

fn ids<'r>(items: impl Iterator<Item = &'r WorldItem>) -> Vec<InterfaceId> {
    let ids = items.filter_map(|item| match item {
        WorldItem::Interface { id, .. } => Some(*id),
        WorldItem::Function(_) | WorldItem::Type { .. } => None,
    });
    ids.collect()
}

/// What plugins export, then what they may import, each once.
fn interfaces<'r>(
    resolve: &Resolve,
    worlds: impl Iterator<Item = &'r World> + Clone,
) -> Vec<InterfaceId> {
    let exported = worlds.clone().flat_map(|world| ids(world.exports.values()));
    let imported = worlds.flat_map(|world| ids(world.imports.values()));
    let mut found = Vec::with_capacity(resolve.interfaces.len());
    for id in exported.chain(imported) {
        if !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

fn interface(text: &mut String, resolve: &Resolve, id: InterfaceId) {
    let interface = &resolve.interfaces[id];
    let _infallible = writeln!(
        text,
        "\n## Interface `{}`\n\n{}",
        names::of(interface),
        paragraphs(&interface.docs)
    );
    for function in interface.functions.values() {
        self::function(text, resolve, function);
    }
    for ty in interface.types.values() {
        definition(text, resolve, interface, *ty);
    }
}

fn function(text: &mut String, resolve: &Resolve, function: &Function) {
    let parameters = function.params.iter();
    let parameters = parameters.map(|p| format!("{}: {}", p.name, names::ty(resolve, p.ty)));
    let parameters = parameters.collect::<Vec<_>>().join(", ");
    let result = function.result.map(|ty| format!(" -> {}", names::ty(resolve, ty)));
    let _infallible = writeln!(
        text,
        "\n### Function `{}`\n\n```wit\n{0}: func({parameters}){};\n```\n\n{}",
        function.name,
        result.unwrap_or_default(),
        paragraphs(&function.docs),
    );
}

/// A type that is the interface's own; one that it only uses is told of elsewhere.
fn definition(text: &mut String, resolve: &Resolve, interface: &Interface, id: TypeId) {
    let ty = &resolve.types[id];
    let rows: Vec<[String; 3]> = match &ty.kind {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            let row = |field: &wit_parser::Field| {
                [field.name.clone(), names::linked(resolve, field.ty), one_line(&field.docs)]
            };
            fields.map(row).collect()
        }
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter();
            let row = |case: &wit_parser::Case| {
                let carried = case.ty.map(|ty| names::linked(resolve, ty));
                [case.name.clone(), carried.unwrap_or_default(), one_line(&case.docs)]
            };
            cases.map(row).collect()
        }
        _ => return,
    };
    heading(text, interface, ty);
    for [name, carries, meaning] in rows {
        let _infallible = writeln!(text, "| `{name}` | {carries} | {meaning} |");
    }
}

fn heading(text: &mut String, interface: &Interface, ty: &TypeDef) {
    let (kind, part) = match ty.kind {
        TypeDefKind::Record(_) => ("Record", "Field"),
        _ => ("Variant", "Case"),
    };
    let _infallible = writeln!(
        text,
        "\n### {kind} `{}/{}`\n\n{}\n\n| {part} | Type | Meaning |\n| --- | --- | --- |",
        names::of(interface),
        ty.name.as_deref().unwrap_or_default(),
        paragraphs(&ty.docs),
    );
}

fn linked(interface: &Interface) -> String {
    let name = names::of(interface);
    format!("[`{name}`](#interface-{name})")
}

fn paragraphs(docs: &Docs) -> &str {
    docs.contents.as_deref().unwrap_or_default().trim()
}

fn one_line(docs: &Docs) -> String {
    paragraphs(docs).split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_in_docs_is_what_wit_says_today() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/wit.md");
        let kept = fs::read_to_string(path).unwrap_or_default();
        let hint = "run `tagwarden plugin wit --markdown > docs/wit.md`";
        assert!(kept == markdown().unwrap(), "docs/wit.md is stale: {hint}");
    }

    /// Every link of the document leads to a heading of it.
    #[test]
    fn links_lead_somewhere() {
        let text = markdown().unwrap();
        let anchor = |heading: &str| {
            let kept = |c: &char| c.is_alphanumeric() || *c == '-' || *c == ' ';
            heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
        };
        let headings = text.lines().filter_map(|line| line.split_once("# "));
        let anchors: Vec<_> = headings.map(|(_, heading)| anchor(heading)).collect();
        let links: Vec<_> =
            text.split("](#").skip(1).filter_map(|rest| rest.split_once(')')).collect();
        assert!(links.len() > 10, "{links:?}");
        for (link, _) in links {
            assert!(anchors.iter().any(|anchor| anchor == link), "#{link} leads nowhere");
        }
    }

    /// Nothing of the contract stands without a word on what it means.
    #[test]
    fn every_item_is_explained() {
        let (resolve, _) = contract::carried().unwrap();
        let silent = |docs: &Docs| paragraphs(docs).is_empty();
        for (_, world) in &resolve.worlds {
            assert!(!silent(&world.docs), "world {}", world.name);
        }
        for (_, interface) in &resolve.interfaces {
            let name = names::of(interface);
            assert!(!silent(&interface.docs), "interface {name}");
            for function in interface.functions.values() {
                assert!(!silent(&function.docs), "{name}/{}", function.name);
            }
        }
        let text = markdown().unwrap();
        let empty = text.lines().find(|line| line.starts_with("| `") && line.ends_with("|  |"));
        assert_eq!(empty, None);
    }

    #[test]
    fn the_contract_in_one_text_is_the_contract() {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("contract.wit", &source()).unwrap();
        let (carried, _) = contract::carried().unwrap();
        assert_eq!(resolve.interfaces.len(), carried.interfaces.len());
        assert_eq!(resolve.packages[package].worlds.len(), carried.worlds.len());
    }
}
