//! Slash-separated paths; the `os` twins do the same, since Flux runs on Unix.

use crate::func::{Call, Outcome, functions};
use crate::value::Value;

functions! { TABLE:
    "base"(Str) => base;
    "dir"(Str) => dir;
    "clean"(Str) => |call| call.give(clean(call.text(0)));
    "ext"(Str) => ext;
    "isAbs"(Str) => is_abs;
    "osBase"(Str) => base;
    "osDir"(Str) => dir;
    "osClean"(Str) => |call| call.give(clean(call.text(0)));
    "osExt"(Str) => ext;
    "osIsAbs"(Str) => is_abs;
}

fn is_abs(call: &Call<'_>) -> Outcome {
    Ok(Value::Bool(call.text(0).starts_with(b"/")))
}

fn base(call: &Call<'_>) -> Outcome {
    let path = call.text(0);
    if path.is_empty() {
        return call.give(".");
    }
    let slashes = path.iter().rev().take_while(|&&b| b == b'/').count();
    let path = &path[..path.len() - slashes];
    if path.is_empty() {
        return call.give("/");
    }
    call.give(memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..]))
}

fn dir(call: &Call<'_>) -> Outcome {
    let path = call.text(0);
    let end = memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1);
    call.give(clean(&path[..end]))
}

fn ext(call: &Call<'_>) -> Outcome {
    let path = call.text(0);
    let name = memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash..]);
    call.give(memchr::memrchr(b'.', name).map_or(&b""[..], |dot| &name[dot..]))
}

fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut kept: Vec<&[u8]> = Vec::new();
    for part in path.split(|&b| b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => match kept.last() {
                Some(&last) if last != b".." => {
                    kept.pop();
                }
                _ if rooted => {}
                _ => kept.push(part),
            },
            _ => kept.push(part),
        }
    }
    let joined = kept.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", &joined[..]].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}
