//! One character in, one character out: Go's simple case mappings, where Rust
//! has the full ones.

fn single(mut mapped: impl Iterator<Item = char>, original: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(c), None) => c,
        _ => original,
    }
}

/// The capital of a character.
pub(crate) fn upper(c: char) -> char {
    single(c.to_uppercase(), c)
}

/// The small letter of a character.
pub(crate) fn lower(c: char) -> char {
    match c {
        'İ' => 'i',
        _ => single(c.to_lowercase(), c),
    }
}

/// The title-case form of a character.
pub(crate) fn title(c: char) -> char {
    match c {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        // Georgian letters are their own title case.
        '\u{10D0}'..='\u{10FF}' => c,
        _ => upper(c),
    }
}

/// Maps every character; an invalid byte becomes U+FFFD, unless all is ASCII.
pub(crate) fn map(bytes: &[u8], change: impl Fn(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (c, _) in super::chars(bytes) {
        super::push_char(&mut out, change(c));
    }
    out
}
