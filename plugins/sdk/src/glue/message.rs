//! The world `commit-message`.

use super::policy::bindings::tagwarden::policy as shared;
use crate::{Automation, Change, Error, Input, Message, load, settings_schema};
use bindings::exports::tagwarden::policy::message as wire;
use std::marker::PhantomData;

#[doc(hidden)]
pub use bindings::export;

#[doc(hidden)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "commit-message",
        pub_export_macro: true,
        default_bindings_module: "tagwarden_sdk::glue::message::bindings",
        with: {
            "tagwarden:policy/types@0.1.0": super::shared::types,
        },
    });
}

/// A [`Message`] as the component exports it.
pub struct Adapter<M>(PhantomData<M>);

impl<M: Message> wire::Guest for Adapter<M> {
    fn describe() -> wire::Description {
        wire::Description {
            name: M::ABOUT.name.to_owned(),
            version: M::ABOUT.version.to_owned(),
            summary: M::ABOUT.summary.to_owned(),
            settings_schema: settings_schema::<M>(),
        }
    }

    fn validate(settings: String) -> Result<(), String> {
        load::<M>(&settings).map(drop)
    }

    fn render(settings: String, input: wire::Input) -> Result<String, wire::Error> {
        let message = load::<M>(&settings).map_err(wire::Error::InvalidSettings)?;
        Ok(message.render(&input.into())?)
    }
}

impl From<wire::Input> for Input {
    fn from(input: wire::Input) -> Self {
        Self {
            automation: Automation {
                namespace: input.automation.namespace,
                name: input.automation.name,
            },
            values: input.values.into_iter().map(|entry| (entry.key, entry.value)).collect(),
            changes: input.changes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<wire::Change> for Change {
    fn from(change: wire::Change) -> Self {
        Self {
            file: change.file,
            api_version: change.api_version,
            kind: change.kind,
            name: change.name,
            namespace: change.namespace,
            old: change.old_value,
            new: change.new_value,
            setter: change.setter,
            image: change.image,
        }
    }
}

impl From<Error> for wire::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidSettings(reason) => Self::InvalidSettings(reason),
            Error::InvalidTag(rejection) => Self::Other(rejection.reason),
            Error::Other(reason) => Self::Other(reason),
        }
    }
}
