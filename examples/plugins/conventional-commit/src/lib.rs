//! Writes commit messages that follow Conventional Commits.
//!
//! The type tells how far versions moved: `fix` for a patch, `feat` for a minor
//! version, `feat!` with a footer for a major one, `chore` for what are no versions.

mod bump;

use std::collections::BTreeMap;

use bump::Bump;
use schemars::JsonSchema;
use serde::Deserialize;
use tagwarden_sdk::{About, Change, Error, Input, Message, Plugin, about, export_message};

/// The settings, as a manifest gives them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConventionalCommit {
    /// What is changed, as it stands in parentheses.
    #[serde(default = "deps")]
    scope: String,
}

fn deps() -> String {
    "deps".to_owned()
}

impl Plugin for ConventionalCommit {
    type Settings = Self;

    const ABOUT: About = about!();

    fn new(settings: Self) -> Result<Self, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        match !settings.scope.is_empty() && settings.scope.chars().all(plain) {
            true => Ok(settings),
            false => Err(format!("{:?} is no scope", settings.scope)),
        }
    }
}

/// A version that moved, and the files in which it did.
type Moves<'a> = BTreeMap<(&'a str, &'a str, &'a str), Vec<&'a str>>;

impl Message for ConventionalCommit {
    fn render(&self, input: &Input) -> Result<String, Error> {
        let mut moves = Moves::new();
        for change in &input.changes {
            let files = moves.entry(moved(change)).or_default();
            if !files.contains(&change.file.as_str()) {
                files.push(&change.file);
            }
        }
        let bump = moves.keys().map(|(_, old, new)| Bump::between(old, new)).max();
        let bump = bump.unwrap_or(Bump::Other);
        let mut text = format!("{}: {}\n", self.kind(bump), subject(&moves));
        for ((image, old, new), files) in &moves {
            text += &format!("\n- {image}: {old} -> {new} ({})", files.join(", "));
        }
        text += "\n";
        for ((image, old, new), _) in &moves {
            if Bump::between(old, new) == Bump::Major {
                text += &format!("\nBREAKING CHANGE: {image} moves from {old} to {new}");
            }
        }
        Ok(text)
    }
}

impl ConventionalCommit {
    /// The type and scope of a commit.
    fn kind(&self, bump: Bump) -> String {
        let scope = &self.scope;
        match bump {
            Bump::Other => format!("chore({scope})"),
            Bump::Patch => format!("fix({scope})"),
            Bump::Minor => format!("feat({scope})"),
            Bump::Major => format!("feat({scope})!"),
        }
    }
}

fn subject(moves: &Moves<'_>) -> String {
    match moves.keys().next() {
        Some((image, old, new)) if moves.len() == 1 => format!("bump {image} from {old} to {new}"),
        _ => format!("bump {} images", moves.len()),
    }
}

/// Which image a change is about, and between which tags it moved.
fn moved(change: &Change) -> (&str, &str, &str) {
    let image = change.image.as_deref().unwrap_or(&change.new);
    (split(image).0, split(&change.old).1, split(&change.new).1)
}

/// An image's short name and its tag. A value without a name is a tag alone.
fn split(value: &str) -> (&str, &str) {
    let value = value.split('@').next().unwrap_or(value);
    let last = value.rsplit('/').next().unwrap_or(value);
    last.split_once(':').unwrap_or((last, last))
}

export_message!(ConventionalCommit);

#[cfg(test)]
mod tests {
    use super::*;
    use tagwarden_sdk::testing::rendered;

    fn change(file: &str, old: &str, new: &str) -> Change {
        let image = Some(new.to_owned());
        Change { file: file.into(), old: old.into(), new: new.into(), image, ..Change::default() }
    }

    fn subject_of(changes: Vec<Change>) -> String {
        let input = Input { changes, ..Input::default() };
        let text = rendered::<ConventionalCommit>("{}", &input).unwrap();
        text.lines().next().unwrap().to_owned()
    }

    #[test]
    fn the_type_is_that_of_the_farthest_move() {
        let patch = || change("a", "r.example/t/cart:1.2.3", "r.example/t/cart:1.2.4");
        assert_eq!(subject_of(vec![patch()]), "fix(deps): bump cart from 1.2.3 to 1.2.4");
        let minor = change("b", "r.example/shop:1.2.3", "r.example/shop:1.3.0");
        assert_eq!(subject_of(vec![patch(), minor]), "feat(deps): bump 2 images");
        let nightly = change("c", "web:main-1", "web:main-2");
        assert_eq!(subject_of(vec![nightly]), "chore(deps): bump web from main-1 to main-2");
    }

    #[test]
    fn one_move_in_two_files_is_one() {
        let same = |file| change(file, "cart:1.2.3", "cart:1.2.4");
        let input = Input { changes: vec![same("a"), same("b"), same("a")], ..Input::default() };
        let text = rendered::<ConventionalCommit>("{}", &input).unwrap();
        assert!(text.contains("- cart: 1.2.3 -> 1.2.4 (a, b)\n"), "{text}");
    }

    #[test]
    fn a_tag_alone_is_told_by_its_image() {
        let image = Some("r.example/cart:2.0.0".to_owned());
        let change =
            Change { image, old: "1.9.0".into(), new: "2.0.0".into(), ..Change::default() };
        assert_eq!(subject_of(vec![change]), "feat(deps)!: bump cart from 1.9.0 to 2.0.0");
    }
}
