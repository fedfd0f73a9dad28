//! Chooses the newest calendar version, and changes it in a maintenance window only.
//!
//! Outside the window the current tag stays, whatever has been pushed since; an
//! image without a current tag gets its first one at once.

mod version;
mod window;

use schemars::JsonSchema;
use serde::Deserialize;
use tagwarden_sdk::{
    About, Context, Error, Plugin, Policy, Rejection, Selection, Tags, about, export_policy,
};
use version::Version;
use window::{Spec, Window};

/// The settings, as a manifest gives them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// When the tag may change. Without it, always.
    window: Option<Spec>,
}

/// The policy, its window read.
#[derive(Debug)]
pub struct CalverWindow {
    window: Option<Window>,
}

impl Plugin for CalverWindow {
    type Settings = Settings;

    const ABOUT: About = about!();

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { window: settings.window.map(Window::new).transpose()? })
    }
}

impl Policy for CalverWindow {
    fn select(&self, tags: &Tags, context: &Context) -> Result<Selection, Error> {
        let open = self.window.as_ref().is_none_or(|window| window.is_open(context.now));
        let current = context.current.as_deref();
        let held = current.and_then(|current| tags.iter().find(|(_, tag)| *tag == current));
        match held {
            Some((index, tag)) if !open => Ok(hold(index, tag, tags, context)),
            _ => Ok(Selection::greatest(tags, context, Version::parse)),
        }
    }
}

/// Keeps the current tag, and says of newer ones that they wait.
fn hold(current: u32, tag: &str, tags: &Tags, context: &Context) -> Selection {
    let now = Version::parse(tag).ok();
    let waits = |(index, tag): (u32, &str)| {
        let reason = match Version::parse(tag) {
            Err(reason) => reason.to_owned(),
            Ok(version) if Some(version) > now => "waits for the maintenance window".to_owned(),
            Ok(_) => return None,
        };
        (index != current).then_some(Rejection { index, reason })
    };
    let rejected = if context.explain { tags.iter().filter_map(waits).collect() } else { vec![] };
    Selection { chosen: Some(current), rejected }
}

export_policy!(CalverWindow);

#[cfg(test)]
mod tests {
    use super::*;
    use tagwarden_sdk::testing::chosen_in;

    const SETTINGS: &str =
        r#"{"window": {"days": ["mon", "tue"], "from": "22:00", "to": "04:00"}}"#;
    const TAGS: [&str; 3] = ["2026.5.28", "2026.11.2", "2026.10.9"];

    /// Monday, 2026-06-01, at an hour.
    fn monday(hour: u64, current: Option<&str>) -> Context {
        let current = current.map(ToOwned::to_owned);
        Context { now: 1_780_272_000 + hour * 3_600, current, ..Context::default() }
    }

    #[test]
    fn changes_inside_the_window_and_holds_outside() {
        let chosen = |hour| {
            chosen_in::<CalverWindow>(SETTINGS, &TAGS, &monday(hour, Some("2026.5.28"))).unwrap()
        };
        assert_eq!(chosen(23), Some("2026.11.2"));
        assert_eq!(chosen(12), Some("2026.5.28"));
        // The window of Monday lasts into Tuesday; the one of Sunday does not exist.
        assert_eq!(chosen(24 + 3), Some("2026.11.2"));
        assert_eq!(chosen(3), Some("2026.5.28"));
    }

    #[test]
    fn the_first_tag_waits_for_nothing() {
        let first = chosen_in::<CalverWindow>(SETTINGS, &TAGS, &monday(12, None));
        assert_eq!(first, Ok(Some("2026.11.2")));
        let gone = chosen_in::<CalverWindow>(SETTINGS, &TAGS, &monday(12, Some("2025.1.1")));
        assert_eq!(gone, Ok(Some("2026.11.2")));
    }

    #[test]
    fn a_window_must_make_sense() {
        let refused = |settings: &str| {
            chosen_in::<CalverWindow>(settings, &TAGS, &Context::default()).unwrap_err()
        };
        assert!(refused(r#"{"window": {"from": "24:00", "to": "1:00"}}"#).contains("24:00"));
        assert!(refused(r#"{"window": {"days": [], "from": "1:00", "to": "2:00"}}"#).contains("days"));
        assert!(refused(r#"{"window": {"from": "1:00", "to": "1:00"}}"#).contains("never"));
    }
}
