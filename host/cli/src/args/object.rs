//! How objects are named on the command line.

use tagwarden_core::object::ObjectName;

/// `NAMESPACE/NAME`, or a bare name.
fn object_name(text: &str) -> (Option<&str>, &str) {
    match text.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, text),
    }
}

/// Finds the one object that `text` names.
pub fn named<'a>(
    text: &str,
    objects: impl Iterator<Item = &'a ObjectName>,
) -> Result<&'a ObjectName, String> {
    let (namespace, name) = object_name(text);
    let all: Vec<_> = objects.collect();
    let fits = |o: &&ObjectName| o.name == name && namespace.is_none_or(|n| o.namespace == n);
    let mut found = all.iter().copied().filter(fits);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => {
            let there: Vec<_> = all.iter().map(ToString::to_string).collect();
            Err(format!("there is no {text} in the manifests, only: {}", there.join(", ")))
        }
        (Some(one), Some(other)) => {
            Err(format!("{text} may be {one} or {other}: give the namespace"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_must_be_unambiguous() {
        let objects =
            [ObjectName::new("a", "x"), ObjectName::new("b", "x"), ObjectName::new("b", "y")];
        assert_eq!(named("y", objects.iter()), Ok(&objects[2]));
        assert_eq!(named("b/x", objects.iter()), Ok(&objects[1]));
        assert!(named("x", objects.iter()).is_err());
        assert!(named("z", objects.iter()).is_err());
    }
}
