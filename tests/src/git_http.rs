//! A web server on loopback that serves bare repositories by
//! `git http-backend`, as Apache or nginx would.

mod cgi;
mod request;
mod tls;

use std::{
    io::{self, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anyhow::Result;
use base64::{Engine, engine::general_purpose::STANDARD};

pub use self::request::Request;
pub use self::tls::Authority;

/// Whom the server lets in, and how far.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// User name and password that every request must carry.
    pub login: Option<(String, String)>,
    /// A bearer token that every request must carry.
    pub bearer: Option<String>,
    /// Whether pushing is refused.
    pub read_only: bool,
    /// Paths that have moved: from this prefix to that URL.
    pub moved: Vec<(String, String)>,
    /// Serve HTTPS with a certificate for 127.0.0.1 of this authority.
    pub tls: Option<Authority>,
    /// Take only clients with a certificate of this authority.
    pub clients: Option<Authority>,
}

/// A running server; it ends when dropped.
#[derive(Debug)]
pub struct GitHttp {
    address: SocketAddr,
    scheme: &'static str,
    site: Arc<Site>,
    stop: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Site {
    root: PathBuf,
    access: Access,
    requests: Mutex<Vec<Request>>,
    /// How many clients are being served.
    serving: Mutex<usize>,
    served: Condvar,
}

impl GitHttp {
    /// Serves the repositories below `root`.
    pub fn start(root: &Path, access: Access) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let acceptor = access.tls.as_ref().map(|tls| tls.acceptor(access.clients.as_ref()));
        let acceptor = acceptor.transpose()?;
        let server = Self {
            address: listener.local_addr()?,
            scheme: if acceptor.is_some() { "https" } else { "http" },
            site: Arc::new(Site {
                root: root.to_owned(),
                access,
                requests: Mutex::default(),
                serving: Mutex::default(),
                served: Condvar::new(),
            }),
            stop: Arc::default(),
        };
        let (site, stop) = (Arc::clone(&server.site), Arc::clone(&server.stop));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let (site, acceptor) = (Arc::clone(&site), acceptor.clone());
                site.begin();
                // A client that goes away in the middle is its own affair.
                thread::spawn(move || {
                    let _ = match acceptor {
                        Some(acceptor) => acceptor
                            .accept(stream)
                            .map_err(io::Error::other)
                            .and_then(|stream| site.serve(stream)),
                        None => site.serve(stream),
                    };
                    site.end();
                });
            }
        });
        Ok(server)
    }

    /// The URL of a path below the root.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}/{path}", self.scheme, self.address)
    }

    /// Waits until nobody is being served: what a client that was killed had
    /// asked for may still be under way.
    pub fn settle(&self) {
        // Clients are taken in order: once this one has its answer, none waits.
        if let Ok(mut stream) = TcpStream::connect(self.address) {
            let _ = stream.write_all(b"GET / HTTP/1.0\r\n\r\n");
            let _ = stream.read_to_end(&mut Vec::new());
        }
        let serving = self.site.serving.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.site.served.wait_while(serving, |serving| *serving > 0));
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.site.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for GitHttp {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next client.
        let _ = TcpStream::connect(self.address);
    }
}

impl Site {
    fn begin(&self) {
        *self.serving.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    fn end(&self) {
        *self.serving.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.served.notify_all();
    }

    fn serve<S: Read + Write>(&self, stream: S) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        let request = Request::read(&mut stream)?;
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        let answer = self.answer(&request);
        let stream = stream.get_mut();
        stream.write_all(&answer)?;
        stream.flush()
    }

    fn answer(&self, request: &Request) -> Vec<u8> {
        if let Some((from, to)) =
            self.access.moved.iter().find(|(from, _)| request.target.starts_with(from))
        {
            let rest = &request.target[from.len()..];
            return plain("301 Moved Permanently", &format!("Location: {to}{rest}\r\n"), "moved");
        }
        if !self.lets_in(request) {
            return plain(
                "401 Unauthorized",
                "WWW-Authenticate: Basic realm=\"git\"\r\n",
                "who are you?",
            );
        }
        match cgi::run(&self.root, !self.access.read_only, request) {
            Ok(answer) => answer,
            Err(error) => plain("500 Internal Server Error", "", &error.to_string()),
        }
    }

    fn lets_in(&self, request: &Request) -> bool {
        let given = request.header("authorization");
        let basic = self.access.login.as_ref().map(|(user, password)| {
            format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
        });
        let bearer = self.access.bearer.as_ref().map(|token| format!("Bearer {token}"));
        match basic.or(bearer) {
            Some(wanted) => given == Some(wanted.as_str()),
            None => true,
        }
    }
}

fn plain(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain\r\n\
         Content-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .into_bytes()
}
