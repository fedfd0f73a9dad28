//! What a plugin author needs: typed settings, tags and decisions, nothing of
//! Wasm.
//!
//! A plugin is one type. It says what it is and reads its settings
//! ([`Plugin`]), decides in one function ([`Policy`], [`Filter`] or
//! [`Message`]), and is exported with [`export_policy!`], [`export_filter!`] or
//! [`export_message!`]:
//!
//! ```
//! use tagwarden_sdk::{About, Context, Error, Plugin, Policy, Selection, Tags};
//! use tagwarden_sdk::{JsonSchema, serde::Deserialize};
//!
//! /// Chooses the longest tag that starts as asked.
//! struct Longest {
//!     settings: Settings,
//! }
//!
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(crate = "tagwarden_sdk::serde", deny_unknown_fields)]
//! #[schemars(crate = "tagwarden_sdk::schemars")]
//! struct Settings {
//!     /// What the tag starts with.
//!     prefix: String,
//! }
//!
//! impl Plugin for Longest {
//!     type Settings = Settings;
//!     const ABOUT: About = About {
//!         name: "longest",
//!         version: "1.0.0",
//!         summary: "Chooses the longest tag with a prefix.",
//!     };
//!     fn new(settings: Settings) -> Result<Self, String> {
//!         Ok(Self { settings })
//!     }
//! }
//!
//! impl Policy for Longest {
//!     fn select(&self, tags: &Tags, context: &Context) -> Result<Selection, Error> {
//!         let prefix = &self.settings.prefix;
//!         Ok(Selection::greatest(tags, context, |tag| {
//!             let fits = tag.starts_with(prefix);
//!             fits.then_some(tag.len())
//!                 .ok_or_else(|| format!("does not start with {prefix}"))
//!         }))
//!     }
//! }
//!
//! tagwarden_sdk::export_policy!(Longest);
//!
//! let longest = tagwarden_sdk::load::<Longest>(r#"{"prefix": "v"}"#).unwrap();
//! let tags = Tags::from_iter(["latest", "v1", "v10"]);
//! let selection = longest.select(&tags, &Context::default()).unwrap();
//! assert_eq!(selection.chosen, Some(2));
//! ```
//!
//! The same crate is tested natively as above and built as a component with
//! `cargo build --target wasm32-unknown-unknown`.
//!
//! **Invariant:** everything here but the glue is plain data and pure functions;
//! the glue, present on `wasm32` alone, only converts.

mod filter;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod glue;
mod message;
mod order;
mod plugin;
mod policy;
mod tags;

pub use filter::{Filter, FilterContext, Filtered};
pub use message::{Automation, Change, Input, Message};
pub use order::Order;
pub use plugin::{About, Error, Plugin, Rejection, load, settings_schema};
pub use policy::{Context, Policy, Selection};
pub use schemars::{self, JsonSchema};
pub use serde;
pub use tags::Tags;

/// Makes a type that is a [`Policy`] what a component exports.
#[macro_export]
macro_rules! export_policy {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::glue::policy::Adapter<$plugin>;
            $crate::glue::policy::export!(Exported);
        };
    };
}

/// Makes a type that is a [`Filter`] what a component exports.
#[macro_export]
macro_rules! export_filter {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::glue::filter::Adapter<$plugin>;
            $crate::glue::filter::export!(Exported);
        };
    };
}

/// Makes a type that is a [`Message`] what a component exports.
#[macro_export]
macro_rules! export_message {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::glue::message::Adapter<$plugin>;
            $crate::glue::message::export!(Exported);
        };
    };
}
