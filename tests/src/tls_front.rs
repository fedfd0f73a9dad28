//! TLS before a server that speaks none, as a gateway that wants to see its
//! clients' certificates.

use std::{
    io::{self, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anyhow::Result;
use openssl::ssl::SslStream;

use crate::git_http::{Authority, Request};

/// A gateway that runs until it is dropped.
#[derive(Debug)]
pub struct TlsFront {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
}

impl TlsFront {
    /// Starts one with a certificate of `server`, which lets in clients with one
    /// of `clients` alone.
    ///
    /// # Errors
    /// When no port or no certificate can be had.
    pub fn start(behind: SocketAddr, server: &Authority, clients: &Authority) -> Result<Self> {
        let acceptor = server.acceptor(Some(clients))?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let front = Self { address: listener.local_addr()?, stop: Arc::default() };
        let stop = Arc::clone(&front.stop);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let acceptor = acceptor.clone();
                // Whoever is not let in has its error from TLS.
                thread::spawn(move || {
                    let stream = acceptor.accept(stream).map_err(io::Error::other)?;
                    pass(stream, behind)
                });
            }
        });
        Ok(front)
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // The listener waits for one more.
        let _woken = TcpStream::connect(self.address);
    }
}

/// One request there, and its answer back.
fn pass(stream: SslStream<TcpStream>, behind: SocketAddr) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let request = Request::read(&mut stream)?;
    let mut server = TcpStream::connect(behind)?;
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    let hop = ["connection", "transfer-encoding", "content-length"];
    for (name, value) in request.headers.iter().filter(|(name, _)| !hop.contains(&name.as_str())) {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("connection: close\r\ncontent-length: {}\r\n\r\n", request.body.len());
    server.write_all(head.as_bytes())?;
    server.write_all(&request.body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    let stream = stream.get_mut();
    stream.write_all(&answer)?;
    stream.shutdown().map(drop).map_err(io::Error::other)
}
