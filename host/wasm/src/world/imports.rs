//! What a component imports, held against what it was granted.

use tagwarden_core::spec::{Grant, Grants};

use super::{Kind, few, same_track};
use crate::{
    contract::{PACKAGE, VERSION},
    lookup, wasi,
};

/// The grants that the imports use, or why the component may not load.
pub(super) fn check(imports: &[String], granted: &Grants) -> Result<Grants, String> {
    let ours = format!("{PACKAGE}/");
    let foreign: Vec<String> = imports
        .iter()
        .filter(|import| !import.starts_with(&ours) && grant(import).is_none())
        .cloned()
        .collect();
    if !foreign.is_empty() {
        return Err(format!(
            "it imports {}, which no grant gives; a plugin has no network and speaks WASI 0.2 at most",
            few(&foreign)
        ));
    }
    let known = |import: &&String| import.starts_with(&ours);
    let newer = imports.iter().filter(known).find(|import| !version_fits(import));
    if let Some(import) = newer {
        return Err(format!("it imports {import}, and this Tagwarden speaks {PACKAGE}@{VERSION}"));
    }
    let mut used = Grants::new();
    for needed in Grant::ALL {
        let by: Vec<String> =
            imports.iter().filter(|import| grant(import) == Some(needed)).cloned().collect();
        if by.is_empty() {
            continue;
        }
        if !granted.contains(&needed) {
            return Err(missing(needed, &by));
        }
        used.insert(needed);
    }
    Ok(used)
}

/// Refuses a grant that a plugin of this kind cannot use.
pub(super) fn check_kind(kind: Kind, used: &Grants) -> Result<(), String> {
    match kind {
        Kind::Message if used.contains(&Grant::Metadata) => {
            Err(format!("it imports {}, and a {kind} has no tags to ask about", lookup::INTERFACE))
        }
        _ => Ok(()),
    }
}

/// The grant that an import calls for.
pub(super) fn grant(import: &str) -> Option<Grant> {
    if wasi::is_part(import) {
        return Some(Grant::Wasi);
    }
    let interface = import.split('@').next()?;
    (interface == lookup::INTERFACE).then_some(Grant::Metadata)
}

fn version_fits(import: &str) -> bool {
    import.rsplit_once('@').is_some_and(|(_, version)| same_track(version))
}

fn missing(grant: Grant, imports: &[String]) -> String {
    let imports = few(imports);
    let instead = match grant {
        Grant::Wasi => "; better, build it without WASI or with its WASI stubbed",
        Grant::Metadata => "",
    };
    format!(
        "it imports {imports} and was not granted `{grant}`; grant it if you trust the plugin with it{instead}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn said(imports: &[&str], granted: &[Grant]) -> Result<Grants, String> {
        check(&names(imports), &granted.iter().copied().collect())
    }

    #[test]
    fn what_needs_no_grant_is_there() {
        assert_eq!(said(&["tagwarden:policy/types@0.1.0"], &[]), Ok(Grants::new()));
    }

    #[test]
    fn names_the_grant_that_is_missing() {
        let imports = ["wasi:clocks/wall-clock@0.2.0", "wasi:io/poll@0.2.6"];
        let refused = said(&imports, &[Grant::Metadata]).unwrap_err();
        assert!(refused.contains("wasi:io/poll@0.2.6 and was not granted `wasi`"), "{refused}");
        assert_eq!(said(&imports, &[Grant::Wasi]), Ok(Grants::from([Grant::Wasi])));
        let refused = said(&["tagwarden:policy/metadata@0.1.0"], &[Grant::Wasi]).unwrap_err();
        assert!(refused.contains("not granted `metadata`"), "{refused}");
    }

    #[test]
    fn a_grant_that_is_not_used_is_not_given() {
        let granted = [Grant::Metadata, Grant::Wasi];
        let used = said(&["tagwarden:policy/metadata@0.1.3"], &granted).unwrap();
        assert_eq!(used, Grants::from([Grant::Metadata]));
    }

    #[test]
    fn what_nobody_grants_is_named() {
        let imports = ["tagwarden:policy/types@0.1.0", "wasi:http/handler@0.3.0", "a", "b", "c"];
        let refused = said(&imports, &Grant::ALL).unwrap_err();
        assert!(refused.contains("wasi:http/handler@0.3.0, a, b and 1 more"), "{refused}");
    }

    #[test]
    fn names_the_version_that_is_not_spoken() {
        let refused = said(&["tagwarden:policy/candidates@1.0.0"], &[]).unwrap_err();
        assert!(refused.contains("candidates@1.0.0"), "{refused}");
    }

    #[test]
    fn a_message_has_no_images_to_look_up() {
        let used = Grants::from([Grant::Metadata]);
        assert!(check_kind(Kind::Message, &used).unwrap_err().contains("no tags"));
        assert_eq!(check_kind(Kind::Filter, &used), Ok(()));
    }
}
