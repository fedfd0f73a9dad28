//! Markers: the comments that hand a scalar over to a policy.

use std::{collections::HashMap, fmt, str::FromStr};

use serde::Serialize;

use crate::object::ObjectName;

/// What a marked scalar is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkerPart {
    /// The whole reference, `image:tag[@digest]`.
    Reference,
    /// The tag alone.
    Tag,
    /// The image without tag and digest.
    Name,
    /// The digest alone.
    Digest,
}

impl MarkerPart {
    /// What a setter says after the policy's name.
    fn suffix(self) -> &'static str {
        match self {
            Self::Reference => "",
            Self::Tag => ":tag",
            Self::Name => ":name",
            Self::Digest => ":digest",
        }
    }
}

/// A marker, printed as its setter `NAMESPACE:NAME[:tag|:name|:digest]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Marker {
    /// The policy that decides.
    pub policy: ObjectName,
    /// What of its decision is to be written.
    pub part: MarkerPart,
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, part } = self;
        write!(f, "{}:{}{}", policy.namespace, policy.name, part.suffix())
    }
}

impl Serialize for Marker {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Marker {
    /// The marker a comment consists of; `None` when it is another comment.
    ///
    /// The comment starts with its `#`. A marker is a JSON object of strings;
    /// keys besides `$imagepolicy` mean nothing.
    #[must_use]
    pub fn of_comment(comment: &str) -> Option<Result<Self, MarkerError>> {
        let json = comment.trim_start_matches('#');
        let keys: HashMap<String, Option<String>> = serde_json::from_str(json).ok()?;
        let setter = keys.get("$imagepolicy")?.as_deref().filter(|setter| !setter.is_empty())?;
        Some(setter.parse())
    }
}

/// Why a marker cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkerError {
    /// The setter does not have two or three parts.
    #[error(
        "the marker {0:?} names no policy; write NAMESPACE:NAME, with :tag, :name or :digest if needed"
    )]
    Shape(String),
    /// The third part is none of those that are known.
    #[error("the marker {0:?} asks for {1:?}; known are tag, name and digest")]
    Part(String, String),
}

impl FromStr for Marker {
    type Err = MarkerError;

    /// Reads a setter.
    fn from_str(setter: &str) -> Result<Self, MarkerError> {
        let mut parts = setter.splitn(3, ':');
        let (Some(namespace), Some(name)) = (parts.next(), parts.next()) else {
            return Err(MarkerError::Shape(setter.to_owned()));
        };
        if namespace.is_empty() || name.is_empty() {
            return Err(MarkerError::Shape(setter.to_owned()));
        }
        let part = match parts.next() {
            None => MarkerPart::Reference,
            Some("tag") => MarkerPart::Tag,
            Some("name") => MarkerPart::Name,
            Some("digest") => MarkerPart::Digest,
            Some(other) => return Err(MarkerError::Part(setter.to_owned(), other.to_owned())),
        };
        Ok(Self { policy: ObjectName::new(namespace, name), part })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setter(comment: &str) -> Option<String> {
        Marker::of_comment(comment).map(|marker| marker.unwrap().to_string())
    }

    #[test]
    fn reads_a_comment_of_json_however_it_is_spaced() {
        let all = [
            r#"# {"$imagepolicy": "a:b:tag"}"#,
            r#"#{"$imagepolicy":"a:b:tag"}"#,
            r###"##   { "$imagepolicy" : "a:b:tag" , "note": "x" }  "###,
        ];
        for comment in all {
            assert_eq!(setter(comment).as_deref(), Some("a:b:tag"), "{comment}");
        }
    }

    #[test]
    fn takes_other_comments_for_what_they_are() {
        let all = [
            "# prose",
            "",
            r#"# {"$imagepolicy": "a:b"} keep"#,
            r#"# see {"$imagepolicy": "a:b"}"#,
            r#"# {"$imagepolicy": a:b}"#,
            r#"# {"$imagepolicy": 1}"#,
            r#"# {"$imagepolicy": ""}"#,
            r#"# {"note": "x"}"#,
            r#"# ["$imagepolicy"]"#,
        ];
        for comment in all {
            assert_eq!(Marker::of_comment(comment), None, "{comment}");
        }
    }

    #[test]
    fn refuses_a_setter_of_another_shape() {
        for text in ["a", ":b", "a:", ":"] {
            assert!(matches!(text.parse::<Marker>(), Err(MarkerError::Shape(_))), "{text}");
        }
        for text in ["a:b:nope", "a:b:", "a:b:tag:x"] {
            assert!(matches!(text.parse::<Marker>(), Err(MarkerError::Part(..))), "{text}");
        }
    }
}
