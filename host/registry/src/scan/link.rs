//! The way from a page to the next one.

use reqwest::header::LINK;
use url::Url;

use crate::{endpoint::same_origin, http::wire::Answer};

/// The next page's address; none on the last page. It must be where this page
/// was: whoever can write a `Link` must not choose whom we ask.
pub(crate) fn next(answer: &Answer) -> Result<Option<Url>, String> {
    for value in answer.headers.get_all(LINK) {
        let text = value.to_str().map_err(|_| "the Link header is not text".to_owned())?;
        if let Some(target) = next_target(text)? {
            return resolve(&answer.url, target).map(Some);
        }
    }
    Ok(None)
}

fn resolve(page: &Url, target: &str) -> Result<Url, String> {
    let mut next =
        page.join(target).map_err(|e| format!("the Link to the next page is no address: {e}"))?;
    next.set_fragment(None);
    // A registry behind a proxy that ends TLS may take itself for plain HTTP.
    let mistaken = page.scheme() == "https" && next.scheme() == "http" && next.port().is_none();
    if mistaken && page.port().is_none() && next.host() == page.host() {
        let _set = next.set_scheme("https");
    }
    match same_origin(page, &next) {
        true => Ok(on_the_page(page, next)),
        false => {
            let host = next.host_str().unwrap_or("nowhere");
            Err(format!(
                "refused a Link to {}://{host}: the next page must be where this one is",
                next.scheme()
            ))
        }
    }
}

/// Registries behind a gateway may name the list by the path it has inside
/// (Nexus: `/repository/NAME/v2/…`; Artifactory: without the repository's
/// key). All pages of a list are at one path, so the first page's is right.
fn on_the_page(page: &Url, mut next: Url) -> Url {
    const LIST: &str = "/tags/list";
    if page.path().ends_with(LIST) && next.path().ends_with(LIST) {
        next.set_path(page.path());
    }
    next
}

/// The target of the first link whose relation is `next`, or that has none,
/// as older registries write it.
fn next_target(text: &str) -> Result<Option<&str>, String> {
    let mut rest = text.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let open = rest.strip_prefix('<').ok_or("the Link header cannot be read")?;
        let (target, after) = open.split_once('>').ok_or("the Link header cannot be read")?;
        let (parameters, left) = split_at_comma(after);
        if is_next(parameters) {
            return Ok(Some(target.trim()));
        }
        rest = left.trim_start_matches([' ', '\t', ',']);
    }
    Ok(None)
}

/// Splits at the first comma outside of quotes.
fn split_at_comma(text: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

fn is_next(parameters: &str) -> bool {
    let relation = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"'))
    });
    relation.is_none_or(|rel| {
        rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("next"))
    })
}

#[cfg(test)]
mod tests {
    use reqwest::{StatusCode, header::HeaderMap};

    use super::*;

    fn follow(links: &[&str]) -> Result<Option<String>, String> {
        follow_from("https://r.example/v2/a/tags/list?n=1", links)
    }

    fn follow_from(page: &str, links: &[&str]) -> Result<Option<String>, String> {
        let mut headers = HeaderMap::new();
        for link in links {
            headers.append(LINK, link.parse().unwrap());
        }
        let answer =
            Answer { status: StatusCode::OK, headers, url: page.parse().unwrap(), body: vec![] };
        Ok(next(&answer)?.map(String::from))
    }

    #[test]
    fn follows_relative_and_absolute_links() {
        for link in [
            "</v2/a/tags/list?n=1&last=x>; rel=\"next\"",
            "<list?n=1&last=x>; rel=next",
            "<?n=1&last=x>;REL=\"NEXT last\"",
            "<https://r.example:443/v2/a/tags/list?n=1&last=x>",
            "<//r.example/v2/a/tags/list?n=1&last=x#top>; rel=\"next\"",
            "<http://r.example/v2/a/tags/list?n=1&last=x>; rel=\"next\"",
        ] {
            let expected = Some("https://r.example/v2/a/tags/list?n=1&last=x".to_owned());
            assert_eq!(follow(&[link]), Ok(expected), "{link}");
        }
    }

    #[test]
    fn finds_the_next_among_other_links() {
        let links = "</first,x>; rel=\"first\"; title=\"a, b\", </v2/next>; rel=next";
        assert_eq!(follow(&[links]), Ok(Some("https://r.example/v2/next".into())));
        assert_eq!(
            follow(&["</p>; rel=prev", "</n>; rel=next"]),
            Ok(Some("https://r.example/n".into()))
        );
        assert_eq!(follow(&["</p>; rel=prev"]), Ok(None));
        assert_eq!(follow(&[]), Ok(None));
    }

    #[test]
    fn a_list_that_is_named_by_an_inner_path_stays_where_it_is() {
        for link in [
            "<https://r.example/repository/hub/v2/a/tags/list?n=1&last=x>; rel=\"next\"",
            "</v2/inner/a/tags/list?n=1&last=x>; rel=\"next\"",
        ] {
            let expected = Some("https://r.example/v2/a/tags/list?n=1&last=x".to_owned());
            assert_eq!(follow(&[link]), Ok(expected), "{link}");
        }
    }

    #[test]
    fn refuses_another_host_scheme_or_port() {
        for link in [
            "<https://evil.example/v2/a>",
            "<https://r.example:444/v2/a>",
            "<http://r.example:80/../x:1>; rel=next, <http://r.example:8080/v2/a>",
            "<ftp://r.example/v2/a>",
            "<file:///etc/passwd>",
            "<//evil.example/v2>",
        ] {
            let result = follow(&[link]);
            let refused = matches!(&result, Err(e) if e.contains("refused"));
            let upgraded =
                matches!(&result, Ok(Some(url)) if url.starts_with("https://r.example/"));
            assert!(refused || upgraded, "{link}: {result:?}");
        }
        assert!(follow_from("http://r.example/v2", &["<https://r.example/v2/a>"]).is_err());
    }

    #[test]
    fn a_link_that_cannot_be_read_is_an_error_not_the_end() {
        for link in ["next", "<unclosed", "<https://[>; rel=next"] {
            assert!(follow(&[link]).is_err(), "{link}");
        }
    }
}
