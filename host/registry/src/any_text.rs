//! What reads texts of servers and files, on texts that nobody would send.

use std::time::SystemTime;

use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue, LINK, RETRY_AFTER, WWW_AUTHENTICATE},
};
use tagwarden_core::{
    object::ObjectName,
    spec::{Secret, SecretValue},
};

use crate::{
    auth::{challenge, docker_config},
    endpoint::same_origin,
    http::{rate_limit, retry_after, wire::Answer},
    problem,
    scan::next_page,
};

/// How many texts each reader is given.
const TEXTS: usize = 20_000;

/// Texts near to the seed: bytes changed, left out, repeated. The same in every run.
fn near(seed: &str, mut each: impl FnMut(Vec<u8>)) {
    let mut chance = fastrand::Rng::with_seed(seed.len() as u64);
    let odd = b"\"\\,;=<>:/{}[]() \t%?#@*\0\n\xff\xc3\xa90aZ-";
    for _ in 0..TEXTS {
        let mut text = seed.as_bytes().to_vec();
        for _ in 0..chance.usize(1..8) {
            let at = chance.usize(..=text.len());
            match chance.u8(..4) {
                0 => text.insert(at, odd[chance.usize(..odd.len())]),
                1 => drop(text.drain(at..(at + chance.usize(..9)).min(text.len()))),
                2 if at < text.len() => text[at] = odd[chance.usize(..odd.len())],
                _ => text.extend_from_within(at..),
            }
            text.truncate(4_000);
        }
        each(text);
    }
}

fn headers(name: &HeaderName, text: &[u8]) -> Option<HeaderMap> {
    Some(HeaderMap::from_iter([(name.clone(), HeaderValue::from_bytes(text).ok()?)]))
}

#[test]
fn no_link_leads_away_from_its_host() {
    let page: url::Url = "https://r.example/v2/a/tags/list?n=1".parse().unwrap();
    for seed in [
        "</v2/a/tags/list?n=1&last=x>; rel=\"next\"",
        "</p>; rel=prev, <https://r.example:443/v2/a/tags/list?last=y>; title=\"a, b\"; rel=next",
    ] {
        near(seed, |text| {
            let Some(headers) = headers(&LINK, &text) else { return };
            let answer =
                Answer { status: StatusCode::OK, headers, url: page.clone(), body: vec![] };
            if let Ok(Some(next)) = next_page(&answer) {
                assert!(same_origin(&page, &next), "{:?}", String::from_utf8_lossy(&text));
            }
        });
    }
}

#[test]
fn any_challenge_and_any_limit_can_be_read() {
    near("Negotiate, Bearer realm=\"https://a.example/t\",scope=\"repository:a:pull\"", |text| {
        let read = headers(&WWW_AUTHENTICATE, &text).map(|headers| challenge::offers(&headers));
        let Some((known, unknown)) = read else { return };
        assert!(known.len() + unknown.len() <= text.len());
    });
    for seed in ["120", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        near(seed, |text| {
            let wait = headers(&RETRY_AFTER, &text)
                .and_then(|headers| retry_after::wait(&headers, SystemTime::UNIX_EPOCH));
            assert!(wait.is_none_or(|wait| wait.as_secs() <= 6 * 3600));
        });
    }
    near("100;w=21600", |text| {
        let name = HeaderName::from_static("ratelimit-remaining");
        let limit = headers(&name, &text).and_then(|headers| rate_limit::read(&headers));
        assert!(limit.is_none_or(|limit| limit.next.as_secs() <= 24 * 3600));
    });
}

#[test]
fn no_pull_secret_is_quoted_however_it_is_broken() {
    let seed = r#"{"auths": {"https://r.example/v1/": {"auth": "dTpodW50ZXIy", "password": "hunter2"}, "*.example": {"identitytoken": "hunter2"}}}"#;
    near(seed, |text| {
        let data = [(".dockerconfigjson".to_owned(), SecretValue::new(text))].into();
        let secret = Secret { name: ObjectName::new("a", "b"), kind: String::new(), data };
        if let Err(said) = docker_config::resolve(&[secret], "r.example", "team/app") {
            assert!(said.starts_with("secret a/b"), "{said}");
        }
    });
}

#[test]
fn any_words_are_one_short_line() {
    near(r#"{"errors":[{"code":"DENIED","message":"no such name"}]}"#, |text| {
        if let Some(words) = problem::words(&text) {
            assert!(words.chars().count() <= 301 && !words.contains(char::is_control), "{words:?}");
        }
    });
}
