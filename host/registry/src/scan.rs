//! The whole list of an image's tags.

mod link;
mod page;
mod unchanged;

use std::{collections::HashSet, sync::Arc};

use reqwest::{StatusCode, header::IF_NONE_MATCH};
use tagwarden_core::tags::TagSet;
use tagwarden_reconcile::ports::RegistryError;
use url::Url;

#[cfg(test)]
pub(crate) use self::link::next as next_page;
use self::page::{Collected, Summary};
pub(crate) use self::unchanged::Lists;
use crate::{
    http::wire::{Answer, Ask},
    session::Session,
};

const ACCEPT: &str = "application/json";

/// Registries that take no `n`, or not ours, answer so.
const NO_PAGE_SIZE: [StatusCode; 4] = [
    StatusCode::BAD_REQUEST,
    StatusCode::METHOD_NOT_ALLOWED,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::UNPROCESSABLE_ENTITY,
];
/// Registries that take no `last`, or know nothing behind it, answer so.
const NO_MORE: [StatusCode; 5] = [
    StatusCode::BAD_REQUEST,
    StatusCode::NOT_FOUND,
    StatusCode::METHOD_NOT_ALLOWED,
    StatusCode::RANGE_NOT_SATISFIABLE,
    StatusCode::UNPROCESSABLE_ENTITY,
];

/// Follows the pages to the last one. Any doubt on the way is an error: a
/// policy that saw part of a list would select an older tag.
pub(crate) async fn tags(session: &Session<'_>) -> Result<TagSet, RegistryError> {
    let first = match first_page(session).await? {
        First::Unchanged(tags) => return Ok(Arc::unwrap_or_clone(tags)),
        First::Page(answer) => *answer,
    };
    let (url, headers) = (first.url.clone(), first.headers.clone());
    let mut walk = Walk { session, visited: HashSet::from([url.clone()]) };
    let mut collected = Collected::new(session.shared.options.max_tags);
    let mut page = Some(first);
    while let Some(answer) = page {
        let link = walk.link(&answer)?;
        let own = walk.is_own(&answer.url);
        let (read, summary) = walk.read(collected, answer.body).await?;
        collected = read;
        page = match link {
            Some(next) => Some(walk.follow(next).await?),
            None if own => walk.past_the_end(&url, &summary).await?,
            None => None,
        };
    }
    let tags = finish(session, collected, walk.visited.len()).await?;
    if walk.visited.len() == 1 {
        session.shared.lists.put(url, session.who, &headers, &tags);
    }
    Ok(tags)
}

/// How a list begins.
enum First {
    /// As it was.
    Unchanged(Arc<TagSet>),
    /// With this page.
    Page(Box<Answer>),
}

/// The first page, `n` tags long; of the registry's own length where it takes no `n`.
async fn first_page(session: &Session<'_>) -> Result<First, RegistryError> {
    let options = &session.shared.options;
    let plain = session.address(&["tags", "list"]);
    let mut sized = plain.clone();
    sized.query_pairs_mut().append_pair("n", &options.page_size.to_string());
    let known = session.shared.lists.get(&sized, session.who);
    let mut ask = Ask::get(sized, ACCEPT, options.max_page_bytes);
    if let Some((tag, _)) = &known {
        ask.headers.insert(IF_NONE_MATCH, tag.clone());
    }
    let answer = session.ask(ask).await?;
    match (answer.status, known) {
        (StatusCode::NOT_MODIFIED, Some((_, tags))) => Ok(First::Unchanged(tags)),
        (status, _) if status.is_success() => Ok(First::Page(Box::new(answer))),
        (status, _) if NO_PAGE_SIZE.contains(&status) => {
            let ask = Ask::get(plain, ACCEPT, options.max_page_bytes);
            session.demand(ask).await.map(|answer| First::Page(Box::new(answer)))
        }
        _ => Err(session.refused("GET tags/list", "registry", &answer)),
    }
}

/// The way from page to page.
struct Walk<'a> {
    session: &'a Session<'a>,
    visited: HashSet<Url>,
}

impl Walk<'_> {
    fn wrong(&self, problem: &str) -> RegistryError {
        let page = self.visited.len();
        let problem = self.session.clean(problem);
        self.session.subject.protocol(format!("tags/list: page {page}: {problem}"))
    }

    fn link(&self, answer: &Answer) -> Result<Option<Url>, RegistryError> {
        link::next(answer).map_err(|problem| self.wrong(&problem))
    }

    async fn follow(&mut self, next: Url) -> Result<Answer, RegistryError> {
        let options = &self.session.shared.options;
        if self.visited.len() >= options.max_pages {
            let message = format!("tags/list: more than the {} pages allowed", options.max_pages);
            return Err(self.session.subject.protocol(message));
        }
        if !self.visited.insert(next.clone()) {
            let message =
                format!("tags/list: page {} links back to an earlier page", self.visited.len());
            return Err(self.session.subject.protocol(message));
        }
        self.session.demand(Ask::get(next, ACCEPT, options.max_page_bytes)).await
    }

    /// Whether the page was asked for with an `n` of ours.
    fn is_own(&self, url: &Url) -> bool {
        let n = self.session.shared.options.page_size.to_string();
        let mut query = url.query_pairs();
        query.any(|(name, value)| name == "n" && value == n)
    }

    /// A page that is as long as was asked for, and has no `Link`, may not be
    /// the last: the distribution specification leaves the header out to the
    /// registry. So what follows its last tag is asked for.
    async fn past_the_end(
        &mut self,
        first: &Url,
        page: &Summary,
    ) -> Result<Option<Answer>, RegistryError> {
        let options = &self.session.shared.options;
        let Some(last) = page.last.as_ref().filter(|_| page.names == options.page_size) else {
            return Ok(None);
        };
        let mut next = first.clone();
        next.query_pairs_mut().append_pair("last", last);
        // A registry that heeds no `last` gives the same page again.
        if self.visited.contains(&next) {
            return Ok(None);
        }
        if self.visited.len() >= options.max_pages {
            return self.follow(next).await.map(Some);
        }
        let answer =
            self.session.ask(Ask::get(next.clone(), ACCEPT, options.max_page_bytes)).await?;
        match answer.status {
            status if NO_MORE.contains(&status) => Ok(None),
            status if status.is_success() => {
                self.visited.insert(next);
                Ok(Some(answer))
            }
            _ => Err(self.session.refused("GET tags/list", "registry", &answer)),
        }
    }

    /// Reads a page away from the threads that wait for the network.
    async fn read(
        &self,
        mut collected: Collected,
        body: Vec<u8>,
    ) -> Result<(Collected, Summary), RegistryError> {
        let work = move || collected.read(&body).map(|summary| (collected, summary));
        let read = tokio::task::spawn_blocking(work).await;
        let lost = |_| self.session.subject.protocol("the reader of a page broke off");
        read.map_err(lost)?.map_err(|problem| self.wrong(&problem))
    }
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
