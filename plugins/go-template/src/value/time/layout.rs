//! Layouts: what the parts of Go's reference time stand for.

/// A part of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    Zone,
    Offset(Offset),
    /// Fractional seconds of so many digits after this mark; whether trailing
    /// zeros are kept.
    Fraction(u8, usize, bool),
}

/// How an offset from UTC is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    /// UTC is written `Z`.
    pub(super) z: bool,
    pub(super) colons: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
}

/// A part, how it is written, and what follows it.
type Found<'l> = (Part, &'l [u8], &'l [u8]);

/// Splits a layout at its first part, giving also the text before.
pub(super) fn next(layout: &[u8]) -> (&[u8], Option<Found<'_>>) {
    for at in 0..layout.len() {
        if let Some((part, length)) = part_at(&layout[at..]) {
            // `_2006` is an underscore and a year.
            let skip = usize::from(part == Part::LongYear && layout[at] == b'_');
            let (start, end) = (at + skip, at + length);
            return (&layout[..start], Some((part, &layout[start..end], &layout[end..])));
        }
    }
    (layout, None)
}

const FIXED: &[(&[u8], Part)] = &[
    (b"January", Part::LongMonth),
    (b"Monday", Part::LongWeekday),
    (b"MST", Part::Zone),
    (b"01", Part::ZeroMonth),
    (b"02", Part::ZeroDay),
    (b"03", Part::ZeroHour12),
    (b"04", Part::ZeroMinute),
    (b"05", Part::ZeroSecond),
    (b"06", Part::Year),
    (b"002", Part::ZeroYearDay),
    (b"15", Part::Hour),
    (b"1", Part::NumMonth),
    (b"2006", Part::LongYear),
    (b"2", Part::Day),
    (b"_2006", Part::LongYear),
    (b"_2", Part::UnderDay),
    (b"__2", Part::UnderYearDay),
    (b"3", Part::Hour12),
    (b"4", Part::Minute),
    (b"5", Part::Second),
    (b"PM", Part::UpperPm),
    (b"pm", Part::LowerPm),
];

fn part_at(rest: &[u8]) -> Option<(Part, usize)> {
    if let Some((text, part)) = FIXED.iter().find(|(text, _)| rest.starts_with(text)) {
        return Some((*part, text.len()));
    }
    let free = !rest.get(3).is_some_and(u8::is_ascii_lowercase);
    match rest {
        [b'J', b'a', b'n', ..] if free => Some((Part::Month, 3)),
        [b'M', b'o', b'n', ..] if free => Some((Part::Weekday, 3)),
        [b'-' | b'Z', tail @ ..] => offset(rest[0] == b'Z', tail),
        [mark @ (b'.' | b','), digit @ (b'0' | b'9'), ..] => {
            let count = rest[1..].iter().take_while(|&b| b == digit).count();
            let ends = !rest.get(1 + count).is_some_and(u8::is_ascii_digit);
            ends.then_some((Part::Fraction(*mark, count, *digit == b'0'), 1 + count))
        }
        _ => None,
    }
}

fn offset(z: bool, tail: &[u8]) -> Option<(Part, usize)> {
    let forms: [(&[u8], bool, bool, bool); 5] = [
        (b"070000", false, true, true),
        (b"07:00:00", true, true, true),
        (b"0700", false, true, false),
        (b"07:00", true, true, false),
        (b"07", false, false, false),
    ];
    let (text, colons, minutes, seconds) =
        forms.into_iter().find(|(text, ..)| tail.starts_with(text))?;
    Some((Part::Offset(Offset { z, colons, minutes, seconds }), 1 + text.len()))
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
