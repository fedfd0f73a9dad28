//! The world `tag-filter`.

use super::policy::bindings::tagwarden::policy as shared;
use crate::{Filter, FilterContext, Images, Tags, load, settings_schema};
use bindings::exports::tagwarden::policy::filter as wire;
use std::marker::PhantomData;

#[doc(hidden)]
pub use bindings::export;

#[doc(hidden)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "tag-filter",
        pub_export_macro: true,
        default_bindings_module: "tagwarden_sdk::glue::filter::bindings",
        with: {
            "tagwarden:policy/types@0.1.0": super::shared::types,
        },
    });
}

/// A [`Filter`] as the component exports it.
pub struct Adapter<F>(PhantomData<F>);

impl<F: Filter> wire::Guest for Adapter<F> {
    fn describe() -> wire::Description {
        wire::Description {
            name: F::ABOUT.name.to_owned(),
            version: F::ABOUT.version.to_owned(),
            summary: F::ABOUT.summary.to_owned(),
            settings_schema: settings_schema::<F>(),
        }
    }

    fn validate(settings: String) -> Result<(), String> {
        load::<F>(&settings).map(drop)
    }

    fn apply(
        settings: String,
        tags: String,
        context: wire::Context,
    ) -> Result<wire::Filtered, wire::Error> {
        let filter = load::<F>(&settings).map_err(wire::Error::InvalidSettings)?;
        let tags = Tags::from_lines(tags);
        let context = FilterContext {
            image: context.image,
            explain: context.explain,
            images: Images::of_host(),
        };
        let (kept, keys, rejected) = filter.apply(&tags, &context)?.into_parts();
        let rejected = rejected.into_iter().map(Into::into).collect();
        Ok(wire::Filtered { kept, keys, rejected })
    }
}
