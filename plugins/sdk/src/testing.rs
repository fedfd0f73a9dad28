//! Asking a plugin as the host would, from a test beside its code.
//!
//! Tags may come in any order here; they are put in order of their bytes, each
//! once, as the host does. Settings are JSON, as a manifest gives them.

use crate::{
    Context, Error, Filter, FilterContext, Image, Images, Input, Message, Policy, Tags, load,
};

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

/// The same among tags with images, for a policy that looks them up.
pub fn chosen_with_images<'t, P: Policy>(
    settings: &str,
    images: &[(&'t str, Image)],
    context: &Context,
) -> Result<Option<&'t str>, String> {
    let tags: Vec<&str> = images.iter().map(|(tag, _)| *tag).collect();
    let indexed = (0..).zip(in_order(&tags)).filter_map(|(index, tag)| {
        let (_, image) = images.iter().find(|(of, _)| *of == tag)?;
        Some((index, image.clone()))
    });
    let context = Context { images: Images::known(indexed), ..context.clone() };
    chosen_in::<P>(settings, &tags, &context)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{About, Plugin, Selection};
    use schemars::JsonSchema;
    use serde::Deserialize;

    /// Chooses the tag whose image was built last.
    #[derive(Deserialize, JsonSchema)]
    struct Latest {}

    impl Plugin for Latest {
        type Settings = Self;
        const ABOUT: About = About { name: "latest", version: "1.0.0", summary: "Chooses by age." };

        fn new(settings: Self) -> Result<Self, String> {
            Ok(settings)
        }
    }

    impl Policy for Latest {
        fn select(&self, tags: &Tags, context: &Context) -> Result<Selection, Error> {
            let created = |index| context.images.lookup(index).and_then(|image| image.created);
            let chosen = tags.iter().map(|(index, _)| index).max_by_key(|index| created(*index));
            Ok(Selection { chosen, ..Selection::default() })
        }
    }

    #[test]
    fn a_policy_is_told_of_the_images_that_a_test_makes_up() {
        let built = |created| Image { created: Some(created), ..Image::default() };
        let images = [("c", built(1)), ("a", built(3)), ("b", built(2))];
        let chosen = chosen_with_images::<Latest>("{}", &images, &Context::default());
        assert_eq!(chosen, Ok(Some("a")));
    }
}
