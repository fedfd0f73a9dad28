//! An HTTP server on a thread of its own, so that tests with and without a
//! runtime can use it; it ends when it is dropped.

use std::{
    convert::Infallible,
    error::Error,
    future::Future,
    io,
    net::TcpListener,
    sync::Arc,
    thread::{self, JoinHandle},
};

use hyper::{
    Request, Response, body::Body, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

/// A server that runs.
#[derive(Debug)]
pub struct Loopback {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Answers every request on the listener.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn start<B, F>(
        listener: TcpListener,
        answer: impl Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    ) -> io::Result<Self>
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
        F: Future<Output = Response<B>> + Send,
    {
        Self::start_fallible(listener, move |request| {
            let answer = answer(request);
            async move { Ok::<_, Infallible>(answer.await) }
        })
    }

    /// Answers every request on the listener, or ends the connection where
    /// the answer is an error.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn start_fallible<B, E, F>(
        listener: TcpListener,
        answer: impl Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    ) -> io::Result<Self>
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
        E: Into<Box<dyn Error + Send + Sync>> + Send + 'static,
        F: Future<Output = Result<Response<B>, E>> + Send,
    {
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("test-server".into()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _asked = stopped => {}
                    () = accept(listener, Arc::new(answer)) => {}
                }
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

async fn accept<B, E, F, A>(listener: TcpListener, answer: Arc<A>)
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    E: Into<Box<dyn Error + Send + Sync>> + Send + 'static,
    F: Future<Output = Result<Response<B>, E>> + Send,
    A: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
{
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    while let Ok((stream, _peer)) = listener.accept().await {
        let answer = Arc::clone(&answer);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A client that hangs up, or a fault that was asked for.
            let _ended = connection.with_upgrades().await;
        });
    }
}
