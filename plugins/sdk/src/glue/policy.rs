//! The world `tag-policy`.

use crate::{Context, Error, Images, Policy, Rejection, Tags, load, settings_schema};
use bindings::exports::tagwarden::policy::policy as wire;
use bindings::tagwarden::policy::types;
use std::marker::PhantomData;

#[doc(hidden)]
pub use bindings::export;

#[doc(hidden)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "tag-policy",
        pub_export_macro: true,
        default_bindings_module: "tagwarden_sdk::glue::policy::bindings",
    });
}

/// A [`Policy`] as the component exports it.
pub struct Adapter<P>(PhantomData<P>);

impl<P: Policy> wire::Guest for Adapter<P> {
    fn describe() -> wire::Description {
        wire::Description {
            name: P::ABOUT.name.to_owned(),
            version: P::ABOUT.version.to_owned(),
            summary: P::ABOUT.summary.to_owned(),
            settings_schema: settings_schema::<P>(),
        }
    }

    fn validate(settings: String) -> Result<(), String> {
        load::<P>(&settings).map(drop)
    }

    fn select(
        settings: String,
        candidates: String,
        context: wire::Context,
    ) -> Result<wire::Selection, wire::Error> {
        let policy = load::<P>(&settings).map_err(wire::Error::InvalidSettings)?;
        let tags = Tags::from_lines(candidates);
        let context = Context {
            image: context.image,
            current: context.current,
            now: context.now,
            explain: context.explain,
            images: Images::of_host(),
        };
        let selection = policy.select(&tags, &context)?;
        let rejected = selection.rejected.into_iter().map(Into::into).collect();
        Ok(wire::Selection { chosen: selection.chosen, rejected })
    }
}

impl From<Rejection> for types::Rejection {
    fn from(Rejection { index, reason }: Rejection) -> Self {
        Self { index, reason }
    }
}

impl From<Error> for types::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidSettings(reason) => Self::InvalidSettings(reason),
            Error::InvalidTag(rejection) => Self::InvalidTag(rejection.into()),
            Error::Other(reason) => Self::Other(reason),
        }
    }
}
