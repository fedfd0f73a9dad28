//! Text as moments.

mod fields;

use super::layout::next;
use super::{Time, days};
use crate::text::quote::quote;
use fields::{Fields, Wrong};

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

impl Fields {
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
            // The offset of an unknown zone is taken to be none, but for GMT+3,
            // where Go moves the clock instead of the moment.
            let hours = zone.strip_prefix("GMT").and_then(|hours| hours.parse().ok());
            time.offset = hours.unwrap_or(0_i64) * 3600;
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
