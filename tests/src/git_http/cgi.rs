//! Running `git http-backend` on a request.

use std::{
    io::{self, Write},
    path::Path,
    process::Stdio,
    thread,
};

use super::Request;
use crate::bare::git;

/// Gives the whole HTTP answer.
pub fn run(root: &Path, may_push: bool, request: &Request) -> io::Result<Vec<u8>> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let push = if may_push { "true" } else { "false" };
    let mut child = git()
        .args(["-c", &format!("http.receivepack={push}"), "http-backend"])
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_LENGTH", request.body.len().to_string())
        .env("CONTENT_TYPE", request.header("content-type").unwrap_or(""))
        // The backend itself unpacks what clients compress.
        .env("HTTP_CONTENT_ENCODING", request.header("content-encoding").unwrap_or(""))
        .env("GIT_PROTOCOL", request.header("git-protocol").unwrap_or(""))
        .env("REMOTE_ADDR", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut input = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let body = request.body.clone();
    // Written beside the reading, for either pipe may fill up first.
    let writer = thread::spawn(move || input.write_all(&body));
    let output = child.wait_with_output()?;
    // A backend that refuses does not read all of it.
    let _ = writer.join();
    Ok(http(&output.stdout))
}

/// From CGI's answer to HTTP's.
fn http(answer: &[u8]) -> Vec<u8> {
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(answer.len());
    let head = String::from_utf8_lossy(&answer[..end]);
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK");
    let mut out = format!("HTTP/1.1 {status}\r\nConnection: close\r\n").into_bytes();
    for line in head.lines().filter(|line| !line.starts_with("Status: ")) {
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(answer.get(end + 4..).unwrap_or_default());
    out
}
