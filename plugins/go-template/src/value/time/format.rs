//! Moments as text.

use super::layout::{MONTHS, Offset, Part, WEEKDAYS, next};
use super::{Civil, Time};
use std::fmt::Write as _;

impl Time {
    /// Writes the moment in a layout.
    pub(crate) fn format(&self, layout: &[u8]) -> Vec<u8> {
        let civil = self.civil();
        let mut out = Vec::new();
        let mut rest = layout;
        loop {
            let (before, part) = next(rest);
            out.extend_from_slice(before);
            let Some((part, _, after)) = part else { return out };
            out.extend_from_slice(self.part(part, &civil).as_bytes());
            rest = after;
        }
    }

    fn part(&self, part: Part, civil: &Civil) -> String {
        let Civil { year, month, day, hour, minute, second, weekday, year_day } = *civil;
        let month_name = MONTHS[(month - 1).clamp(0, 11) as usize];
        let weekday_name = WEEKDAYS[weekday.clamp(0, 6) as usize];
        let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
        match part {
            Part::LongMonth => month_name.to_owned(),
            Part::Month => month_name[..3].to_owned(),
            Part::NumMonth => month.to_string(),
            Part::ZeroMonth => format!("{month:02}"),
            Part::LongWeekday => weekday_name.to_owned(),
            Part::Weekday => weekday_name[..3].to_owned(),
            Part::Day => day.to_string(),
            Part::UnderDay => format!("{day:2}"),
            Part::ZeroDay => format!("{day:02}"),
            Part::UnderYearDay => format!("{year_day:3}"),
            Part::ZeroYearDay => format!("{year_day:03}"),
            Part::Hour => format!("{hour:02}"),
            Part::Hour12 => hour12.to_string(),
            Part::ZeroHour12 => format!("{hour12:02}"),
            Part::Minute => minute.to_string(),
            Part::ZeroMinute => format!("{minute:02}"),
            Part::Second => second.to_string(),
            Part::ZeroSecond => format!("{second:02}"),
            Part::LongYear if year < 0 => format!("-{:04}", -year),
            Part::LongYear => format!("{year:04}"),
            Part::Year => format!("{:02}", year.abs() % 100),
            Part::UpperPm => if hour >= 12 { "PM" } else { "AM" }.to_owned(),
            Part::LowerPm => if hour >= 12 { "pm" } else { "am" }.to_owned(),
            Part::Zone if self.zone.is_empty() => {
                self.offset_text(Offset { z: false, colons: false, minutes: true, seconds: false })
            }
            Part::Zone => self.zone.clone(),
            Part::Offset(offset) => self.offset_text(offset),
            Part::Fraction(mark, digits, keeps_zeros) => self.fraction(mark, digits, keeps_zeros),
        }
    }

    fn offset_text(&self, style: Offset) -> String {
        if style.z && self.offset == 0 {
            return "Z".to_owned();
        }
        let minutes = self.offset / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let colon = if style.colons { ":" } else { "" };
        let mut text = format!("{sign}{:02}{colon}", minutes.abs() / 60);
        if style.minutes {
            let _ = write!(text, "{:02}", minutes.abs() % 60);
        }
        if style.seconds {
            let _ = write!(text, "{colon}{:02}", self.offset.abs() % 60);
        }
        text
    }

    fn fraction(&self, mark: u8, digits: usize, keeps_zeros: bool) -> String {
        let nanos = format!("{:09}", self.nanos);
        let mut text = nanos[..digits.min(9)].to_owned();
        if keeps_zeros {
            text.extend(std::iter::repeat_n('0', digits.saturating_sub(9)));
        } else {
            text.truncate(text.trim_end_matches('0').len());
            if text.is_empty() {
                return text;
            }
        }
        text.insert(0, char::from(mark));
        text
    }

    /// The moment as a Go expression.
    pub(crate) fn go_string(&self) -> String {
        let Civil { year, month, day, hour, minute, second, .. } = self.civil();
        let month = MONTHS[(month - 1).clamp(0, 11) as usize];
        let zone = match (self.zone.as_str(), self.offset) {
            ("UTC", 0) => "time.UTC".to_owned(),
            (zone, _) => format!("time.Location({zone:?})"),
        };
        let nanos = self.nanos;
        format!(
            "time.Date({year}, time.{month}, {day}, {hour}, {minute}, {second}, {nanos}, {zone})"
        )
    }

    /// The moment as JSON writes it.
    pub(crate) fn rfc3339(&self) -> Result<String, &'static str> {
        if !(0..=9999).contains(&self.civil().year) {
            return Err("year outside of range [0,9999]");
        }
        if self.offset.abs() >= 86_400 {
            return Err("timezone hour outside of range [0,23]");
        }
        let text = self.format(b"2006-01-02T15:04:05.999999999Z07:00");
        Ok(crate::text::lossy(&text))
    }
}
