//! The parts of a written moment, one by one.

use super::super::layout::{MONTHS, Offset, Part, WEEKDAYS, next};

/// What was read so far.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) year: i64,
    pub(super) month: Option<i64>,
    pub(super) day: Option<i64>,
    pub(super) year_day: Option<i64>,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) nanos: u32,
    pub(super) pm: Option<bool>,
    pub(super) utc: bool,
    pub(super) offset: Option<i64>,
    pub(super) zone: Option<String>,
}

/// Why a part could not be read.
pub(super) enum Wrong {
    /// It is not there.
    Missing,
    /// It is too small or too large.
    Range(&'static str),
}

fn take<'v>(rest: &mut &'v [u8], count: usize) -> Result<&'v [u8], Wrong> {
    let (taken, after) = rest.split_at_checked(count).ok_or(Wrong::Missing)?;
    *rest = after;
    Ok(taken)
}

fn value(digits: &[u8]) -> Result<i64, Wrong> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Wrong::Missing);
    }
    Ok(digits.iter().fold(0, |value, b| value * 10 + i64::from(b - b'0')))
}

/// One or two digits; two when `fixed`.
fn number(rest: &mut &[u8], fixed: bool) -> Result<i64, Wrong> {
    let count = rest.iter().take(2).take_while(|b| b.is_ascii_digit()).count();
    if count == 0 || fixed && count < 2 {
        return Err(Wrong::Missing);
    }
    value(take(rest, count)?)
}

fn name(rest: &mut &[u8], names: &[&str], length: Option<usize>) -> Result<i64, Wrong> {
    for (i, name) in names.iter().enumerate() {
        let name = &name[..length.unwrap_or(name.len())];
        if rest.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes())) {
            *rest = &rest[name.len()..];
            return Ok(i as i64);
        }
    }
    Err(Wrong::Missing)
}

fn within(value: i64, least: i64, most: i64, what: &'static str) -> Result<i64, Wrong> {
    if (least..=most).contains(&value) { Ok(value) } else { Err(Wrong::Range(what)) }
}

fn is_fraction(rest: &[u8]) -> bool {
    matches!(rest, [b'.' | b',', digit, ..] if digit.is_ascii_digit())
}

fn fraction_length(rest: &[u8]) -> usize {
    1 + rest[1..].iter().take_while(|b| b.is_ascii_digit()).count()
}

fn nanos(fraction: &[u8]) -> Result<u32, Wrong> {
    if !matches!(fraction.first(), Some(b'.' | b',')) {
        return Err(Wrong::Missing);
    }
    let digits = &fraction[1..fraction.len().min(10)];
    let scale = 10_i64.pow(9 - digits.len() as u32);
    u32::try_from(value(digits)? * scale).map_err(|_| Wrong::Missing)
}

impl Fields {
    /// Reads one part of a layout from the front of `rest`.
    pub(super) fn read(
        &mut self,
        part: Part,
        rest: &mut &[u8],
        layout: &[u8],
    ) -> Result<(), Wrong> {
        match part {
            Part::Year => {
                let year = value(take(rest, 2)?)?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Part::LongYear => self.year = value(take(rest, 4)?)?,
            Part::Month => self.month = Some(name(rest, &MONTHS, Some(3))? + 1),
            Part::LongMonth => self.month = Some(name(rest, &MONTHS, None)? + 1),
            Part::NumMonth | Part::ZeroMonth => {
                let month = number(rest, part == Part::ZeroMonth)?;
                self.month = Some(within(month, 1, 12, "month")?);
            }
            Part::Weekday => drop(name(rest, &WEEKDAYS, Some(3))?),
            Part::LongWeekday => drop(name(rest, &WEEKDAYS, None)?),
            Part::Day | Part::UnderDay | Part::ZeroDay => {
                if part == Part::UnderDay {
                    *rest = rest.strip_prefix(b" ").unwrap_or(rest);
                }
                self.day = Some(number(rest, part == Part::ZeroDay)?);
            }
            Part::UnderYearDay | Part::ZeroYearDay => self.year_day(part, rest)?,
            Part::Hour => self.hour = within(number(rest, false)?, 0, 23, "hour")?,
            Part::Hour12 | Part::ZeroHour12 => {
                let hour = number(rest, part == Part::ZeroHour12)?;
                self.hour = within(hour, 0, 12, "hour")?;
            }
            Part::Minute | Part::ZeroMinute => {
                let minute = number(rest, part == Part::ZeroMinute)?;
                self.minute = within(minute, 0, 59, "minute")?;
            }
            Part::Second | Part::ZeroSecond => {
                let second = number(rest, part == Part::ZeroSecond)?;
                self.second = within(second, 0, 59, "second")?;
                let follows = matches!(next(layout).1, Some((Part::Fraction(..), ..)));
                if is_fraction(rest) && !follows {
                    self.nanos = nanos(take(rest, fraction_length(rest))?)?;
                }
            }
            Part::UpperPm => self.pm = Some(half(take(rest, 2)?, b"AM", b"PM")?),
            Part::LowerPm => self.pm = Some(half(take(rest, 2)?, b"am", b"pm")?),
            Part::Offset(offset) => self.offset(offset, rest)?,
            Part::Zone => self.zone(rest)?,
            Part::Fraction(_, digits, true) => self.nanos = nanos(take(rest, 1 + digits)?)?,
            Part::Fraction(..) => {
                if is_fraction(rest) {
                    self.nanos = nanos(take(rest, fraction_length(rest))?)?;
                }
            }
        }
        Ok(())
    }

    fn year_day(&mut self, part: Part, rest: &mut &[u8]) -> Result<(), Wrong> {
        if part == Part::UnderYearDay {
            let blank = rest.iter().take(2).take_while(|&&b| b == b' ').count();
            *rest = &rest[blank..];
        }
        let count = rest.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
        if count == 0 || part == Part::ZeroYearDay && count != 3 {
            return Err(Wrong::Missing);
        }
        self.year_day = Some(value(take(rest, count)?)?);
        Ok(())
    }

    fn offset(&mut self, style: Offset, rest: &mut &[u8]) -> Result<(), Wrong> {
        if style.z && rest.first() == Some(&b'Z') {
            *rest = &rest[1..];
            self.utc = true;
            return Ok(());
        }
        let sign = match take(rest, 1)? {
            b"+" => 1,
            b"-" => -1,
            _ => return Err(Wrong::Missing),
        };
        let two = |rest: &mut &[u8], colon: bool| {
            if colon && take(rest, 1)? != b":" {
                return Err(Wrong::Missing);
            }
            value(take(rest, 2)?)
        };
        let hours = two(rest, false)?;
        let minutes = if style.minutes { two(rest, style.colons)? } else { 0 };
        let seconds = if style.seconds { two(rest, style.colons)? } else { 0 };
        within(hours, 0, 24, "time zone offset hour")?;
        within(minutes, 0, 60, "time zone offset minute")?;
        within(seconds, 0, 60, "time zone offset second")?;
        self.offset = Some(sign * (hours * 3600 + minutes * 60 + seconds));
        Ok(())
    }

    fn zone(&mut self, rest: &mut &[u8]) -> Result<(), Wrong> {
        if let Some(after) = rest.strip_prefix(b"UTC") {
            *rest = after;
            self.utc = true;
            return Ok(());
        }
        let length = zone_length(rest).ok_or(Wrong::Missing)?;
        self.zone = Some(crate::text::lossy(take(rest, length)?));
        Ok(())
    }
}

fn half(text: &[u8], am: &[u8], pm: &[u8]) -> Result<bool, Wrong> {
    if text == am || text == pm { Ok(text == pm) } else { Err(Wrong::Missing) }
}

/// How long a zone's abbreviation is.
fn zone_length(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(after) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_hours(after).unwrap_or(0));
    }
    if matches!(text[0], b'+' | b'-') {
        return signed_hours(text);
    }
    match text.iter().take(6).take_while(|b| b.is_ascii_uppercase()).count() {
        5 if text[4] == b'T' => Some(5),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

/// The length of `+3` in `GMT+3`.
fn signed_hours(text: &[u8]) -> Option<usize> {
    let digits = text.strip_prefix(b"+").or_else(|| text.strip_prefix(b"-"))?;
    let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    let hours: u64 = std::str::from_utf8(&digits[..count]).ok()?.parse().ok()?;
    (hours <= 23).then_some(1 + count)
}
