//! Text as moments.

use super::layout::{MONTHS, Offset, Part, WEEKDAYS, next};
use super::{Time, days};
use crate::text::quote::quote;

/// What was read so far.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: u32,
    pm: Option<bool>,
    utc: bool,
    offset: Option<i64>,
    zone: Option<String>,
}

/// Why a part could not be read.
enum Wrong {
    /// It is not there.
    Missing,
    /// It is too small or too large.
    Range(&'static str),
}

fn shown(text: &[u8]) -> String {
    quote(text, '"', false)
}

fn skip<'v>(mut value: &'v [u8], mut prefix: &[u8]) -> Option<&'v [u8]> {
    while let Some((&b, rest)) = prefix.split_first() {
        if b == b' ' {
            // A space in the layout stands for any number of them.
            if value.first().is_some_and(|&b| b != b' ') {
                return None;
            }
            prefix = trim_spaces(prefix);
            value = trim_spaces(value);
            continue;
        }
        value = value.strip_prefix(&[b])?;
        prefix = rest;
    }
    Some(value)
}

fn trim_spaces(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|&&b| b == b' ').count()..]
}

impl Time {
    /// Reads a moment written in a layout.
    pub(crate) fn parse(layout: &[u8], text: &[u8]) -> Result<Self, String> {
        let mut fields = Fields::default();
        let (mut layout_rest, mut rest) = (layout, text);
        let cannot = |value: &[u8], part: &[u8]| {
            let (text, layout) = (shown(text), shown(layout));
            let (value, part) = (shown(value), shown(part));
            format!("parsing time {text} as {layout}: cannot parse {value} as {part}")
        };
        loop {
            let (before, part) = next(layout_rest);
            rest = skip(rest, before).ok_or_else(|| cannot(rest, before))?;
            let Some((part, written, after)) = part else { break };
            layout_rest = after;
            let hold = rest;
            fields.read(part, &mut rest, layout_rest).map_err(|wrong| match wrong {
                Wrong::Missing => cannot(hold, written),
                Wrong::Range(what) => {
                    format!("parsing time {}: {what} out of range", shown(text))
                }
            })?;
        }
        if !rest.is_empty() {
            return Err(format!("parsing time {}: extra text: {}", shown(text), shown(rest)));
        }
        fields.time().map_err(|problem| format!("parsing time {}: {problem}", shown(text)))
    }
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
    fn read(&mut self, part: Part, rest: &mut &[u8], layout: &[u8]) -> Result<(), Wrong> {
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

    fn time(mut self) -> Result<Time, &'static str> {
        match self.pm {
            Some(true) if self.hour < 12 => self.hour += 12,
            Some(false) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        self.settle_day()?;
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        let length = days(self.year, month + 1, 1) - days(self.year, month, 1);
        if day < 1 || day > length {
            return Err("day out of range");
        }
        let date = days(self.year, month, day);
        let seconds = date * 86_400 + self.hour * 3600 + self.minute * 60 + self.second;
        let mut time = Time::utc(seconds, self.nanos);
        if self.utc {
            return Ok(time);
        }
        let zone = self.zone.unwrap_or_default();
        if let Some(offset) = self.offset {
            time.seconds -= offset;
            if offset != 0 || !zone.is_empty() {
                time.offset = offset;
                time.zone = zone;
            }
        } else if !zone.is_empty() {
            // The offset of an unknown zone is taken to be none, but for GMT+3.
            let hours = zone.strip_prefix("GMT").and_then(|hours| hours.parse().ok());
            time.offset = hours.unwrap_or(0_i64) * 3600;
            time.seconds -= time.offset;
            time.zone = zone;
        }
        Ok(time)
    }

    /// Works out month and day from the day of the year.
    fn settle_day(&mut self) -> Result<(), &'static str> {
        let Some(year_day) = self.year_day else { return Ok(()) };
        let first = days(self.year, 1, 1);
        if year_day < 1 || year_day > days(self.year + 1, 1, 1) - first {
            return Err("day-of-year out of range");
        }
        let civil = Time::utc((first + year_day - 1) * 86_400, 0).civil();
        if self.month.is_some_and(|month| month != civil.month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|day| day != civil.day) {
            return Err("day-of-year does not match day");
        }
        self.month = Some(civil.month);
        self.day = Some(civil.day);
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
