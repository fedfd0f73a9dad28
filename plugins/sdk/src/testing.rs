//! Asking a plugin as the host would, from a test beside its code.
//!
//! Tags may come in any order here; they are put in order of their bytes, each
//! once, as the host does. Settings are JSON, as a manifest gives them.

use crate::{Context, Error, Filter, FilterContext, Input, Message, Policy, Tags, load};

/// The tag that a policy chooses, or why it does not decide.
pub fn chosen<'t, P: Policy>(settings: &str, tags: &[&'t str]) -> Result<Option<&'t str>, String> {
    chosen_in::<P>(settings, tags, &Context::default())
}

/// The same in a context: at a time, with a tag that is current.
pub fn chosen_in<'t, P: Policy>(
    settings: &str,
    tags: &[&'t str],
    context: &Context,
) -> Result<Option<&'t str>, String> {
    let policy = load::<P>(settings)?;
    let tags = in_order(tags);
    let selection = policy.select(&tags.iter().copied().collect(), context).map_err(said)?;
    Ok(selection.chosen.and_then(|index| tags.get(index as usize).copied()))
}

/// The tags that a filter keeps, each with its key, or why it does not decide.
pub fn kept<F: Filter>(settings: &str, tags: &[&str]) -> Result<Vec<(String, String)>, String> {
    let filter = load::<F>(settings)?;
    let all: Tags = in_order(tags).into_iter().collect();
    let filtered = filter.apply(&all, &FilterContext::default()).map_err(said)?;
    let tags = filtered.kept().iter().filter_map(|index| all.get(*index));
    let keys = filtered.keys().unwrap_or_else(|| tags.clone().collect());
    Ok(tags.map(ToOwned::to_owned).zip(keys.into_iter().map(ToOwned::to_owned)).collect())
}

/// The text that a message plugin writes, or why there is none.
pub fn rendered<M: Message>(settings: &str, input: &Input) -> Result<String, String> {
    load::<M>(settings)?.render(input).map_err(said)
}

fn in_order<'t>(tags: &[&'t str]) -> Vec<&'t str> {
    let mut tags = tags.to_vec();
    tags.sort_unstable();
    tags.dedup();
    tags
}

#[expect(clippy::needless_pass_by_value, reason = "it stands where `map_err` wants a function")]
fn said(error: Error) -> String {
    error.to_string()
}
