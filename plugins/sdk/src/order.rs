//! Which end of an order wins, as manifests say it.

use schemars::JsonSchema;
use serde::Deserialize;

/// Which end of an order wins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Candidates ascend, and the last one wins: the greatest.
    #[default]
    Asc,
    /// Candidates descend, and the last one wins: the smallest.
    Desc,
}
