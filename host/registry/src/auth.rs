//! Who we are to a registry: credentials, challenges and tokens.

pub(crate) mod ambient;
pub(crate) mod challenge;
pub(crate) mod credential;
pub(crate) mod docker_config;
pub(crate) mod matching;
pub(crate) mod token;
