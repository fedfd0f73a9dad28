//! Logins: none, basic, or tokens from the registry's own token endpoint.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};

/// Who may use the registry.
#[derive(Clone, Debug, Default)]
pub enum Access {
    /// Everybody.
    #[default]
    Anonymous,
    /// Who sends this user name and password with each request.
    Basic {
        /// The user name.
        user: String,
        /// The password.
        password: String,
    },
    /// Who sends a token of `/token`.
    Token {
        /// The user name that gets one.
        user: String,
        /// The password that gets one, and the refresh token too.
        password: String,
        /// How many requests a token lasts for; none for ever.
        uses: Option<usize>,
        /// Where challenges send clients; this registry's `/token` when none.
        realm: Option<String>,
        /// Whether a token is also given to those who do not log in.
        open: bool,
    },
}

impl Access {
    /// Basic authentication.
    #[must_use]
    pub fn basic(user: &str, password: &str) -> Self {
        Self::Basic { user: user.to_owned(), password: password.to_owned() }
    }

    /// Tokens for one user, which last.
    #[must_use]
    pub fn token(user: &str, password: &str) -> Self {
        Self::Token {
            user: user.to_owned(),
            password: password.to_owned(),
            uses: None,
            realm: None,
            open: false,
        }
    }
}

/// The tokens given out, with the uses left of each.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    left: HashMap<String, Option<usize>>,
}

impl Tokens {
    pub fn issue(&mut self, uses: Option<usize>) -> String {
        let token = format!("token-{}-of-the-test-registry", self.left.len() + 1);
        self.left.insert(token.clone(), uses);
        token
    }

    pub fn issued(&self) -> usize {
        self.left.len()
    }

    /// Whether the token is good; one use of it is gone then.
    pub fn spend(&mut self, token: &str) -> bool {
        match self.left.get_mut(token) {
            None | Some(Some(0)) => false,
            Some(None) => true,
            Some(Some(left)) => {
                *left -= 1;
                true
            }
        }
    }
}

/// Whether the `Authorization` header is this user's.
pub(super) fn is_basic_of(header: Option<&str>, user: &str, password: &str) -> bool {
    let expected = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    header == Some(expected.as_str())
}
