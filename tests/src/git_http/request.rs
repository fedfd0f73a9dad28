//! Reading an HTTP/1.1 request.

use std::io::{self, BufRead, Read, Write};

/// A request with all of its body.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// Names in lower case, with values.
    pub headers: Vec<(String, String)>,
    /// The body as sent, without its chunking.
    pub body: Vec<u8>,
}

impl Request {
    /// Reads one request.
    pub(crate) fn read<S: Read + Write>(stream: &mut io::BufReader<S>) -> io::Result<Self> {
        let first = line(stream)?;
        let mut words = first.split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let mut request = Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let line = line(stream)?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        if request.header("expect").is_some() {
            stream.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            stream.get_mut().flush()?;
        }
        request.body = request.read_body(stream)?;
        Ok(request)
    }

    /// A header's value, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name)?;
        Some(&found.1)
    }

    fn read_body<R: BufRead>(&self, stream: &mut R) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if self.header("transfer-encoding") == Some("chunked") {
            while read_chunk(stream, &mut body)? {}
        } else if let Some(length) = self.header("content-length") {
            let length: u64 = length.parse().map_err(io::Error::other)?;
            stream.take(length).read_to_end(&mut body)?;
        }
        Ok(body)
    }
}

/// Reads one chunk; false after the last.
fn read_chunk<R: BufRead>(stream: &mut R, body: &mut Vec<u8>) -> io::Result<bool> {
    let size = line(stream)?;
    let size = size.split(';').next().unwrap_or_default().trim();
    let size = u64::from_str_radix(size, 16).map_err(io::Error::other)?;
    stream.take(size).read_to_end(body)?;
    line(stream)?;
    Ok(size > 0)
}

fn line<R: BufRead>(stream: &mut R) -> io::Result<String> {
    let mut line = String::new();
    if stream.take(64 << 10).read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunked_body_is_put_together() {
        let text = "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n";
        let mut stream = io::BufReader::new(io::Cursor::new(text.as_bytes().to_vec()));
        let request = Request::read(&mut stream).unwrap();
        assert_eq!(request.body, b"abcde");
    }
}
