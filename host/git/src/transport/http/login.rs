//! Saying who we are over HTTP.

mod github_app;
mod helper;

use url::Url;

use super::{Client, credentials};
use crate::{
    endpoint::{Header, Login, basic},
    failure::Failure,
};

/// What every request says from the start.
pub fn first(client: &Client, url: &Url) -> Result<Option<Header>, Failure> {
    match &credentials(&client.call).login {
        Login::Header(header) => Ok(Some(header.clone())),
        Login::GitHubApp(app) => github_app::token(client, app).map(Some),
        Login::Ambient => Ok(ambient(client, url)),
    }
}

/// What to say after a request that said nothing was refused.
pub fn after_refusal(client: &Client, url: &Url) -> Option<Header> {
    match &credentials(&client.call).login {
        Login::Ambient => helper::ask(&client.call, url),
        Login::Header(_) | Login::GitHubApp(_) => None,
    }
}

/// A token of the environment for this very host, or what a helper said before.
fn ambient(client: &Client, url: &Url) -> Option<Header> {
    let keyring = &client.call.keyring;
    let token = keyring.home.token(url).and_then(|token| {
        let value = basic(&token.user, token.token.expose_text()?);
        Some(Header { value, origin: format!("the environment's {}", token.variable) })
    });
    token.or_else(|| keyring.get(&helper::name(url)))
}
