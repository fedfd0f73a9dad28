//! The configuration file of a registry.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use serde_json::{Value, json};

use crate::{
    certificates::Certificate,
    token_server::{ISSUER, SERVICE, TokenServer},
};

/// How a registry is reached.
#[derive(Debug, Default)]
pub enum Transport {
    /// Without TLS.
    #[default]
    Plain,
    /// With TLS.
    Tls {
        /// Who issued the certificate.
        authority: Certificate,
        /// The registry's certificate.
        server: Certificate,
        /// A client certificate, if the registry is to insist on one.
        client: Option<Certificate>,
    },
}

impl Transport {
    /// TLS with a new authority; with client certificates if `mutual`.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn tls(mutual: bool) -> Result<Self> {
        let authority = Certificate::authority("tagwarden test authority")?;
        let client = mutual.then(|| authority.client("tagwarden")).transpose()?;
        Ok(Self::Tls { server: authority.server()?, client, authority })
    }
}

/// Who may use a registry.
#[derive(Debug, Default)]
pub enum Protection {
    /// Everybody.
    #[default]
    None,
    /// Who sends this user name and password.
    Basic {
        /// The user name.
        user: String,
        /// The password.
        password: String,
    },
    /// Who has a token of this server.
    Token {
        /// The user name there.
        user: String,
        /// The password there.
        password: String,
        /// The server.
        server: TokenServer,
    },
}

/// Writes the configuration and what it refers to; its path. JSON is YAML.
pub(super) fn write(
    folder: &Path,
    transport: &Transport,
    protection: &Protection,
) -> Result<PathBuf> {
    let mut config = json!({
        "version": "0.1",
        "log": {"level": "info", "formatter": "text"},
        "storage": {
            "filesystem": {"rootdirectory": folder.join("data")},
            "delete": {"enabled": true},
        },
        "http": {"addr": "127.0.0.1:0", "secret": "loopback", "relativeurls": true},
    });
    if let Some(tls) = tls(folder, transport)? {
        config["http"]["tls"] = tls;
    }
    if let Some(auth) = auth(folder, protection)? {
        config["auth"] = auth;
    }
    let path = folder.join("config.yml");
    fs::write(&path, config.to_string())?;
    Ok(path)
}

fn tls(folder: &Path, transport: &Transport) -> Result<Option<Value>> {
    let Transport::Tls { authority, server, client } = transport else {
        return Ok(None);
    };
    let file = |name: &str, bytes: Vec<u8>| -> Result<PathBuf> {
        let path = folder.join(name);
        fs::write(&path, bytes)?;
        Ok(path)
    };
    let mut tls = json!({
        "certificate": file("server.crt", server.pem()?)?,
        "key": file("server.key", server.key_pem()?)?,
    });
    if client.is_some() {
        tls["clientcas"] = json!([file("ca.crt", authority.pem()?)?]);
    }
    Ok(Some(tls))
}

fn auth(folder: &Path, protection: &Protection) -> Result<Option<Value>> {
    match protection {
        Protection::None => Ok(None),
        Protection::Basic { user, password } => {
            let path = folder.join("htpasswd");
            // The least cost: the registry checks it with every request.
            fs::write(&path, format!("{user}:{}\n", bcrypt::hash(password, 4)?))?;
            Ok(Some(json!({"htpasswd": {"realm": "test", "path": path}})))
        }
        Protection::Token { server, .. } => {
            let path = folder.join("tokens.crt");
            fs::write(&path, server.certificate())?;
            Ok(Some(json!({"token": {
                "realm": server.realm(),
                "service": SERVICE,
                "issuer": ISSUER,
                "rootcertbundle": path,
            }})))
        }
    }
}
