//! What a registry asks for in `WWW-Authenticate`.

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// The most bytes of one header that are looked at.
const MAX_HEADER: usize = 16 << 10;

/// One way to log in that a registry offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// User name and password with every request.
    Basic,
    /// A token from the server at `realm`.
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

/// The offers of an answer, and the names of those not known here.
pub(crate) fn offers(headers: &HeaderMap) -> (Vec<Challenge>, Vec<String>) {
    let mut known = vec![];
    let mut unknown = vec![];
    for value in headers.get_all(WWW_AUTHENTICATE) {
        let Ok(text) = value.to_str() else { continue };
        for raw in parse(&text[..text.len().min(MAX_HEADER)]) {
            match raw.scheme.to_ascii_lowercase().as_str() {
                "basic" => known.push(Challenge::Basic),
                "bearer" => known.extend(raw.bearer()),
                _ => unknown.push(raw.scheme),
            }
        }
    }
    (known, unknown)
}

#[derive(Debug)]
struct Raw {
    scheme: String,
    parameters: Vec<(String, String)>,
}

impl Raw {
    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.parameters.iter().position(|(n, _)| n.eq_ignore_ascii_case(name))?;
        Some(self.parameters.swap_remove(at).1)
    }

    fn bearer(mut self) -> Option<Challenge> {
        Some(Challenge::Bearer {
            realm: self.take("realm")?,
            service: self.take("service").filter(|s| !s.is_empty()),
            scope: self.take("scope").filter(|s| !s.is_empty()),
        })
    }
}

/// Reads `scheme name=value, name="value", scheme …`: a word before `=` is a
/// parameter of the challenge at hand, any other word begins a new one.
fn parse(text: &str) -> Vec<Raw> {
    let mut rest = text;
    let mut all: Vec<Raw> = vec![];
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (word, after) = token(rest);
        if word.is_empty() {
            let mut characters = rest.chars();
            if characters.next().is_none() {
                return all;
            }
            rest = characters.as_str();
            continue;
        }
        let spaced = after.trim_start_matches([' ', '\t']);
        match (spaced.strip_prefix('='), all.last_mut()) {
            (Some(value), Some(challenge)) => {
                let (value, left) = self::value(value.trim_start_matches([' ', '\t']));
                challenge.parameters.push((word.to_owned(), value));
                rest = left;
            }
            _ => {
                all.push(Raw { scheme: word.to_owned(), parameters: vec![] });
                rest = after;
            }
        }
    }
}

fn token(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c)))
        .unwrap_or(text.len());
    text.split_at(end)
}

fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => break,
            '\\' => value.extend(characters.next()),
            c => value.push(c),
        }
    }
    (value, characters.as_str())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn read(values: &[&str]) -> (Vec<Challenge>, Vec<String>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_str(value).unwrap());
        }
        offers(&headers)
    }

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        Challenge::Bearer {
            realm: realm.into(),
            service: service.map(Into::into),
            scope: scope.map(Into::into),
        }
    }

    #[test]
    fn reads_a_bearer_challenge_with_commas_in_quotes() {
        let header = r#"Bearer realm="https://auth.example/token",service="r.example",scope="repository:a/b:pull,push""#;
        let expected = bearer(
            "https://auth.example/token",
            Some("r.example"),
            Some("repository:a/b:pull,push"),
        );
        assert_eq!(read(&[header]).0, [expected]);
    }

    #[test]
    fn reads_several_challenges_of_one_header_and_of_several() {
        let (known, unknown) = read(&[
            r#"Negotiate, BASIC realm="x, y", bearer realm=https://a.example/t"#,
            r#"Basic realm="\"quoted\"""#,
        ]);
        assert_eq!(
            known,
            [Challenge::Basic, bearer("https://a.example/t", None, None), Challenge::Basic]
        );
        assert_eq!(unknown, ["Negotiate"]);
    }

    #[test]
    fn a_bearer_challenge_without_a_realm_offers_nothing() {
        assert_eq!(read(&[r#"Bearer service="x""#]), (vec![], vec![]));
    }

    #[test]
    fn takes_any_text_without_panic() {
        for text in [
            "",
            ",",
            "=",
            "Basic =",
            "\"",
            "Bearer realm=\"",
            "Bearer realm=\"a\\",
            "Negotiate abc==",
            "a=b",
        ] {
            let _any = read(&[text]);
        }
    }
}
