//! Dates and durations that do not ask the clock.

use crate::func::{Call, Outcome, functions};
use crate::strconv::parse_int;
use crate::value::time::{Time, duration};
use crate::value::{IntType, Value};
use std::rc::Rc;

functions! { TABLE:
    "ago"(Any) => |_| Err(CLOCK.to_owned());
    "duration"(Any) => |call| {
        let seconds = match call.arg(0) {
            Value::Str(text) => parse_int(text, 10).unwrap_or(0),
            Value::Int(IntType::Int64, seconds) => *seconds,
            _ => 0,
        };
        call.give(duration::format(seconds.wrapping_mul(1_000_000_000)))
    };
    "durationRound"(Any) => duration_round;
    "toDate"(Str, Str) => |call| {
        Ok(Value::Time(Rc::new(parse(call).unwrap_or_else(|_| Time::zero()))))
    };
    "mustToDate"(Str, Str) => |call| Ok(Value::Time(Rc::new(parse(call)?)));
    "unixEpoch"(Time) => |call| match call.arg(0) {
        Value::Time(time) => call.give(time.seconds.to_string()),
        _ => Ok(Value::str("")),
    };
    "mustDateModify"(Str, Time) => modify;
    "must_date_modify"(Str, Time) => modify;
}

const CLOCK: &str =
    "it asks the clock, which would make the message differ from one run to the next";

fn parse(call: &Call<'_>) -> Result<Time, String> {
    Time::parse(call.text(0), call.text(1))
}

fn modify(call: &Call<'_>) -> Outcome {
    let nanos = duration::parse(call.text(0))?;
    match call.arg(1) {
        Value::Time(time) => Ok(Value::Time(Rc::new(time.plus(nanos)))),
        other => Ok(other.clone()),
    }
}

/// The greatest unit of a duration, with how many of it there are.
fn duration_round(call: &Call<'_>) -> Outcome {
    let nanos = match call.arg(0) {
        Value::Str(text) => duration::parse(text).unwrap_or(0),
        Value::Int(IntType::Int64, nanos) => *nanos,
        Value::Time(_) => return Err(CLOCK.to_owned()),
        _ => 0,
    };
    const HOUR: u64 = 3_600_000_000_000;
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3600, "s"),
    ];
    let size = nanos.unsigned_abs();
    let unit = units.iter().find(|(unit, _)| size > *unit);
    call.give(unit.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", size / unit)))
}
