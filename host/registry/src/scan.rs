//! The whole list of an image's tags.

mod link;
mod page;

use std::collections::HashSet;

use reqwest::StatusCode;
use tagwarden_core::tags::TagSet;
use tagwarden_reconcile::ports::RegistryError;
use url::Url;

use self::page::Collected;
use crate::{
    http::wire::{Answer, Ask},
    session::Session,
};

const ACCEPT: &str = "application/json";

/// Follows the pages to the last one. Any doubt on the way is an error: a
/// policy that saw part of a list would select an older tag.
pub(crate) async fn tags(session: &Session<'_>) -> Result<TagSet, RegistryError> {
    let options = &session.shared.options;
    let mut collected = Collected::new(options.max_tags);
    let mut visited: HashSet<Url> = HashSet::new();
    let mut answer = first_page(session).await?;
    visited.insert(answer.url.clone());
    loop {
        let next = link::next(&answer).map_err(|problem| {
            session.subject.protocol(format!(
                "tags/list: page {}: {}",
                visited.len(),
                session.clean(&problem)
            ))
        })?;
        collected = read(session, collected, answer.body, visited.len()).await?;
        let Some(next) = next else { break };
        if visited.len() >= options.max_pages {
            let message = format!("tags/list: more than the {} pages allowed", options.max_pages);
            return Err(session.subject.protocol(message));
        }
        if !visited.insert(next.clone()) {
            let message =
                format!("tags/list: page {} links back to an earlier page", visited.len());
            return Err(session.subject.protocol(message));
        }
        answer = session.demand(Ask::get(next, ACCEPT, options.max_page_bytes)).await?;
    }
    finish(session, collected, visited.len()).await
}

/// The first page, `n` tags long; of the registry's own length where it takes no `n`.
async fn first_page(session: &Session<'_>) -> Result<Answer, RegistryError> {
    let options = &session.shared.options;
    let plain = session.address(&["tags", "list"]);
    let mut sized = plain.clone();
    sized.query_pairs_mut().append_pair("n", &options.page_size.to_string());
    let ask = Ask::get(sized, ACCEPT, options.max_page_bytes);
    let named = "GET tags/list";
    let answer = session.ask(ask).await?;
    match answer.status {
        status if status.is_success() => Ok(answer),
        StatusCode::BAD_REQUEST => {
            session.demand(Ask::get(plain, ACCEPT, options.max_page_bytes)).await
        }
        _ => Err(session.refused(named, "registry", &answer)),
    }
}

/// Reads a page away from the threads that wait for the network.
async fn read(
    session: &Session<'_>,
    mut collected: Collected,
    body: Vec<u8>,
    page: usize,
) -> Result<Collected, RegistryError> {
    let read = tokio::task::spawn_blocking(move || collected.read(&body).map(|()| collected)).await;
    let lost = |_| session.subject.protocol("the reader of a page broke off");
    read.map_err(lost)?.map_err(|problem| {
        session.subject.protocol(format!("tags/list: page {page}: {}", session.clean(&problem)))
    })
}

async fn finish(
    session: &Session<'_>,
    collected: Collected,
    pages: usize,
) -> Result<TagSet, RegistryError> {
    let dropped = collected.dropped;
    let sorted = tokio::task::spawn_blocking(move || collected.sorted()).await;
    let tags = sorted.map_err(|_| session.subject.protocol("sorting the tags broke off"))?;
    tracing::debug!(
        registry.host = %session.subject.registry,
        tags = tags.len(),
        pages,
        dropped,
        "listed"
    );
    Ok(tags)
}
