//! Key templates, as Go's `Regexp.Expand` reads them.

use crate::pattern::in_unicode_class;

/// A key template: text and references to groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The first of these groups that took part in the match. A name may be that
    /// of several groups, or of none.
    Groups(Vec<usize>),
}

impl Template {
    /// Parses a template. `groups` are the names of the pattern's groups by number,
    /// the whole match being the first; empty where a group has none.
    ///
    /// There is no wrong template: a `$` that begins no reference is text.
    #[must_use]
    pub fn parse(template: &str, groups: &[String]) -> Self {
        let mut parsed = Self { parts: Vec::new() };
        let mut rest = template;
        while let Some((text, after)) = rest.split_once('$') {
            parsed.push_text(text);
            if let Some(after) = after.strip_prefix('$') {
                parsed.push_text("$");
                rest = after;
            } else if let Some((name, after)) = reference(after) {
                parsed.parts.push(Part::Groups(groups_of(name, groups)));
                rest = after;
            } else {
                parsed.push_text("$");
                rest = after;
            }
        }
        parsed.push_text(rest);
        parsed
    }

    /// How many groups must be known, counted from the whole match.
    #[must_use]
    pub fn groups(&self) -> usize {
        let groups = self.parts.iter().filter_map(|part| match part {
            Part::Groups(groups) => groups.iter().max(),
            Part::Text(_) => None,
        });
        groups.max().map_or(0, |greatest| greatest + 1)
    }

    /// Appends a key. `group` gives what a group matched, if it took part.
    pub fn expand<'t>(&self, group: impl Fn(usize) -> Option<&'t str>, key: &mut String) {
        for part in &self.parts {
            key.push_str(match part {
                Part::Text(text) => text,
                Part::Groups(groups) => {
                    let mut texts = groups.iter().map(|number| group(*number));
                    texts.find_map(|text| text).unwrap_or("")
                }
            });
        }
    }

    fn push_text(&mut self, text: &str) {
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }
}

/// Reads `name` or `{name}` after a `$`; none when there is no such thing.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (braced, text) = match text.strip_prefix('{') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return None;
    }
    match braced {
        true => Some((name, rest.strip_prefix('}')?)),
        false => Some((name, rest)),
    }
}

/// Letters, digits and the underscore, of any script.
fn is_name(c: char) -> bool {
    match c.is_ascii() {
        true => c.is_ascii_alphanumeric() || c == '_',
        false => in_unicode_class("L", c) || in_unicode_class("Nd", c),
    }
}

/// The groups a reference means. A number has up to nine digits and no leading
/// zero; everything else is a name.
fn groups_of(name: &str, groups: &[String]) -> Vec<usize> {
    let is_number = name.len() <= 9
        && name.bytes().all(|byte| byte.is_ascii_digit())
        && (name == "0" || !name.starts_with('0'));
    if is_number {
        let number = name.parse().ok().filter(|number| *number < groups.len());
        return number.into_iter().collect();
    }
    let named = groups.iter().enumerate().filter(|(_, group)| *group == name);
    named.map(|(number, _)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expands with groups that matched `<number>`, but for the last.
    fn expanded(template: &str, names: &[&str]) -> String {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let texts = ["<0>", "<1>", "<2>", "<3>"];
        let took_part = names.len() - 1;
        let mut key = String::new();
        let template = Template::parse(template, &names);
        template.expand(|group| (group < took_part).then(|| texts[group]), &mut key);
        key
    }

    #[test]
    fn names_numbers_and_dollars() {
        let names = ["", "y", "m", "", "last"];
        for (template, key) in [
            ("$y-$m", "<1>-<2>"),
            ("$y_$m", "<2>"),
            ("${y}_$m", "<1>_<2>"),
            ("$1x", ""),
            ("${1}x", "<1>x"),
            ("$0", "<0>"),
            ("$00", ""),
            ("$01", ""),
            ("$9", ""),
            ("$last", ""),
            ("$$1", "$1"),
            ("$$$1", "$<1>"),
            ("$", "$"),
            ("a$", "a$"),
            ("$-", "$-"),
            ("${", "${"),
            ("${y", "${y"),
            ("${}", "${}"),
            ("${y-}", "${y-}"),
            ("$yé", ""),
            ("$1²", "<1>²"),
            ("text", "text"),
        ] {
            assert_eq!(expanded(template, &names), key, "{template}");
        }
    }

    #[test]
    fn a_number_may_be_a_name() {
        assert_eq!(expanded("$01", &["", "01", ""]), "<1>");
        assert_eq!(expanded("$1234567890", &["", "1234567890", ""]), "<1>");
        assert_eq!(expanded("$2", &["", "2", "", ""]), "<2>");
    }

    #[test]
    fn of_groups_with_one_name_the_first_that_took_part_counts() {
        let names = ["", "a", "a"].map(str::to_owned);
        let template = Template::parse("$a", &names);
        let mut key = String::new();
        template.expand(|group| (group == 2).then_some("two"), &mut key);
        assert_eq!(key, "two");
    }

    #[test]
    fn knows_how_many_groups_it_needs() {
        let names = ["", "a", "b"].map(str::to_owned);
        for (template, groups) in [("x", 0), ("$0", 1), ("$a", 2), ("$b$a", 3), ("$7", 0)] {
            assert_eq!(Template::parse(template, &names).groups(), groups);
        }
    }
}
