//! Abbreviating and wrapping, in bytes, as goutils does.

const DOTS: &[u8] = b"...";

/// Shortens text to `width` bytes around what stands at `offset`.
pub(super) fn abbreviate(text: &[u8], offset: i64, width: i64) -> Vec<u8> {
    let length = text.len() as i64;
    if length == 0 || width < 4 {
        return Vec::new();
    }
    if length <= width {
        return text.to_vec();
    }
    let mut offset = offset.min(length);
    if length - offset < width - 3 {
        offset = length - (width - 3);
    }
    if offset <= 4 {
        return [&text[..(width - 3) as usize], DOTS].concat();
    }
    if width < 7 {
        return Vec::new();
    }
    if offset + width - 3 < length {
        let rest = abbreviate(&text[offset as usize..], 0, width - 3);
        return [DOTS, &rest].concat();
    }
    [DOTS, &text[(length - (width - 3)) as usize..]].concat()
}

/// Breaks text into lines of at most `width` bytes where there are spaces;
/// with `cut`, also words longer than that.
pub(super) fn wrap(text: &[u8], width: i64, newline: &[u8], cut: bool) -> Vec<u8> {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while rest.len() > width {
        if rest[0] == b' ' {
            rest = &rest[1..];
            continue;
        }
        let end = match memchr::memrchr(b' ', &rest[..=width]) {
            Some(space) => Some((space, space + 1)),
            None if cut => Some((width, width)),
            None => memchr::memchr(b' ', &rest[width..]).map(|at| (width + at, width + at + 1)),
        };
        let Some((end, next)) = end else { break };
        out.extend_from_slice(&rest[..end]);
        out.extend_from_slice(newline);
        rest = &rest[next..];
    }
    out.extend_from_slice(rest);
    out
}
