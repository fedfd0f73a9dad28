//! Pages of tags, good and bad.

use std::{ops::Bound, sync::Arc};

use bytes::Bytes;
use futures::{StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::{
    Response,
    body::Frame,
    header::{CONTENT_LENGTH, CONTENT_TYPE, LINK},
};
use serde_json::{Value, json};

use super::{
    Fault,
    routes::{Body, Refused, oci_error, reply},
    shared::Shared,
};

/// One page that would be right.
struct Page {
    json: Value,
    link: Option<String>,
}

/// Answers a list request, or does what the script says instead.
pub(super) async fn list(
    shared: &Arc<Shared>,
    repository: &str,
    query: &str,
    authorization: Option<&str>,
) -> Result<Response<Body>, Refused> {
    let fault = super::lock(&shared.script)
        .pop_front()
        .unwrap_or_else(|| super::lock(&shared.always).clone());
    let Some(page) = page(shared, repository, query) else {
        return Ok(oci_error(404, "NAME_UNKNOWN", "repository name not known to registry"));
    };
    if shared.settings.refuses_page_size && parameter(query, "n").is_some() {
        return Ok(oci_error(
            400,
            "PAGINATION_NUMBER_INVALID",
            "invalid number of results requested",
        ));
    }
    let _under_way = shared.enter();
    match fault {
        None => Ok(good(page)),
        Some(fault) => bad(fault, page, repository, authorization).await,
    }
}

fn page(shared: &Shared, repository: &str, query: &str) -> Option<Page> {
    let contents = super::lock(&shared.contents);
    let tags = contents.tags(repository)?;
    let asked = parameter(query, "n").and_then(|n| n.parse().ok());
    let cap = shared.settings.page_cap.unwrap_or(usize::MAX);
    let size = asked.unwrap_or(cap).min(cap);
    let after = match parameter(query, "last") {
        Some(last) => Bound::Excluded(last),
        None => Bound::Unbounded,
    };
    let mut rest = tags.range::<String, _>((after, Bound::Unbounded)).map(|(tag, _)| tag);
    let page: Vec<&String> = rest.by_ref().take(size).collect();
    let link = match (rest.next(), page.last()) {
        (Some(_more), Some(last)) => Some(next_link(repository, last, size)),
        _ => None,
    };
    Some(Page { json: json!({"name": repository, "tags": page}), link })
}

fn next_link(repository: &str, last: &str, size: usize) -> String {
    let last: String = url::form_urlencoded::byte_serialize(last.as_bytes()).collect();
    format!("</v2/{repository}/tags/list?last={last}&n={size}>; rel=\"next\"")
}

pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(n, _)| n == name)
        .map(|(_, v)| v.into_owned())
}

fn good(page: Page) -> Response<Body> {
    let mut answer = reply(200, page.json.to_string());
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, "application/json".parse().expect("a constant"));
    if let Some(link) = page.link.and_then(|link| link.parse().ok()) {
        headers.insert(LINK, link);
    }
    answer
}

async fn bad(
    fault: Fault,
    mut page: Page,
    repository: &str,
    authorization: Option<&str>,
) -> Result<Response<Body>, Refused> {
    let text = page.json.to_string();
    let half = Bytes::from(text[..text.len() / 2].to_owned());
    let length = text.len();
    Ok(match fault {
        Fault::Status { status, headers, body } => with_headers(reply(status, body), &headers),
        Fault::Reset => return Err(Refused),
        Fault::Silence => std::future::pending().await,
        Fault::Stall => {
            announced(length, streamed(stream::iter([Ok(half)]).chain(stream::pending())))
        }
        Fault::Trickle => announced(length + 1_000_000, trickle(&text)),
        Fault::Cut => announced(length, streamed(stream::iter([Ok(half), Err(Refused)]))),
        Fault::CutChunked => Response::new(streamed(stream::iter([Ok(half), Err(Refused)]))),
        Fault::WrongLength => {
            announced(length + 100, streamed(stream::iter([Ok(Bytes::from(text))])))
        }
        Fault::Body(body) => reply(200, body),
        Fault::Endless(bytes) => {
            let chunk = Bytes::from(vec![b' '; 4096]);
            Response::new(streamed(stream::iter((0..bytes / 4096).map(move |_| Ok(chunk.clone())))))
        }
        Fault::Link(link) => {
            page.link = Some(link);
            good(page)
        }
        Fault::Loop => {
            page.link = Some(format!("</v2/{repository}/tags/list?loop=1>; rel=\"next\""));
            good(page)
        }
        Fault::EverNew => {
            let fresh = fastrand::u64(..);
            page.link = Some(format!("</v2/{repository}/tags/list?fresh={fresh}>; rel=\"next\""));
            good(page)
        }
        Fault::Gather(barrier) => {
            barrier.wait().await;
            good(page)
        }
        Fault::NullTags => {
            good(Page { json: json!({"name": repository, "tags": null}), link: None })
        }
        Fault::Echo => oci_error(
            400,
            "UNSUPPORTED",
            &format!("you sent {}", authorization.unwrap_or("nothing")),
        ),
    })
}

/// What happens to a request of another step, whose good answer is this.
pub(super) async fn misbehave(
    fault: Fault,
    json: Value,
    authorization: Option<&str>,
) -> Result<Response<Body>, Refused> {
    bad(fault, Page { json, link: None }, "", authorization).await
}

/// The text, then blanks, a byte each 20 ms: a reader without a limit of its
/// own would wait for hours.
fn trickle(text: &str) -> Body {
    let bytes = text.to_owned().into_bytes().into_iter().chain(std::iter::repeat(b' '));
    streamed(stream::iter(bytes).then(|byte| async move {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        Ok(Bytes::copy_from_slice(&[byte]))
    }))
}

fn with_headers(mut answer: Response<Body>, headers: &[(String, String)]) -> Response<Body> {
    for (name, value) in headers {
        let name = hyper::header::HeaderName::try_from(name).expect("a test names a header");
        answer.headers_mut().append(name, value.parse().expect("a test writes a header"));
    }
    answer
}

fn announced(length: usize, body: Body) -> Response<Body> {
    let mut answer = Response::new(body);
    answer.headers_mut().insert(CONTENT_LENGTH, length.into());
    answer
}

fn streamed(
    chunks: impl futures::Stream<Item = Result<Bytes, Refused>> + Send + Sync + 'static,
) -> Body {
    BodyExt::boxed(StreamBody::new(chunks.map(|chunk| chunk.map(Frame::data))))
}
