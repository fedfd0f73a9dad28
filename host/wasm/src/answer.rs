//! Nothing a plugin answers is believed before it was checked against the
//! question.

use tagwarden_core::lines::Lines;
use tagwarden_reconcile::ports::{Choice, Failure, Filtered, Rejection};

use crate::{
    contract::{filter, policy, types},
    text::{one_line, unfit_for_line, unfit_for_text},
};

/// The most bytes of one reason.
const REASON_BYTES: usize = 1_024;

/// The most bytes of a message.
const MESSAGE_BYTES: usize = 1 << 20;

/// A policy's answer about `count` candidates.
pub(crate) fn choice(
    answer: policy::wire::Selection,
    count: usize,
    explain: bool,
) -> Result<Choice, Failure> {
    if let Some(chosen) = answer.chosen.filter(|chosen| *chosen as usize >= count) {
        return Err(bad(format!("it chose candidate {chosen} of {count}")));
    }
    let rejected = rejections(answer.rejected, count, explain)?;
    let refused = |index| rejected.binary_search_by_key(&index, |r: &Rejection| r.index).is_ok();
    if let Some(chosen) = answer.chosen.filter(|chosen| refused(*chosen)) {
        return Err(bad(format!("it both chose and rejected candidate {chosen}")));
    }
    Ok(Choice { chosen: answer.chosen, rejected })
}

/// A filter's answer about `count` tags.
pub(crate) fn filtered(
    answer: filter::wire::Filtered,
    count: usize,
    explain: bool,
) -> Result<Filtered, Failure> {
    let kept = answer.kept;
    ascending(&kept, count, "kept")?;
    let rejected = rejections(answer.rejected, count, explain)?;
    if let Some(both) = rejected.iter().find(|r| kept.binary_search(&r.index).is_ok()) {
        return Err(bad(format!("it both kept and rejected tag {}", both.index)));
    }
    let keys = answer.keys.map(|text| keys(text, kept.len())).transpose()?;
    Ok(Filtered { kept, keys, rejected })
}

/// The text of a message.
pub(crate) fn message(text: String) -> Result<String, Failure> {
    if text.len() > MESSAGE_BYTES {
        return Err(Failure::Limit(format!("a message of {} KiB", MESSAGE_BYTES >> 10)));
    }
    match unfit_for_text(&text) {
        None => Ok(text),
        Some(c) => Err(bad(format!("the message has the control character {c:?}"))),
    }
}

/// Why there is no decision; `name` gives the tag at an index.
pub(crate) fn refusal(error: types::Error, name: impl Fn(usize) -> Option<String>) -> Failure {
    match error {
        types::Error::InvalidSettings(reason) => invalid_settings(&reason),
        types::Error::InvalidTag(at) => match name(at.index as usize) {
            Some(tag) => Failure::InvalidTag(format!("{tag}: {}", words(&at.reason))),
            None => bad(format!("it refused tag {}, which there is not", at.index)),
        },
        types::Error::Other(reason) => Failure::Plugin(words(&reason)),
    }
}

/// The plugin refused its settings.
pub(crate) fn invalid_settings(reason: &str) -> Failure {
    Failure::InvalidSettings(words(reason))
}

/// A plugin's own words, fit to print.
pub(crate) fn words(text: &str) -> String {
    match one_line(text, crate::failure::WORDS) {
        line if line.is_empty() => "it did not say why".into(),
        line => line,
    }
}

/// An answer that makes no sense.
pub(crate) fn bad(what: String) -> Failure {
    Failure::BadAnswer(what)
}

fn keys(text: String, count: usize) -> Result<Lines, Failure> {
    let printable = |b: u8| (b' '..=b'~').contains(&b) || b == b'\n';
    if !text.bytes().all(printable) {
        let unfit = text.split('\n').find_map(unfit_for_line);
        if let Some(c) = unfit {
            return Err(bad(format!("a key has the control character {c:?}")));
        }
    }
    let lines = 1 + text.bytes().filter(|byte| *byte == b'\n').count();
    let odd = || bad(format!("it kept {count} tags but gave {lines} keys"));
    Lines::from_text(text, count).ok_or_else(odd)
}

/// Reasons are read only when they were asked for.
fn rejections(
    answer: Vec<types::Rejection>,
    count: usize,
    explain: bool,
) -> Result<Vec<Rejection>, Failure> {
    if !explain {
        return Ok(Vec::new());
    }
    let indices: Vec<u32> = answer.iter().map(|rejection| rejection.index).collect();
    ascending(&indices, count, "rejected")?;
    answer.into_iter().map(rejection).collect()
}

fn rejection(types::Rejection { index, reason }: types::Rejection) -> Result<Rejection, Failure> {
    if reason.len() > REASON_BYTES {
        let length = reason.len();
        return Err(bad(format!("its reason for tag {index} has {length} bytes")));
    }
    match unfit_for_line(&reason) {
        None => Ok(Rejection { index, reason }),
        Some(c) => Err(bad(format!("its reason for tag {index} has the control character {c:?}"))),
    }
}

/// Checks that indices ascend, each once, below `count`.
fn ascending(indices: &[u32], count: usize, what: &str) -> Result<(), Failure> {
    let unordered = indices.windows(2).find(|pair| pair[0] >= pair[1]);
    if let Some([first, second]) = unordered {
        return Err(bad(match first == second {
            true => format!("it {what} tag {first} twice"),
            false => format!("it {what} tag {first} before tag {second}"),
        }));
    }
    match indices.last() {
        Some(last) if *last as usize >= count => {
            Err(bad(format!("it {what} tag {last} of {count}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
