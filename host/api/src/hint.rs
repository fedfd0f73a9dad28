//! Hints for those who mistyped.

/// `did you mean …?`, when one of `known` is close to `word`.
pub(crate) fn did_you_mean(word: &str, known: &[&str]) -> Option<String> {
    closest(word, known).map(|best| format!("did you mean `{best}`?"))
}

/// The one of `known` that is close enough to `word` to be meant by it.
pub(crate) fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    // The distance takes time by the product of the lengths; no name is long.
    if word.len() > 64 {
        return None;
    }
    let lower = word.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&lower, &name.to_lowercase());
    let best = known.iter().map(|name| (distance(name), *name)).min_by_key(|(d, _)| *d)?;
    let tolerated = (best.1.len() / 3).clamp(1, 4);
    (best.0 <= tolerated).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_name_is_meant() {
        let known = ["range", "order", "imageRepositoryRef"];
        assert_eq!(closest("rnage", &known), Some("range"));
        assert_eq!(closest("Range", &known), Some("range"));
        assert_eq!(closest("imagerepoRef", &known), None);
        assert_eq!(closest("imageRepoRef", &["imageRepositoryRef"]), None);
        assert_eq!(closest("imagerepositoryref", &known), Some("imageRepositoryRef"));
        assert_eq!(closest("zzz", &known), None);
        assert_eq!(closest(&"range".repeat(100), &known), None);
    }
}
