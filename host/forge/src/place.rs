//! A repository's place in its forge's interface.

use url::Url;

use crate::http::Api;

/// The path below which everything about one repository is.
pub(crate) struct Place(Vec<String>);

impl Place {
    /// The place below these segments.
    pub fn new<'s>(before: &[&str], path: impl IntoIterator<Item = &'s str>) -> Self {
        let before = before.iter().map(ToString::to_string);
        Self(before.chain(path.into_iter().map(str::to_owned)).collect())
    }

    /// Something below it.
    pub fn at(&self, api: &Api, below: &[&str], query: &[(&str, &str)]) -> Url {
        let path: Vec<&str> =
            self.0.iter().map(String::as_str).chain(below.iter().copied()).collect();
        api.at(&path, query)
    }

    /// Something of a numbered thing below it.
    pub fn numbered(&self, api: &Api, kind: &str, number: u64, below: &[&str]) -> Url {
        let number = number.to_string();
        let mut path = vec![kind, number.as_str()];
        path.extend(below);
        self.at(api, &path, &[])
    }
}
