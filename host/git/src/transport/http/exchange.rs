//! One request and its reply, as the stream libgit2 wants.

use std::{
    io::{self, Read, Seek, Write},
    sync::Arc,
};

use git2::transport::Service;
use tempfile::SpooledTempFile;
use ureq::{Body, BodyReader, SendBody, http::Response};
use url::Url;

use super::{Client, answer};
use crate::{
    failure::Failure,
    transport::{
        Call,
        stream::{Allowance, Counted, told},
    },
};

/// Requests up to this size stay in memory.
const IN_MEMORY: usize = 4 << 20;

/// Collects what libgit2 writes and sends it when libgit2 wants to read.
pub struct Exchange {
    client: Arc<Client>,
    url: Url,
    service: Service,
    request: SpooledTempFile,
    reply: Option<Reply>,
}

impl Exchange {
    pub fn new(client: &Arc<Client>, url: Url, service: Service) -> Self {
        Self {
            client: Arc::clone(client),
            url,
            service,
            request: SpooledTempFile::new(IN_MEMORY),
            reply: None,
        }
    }

    fn send(&mut self) -> Result<Reply, Failure> {
        let spooled = |error: io::Error| Failure::from(git2::Error::from_str(&error.to_string()));
        let length = self.request.stream_position().map_err(spooled)?;
        self.request.rewind().map_err(spooled)?;
        let response = self.client.post(
            &self.url,
            self.service,
            SendBody::from_reader(&mut self.request),
            length,
        )?;
        let response = answer::accept(&self.client, self.service, "result", response)?;
        Ok(Reply::new(response, self.service, &self.client.call))
    }
}

impl Write for Exchange {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.request.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Exchange {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.reply.is_none() {
            let reply = self.send().map_err(|failure| told(&self.client.call, failure))?;
            self.reply = Some(reply);
        }
        self.reply.as_mut().map_or(Ok(0), |reply| reply.read(buffer))
    }
}

/// The body of a reply.
pub struct Reply(Counted<BodyReader<'static>>);

impl Reply {
    pub fn new(response: Response<Body>, service: Service, call: &Arc<Call>) -> Self {
        let body = response.into_body().into_reader();
        Self(Counted::new(body, Allowance::of(service), call))
    }
}

impl Read for Reply {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_or(buffer, answer::broken_off)
    }
}

impl Write for Reply {
    /// References are asked for without a body.
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
