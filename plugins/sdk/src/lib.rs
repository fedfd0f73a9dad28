//! What a plugin author needs: typed settings, tags and decisions, nothing of
//! Wasm.
//!
//! A plugin is one type. It says what it is and reads its settings
//! ([`Plugin`]), decides in one function ([`Policy`], [`Filter`] or
//! [`Message`]), and is exported with [`export_policy!`], [`export_filter!`] or
//! [`export_message!`]. Where nothing is to be prepared, the type is its own
//! settings:
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//! use tagwarden_sdk::{About, Context, Error, Plugin, Policy, Selection, Tags};
//!
//! /// Chooses the longest tag that starts as asked.
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields)]
//! struct Longest {
//!     /// What the tag starts with.
//!     prefix: String,
//! }
//!
//! impl Plugin for Longest {
//!     type Settings = Self;
//!     const ABOUT: About = tagwarden_sdk::about!();
//!     fn new(settings: Self) -> Result<Self, String> {
//!         match settings.prefix.is_empty() {
//!             true => Err("the prefix is empty".into()),
//!             false => Ok(settings),
//!         }
//!     }
//! }
//!
//! impl Policy for Longest {
//!     fn select(&self, tags: &Tags, context: &Context) -> Result<Selection, Error> {
//!         let prefix = &self.prefix;
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
//! use tagwarden_sdk::testing::chosen;
//! let settings = r#"{"prefix": "v"}"#;
//! assert_eq!(chosen::<Longest>(settings, &["latest", "v1", "v10"]), Ok(Some("v10")));
//! assert!(chosen::<Longest>("{}", &["v1"]).unwrap_err().contains("prefix"));
//! ```
//!
//! The same crate is tested natively as above and built as a component by
//! `tagwarden plugin build`. `tagwarden plugin new NAME --lang rust` writes a
//! project to start from.
//!
//! **Invariant:** everything here but the glue is plain data and pure functions;
//! the glue, present on `wasm32` alone, only converts.

mod filter;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod glue;
mod images;
mod message;
mod order;
mod plugin;
mod policy;
mod tags;
pub mod testing;

pub use filter::{Filter, FilterContext, Filtered};
pub use images::{Image, Images};
pub use message::{Automation, Change, Input, Message};
pub use order::Order;
pub use plugin::{About, Error, Plugin, Rejection, load, settings_schema};
pub use policy::{Context, Policy, Selection};
pub use schemars::{self, JsonSchema};
pub use serde;
pub use tags::Tags;

/// What a plugin is, as its package says in `Cargo.toml`: name, version and
/// description.
#[macro_export]
macro_rules! about {
    () => {
        $crate::About {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            summary: env!("CARGO_PKG_DESCRIPTION"),
        }
    };
}

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
