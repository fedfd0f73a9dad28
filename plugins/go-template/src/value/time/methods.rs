//! The methods of moments, durations, months and weekdays.

use super::layout::{MONTHS, WEEKDAYS};
use super::{Civil, Time, days, duration};
use crate::func::{Call, Outcome};
use crate::value::methods::methods;
use crate::value::{IntType, Value};
use std::rc::Rc;

fn this(call: &Call<'_>) -> Time {
    time(call, 0)
}

fn time(call: &Call<'_>, index: usize) -> Time {
    match call.arg(index) {
        Value::Time(time) => (**time).clone(),
        _ => Time::zero(),
    }
}

fn civil(call: &Call<'_>) -> Civil {
    this(call).civil()
}

fn give(time: Time) -> Outcome {
    Ok(Value::Time(Rc::new(time)))
}

fn instant(time: &Time) -> (i64, u32) {
    (time.seconds, time.nanos)
}

fn since_epoch(time: &Time, per_second: i64) -> Outcome {
    let part = i64::from(time.nanos) * per_second / 1_000_000_000;
    Ok(Value::int64(time.seconds.wrapping_mul(per_second).wrapping_add(part)))
}

fn nanos_between(a: &Time, b: &Time) -> i64 {
    let nanos = |time: &Time| i128::from(time.seconds) * 1_000_000_000 + i128::from(time.nanos);
    (nanos(a) - nanos(b)).clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

fn add_date(call: &Call<'_>) -> Outcome {
    let mut time = this(call);
    let old = time.civil();
    let day =
        days(old.year.saturating_add(call.int(1)), old.month.saturating_add(call.int(2)), old.day);
    let moved = day.saturating_add(call.int(3)) - days(old.year, old.month, old.day);
    time.seconds = time.seconds.saturating_add(moved.saturating_mul(86_400));
    give(time)
}

fn fraction(call: &Call<'_>, unit: i64) -> Outcome {
    let nanos = call.int(0);
    Ok(Value::Float((nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64))
}

methods! { TIME:
    "String"() => |call| call.give(this(call).to_string());
    "Format"(Str) => |call| {
        call.budget.bytes(call.text(1).len() * 10)?;
        call.give(this(call).format(call.text(1)))
    };
    "Year"() => |call| Ok(Value::int(civil(call).year));
    "Month"() => |call| Ok(Value::Int(IntType::Month, civil(call).month));
    "Day"() => |call| Ok(Value::int(civil(call).day));
    "Hour"() => |call| Ok(Value::int(civil(call).hour));
    "Minute"() => |call| Ok(Value::int(civil(call).minute));
    "Second"() => |call| Ok(Value::int(civil(call).second));
    "Nanosecond"() => |call| Ok(Value::int(i64::from(this(call).nanos)));
    "Weekday"() => |call| Ok(Value::Int(IntType::Weekday, civil(call).weekday));
    "YearDay"() => |call| Ok(Value::int(civil(call).year_day));
    "Unix"() => |call| since_epoch(&this(call), 1);
    "UnixMilli"() => |call| since_epoch(&this(call), 1_000);
    "UnixMicro"() => |call| since_epoch(&this(call), 1_000_000);
    "UnixNano"() => |call| since_epoch(&this(call), 1_000_000_000);
    "IsZero"() => |call| Ok(Value::Bool(instant(&this(call)) == instant(&Time::zero())));
    "IsDST"() => |_| Ok(Value::Bool(false));
    "UTC"() => |call| give(Time::utc(this(call).seconds, this(call).nanos));
    "Local"() => |call| give(Time::utc(this(call).seconds, this(call).nanos));
    "Add"(Duration) => |call| give(this(call).plus(call.int(1)));
    "AddDate"(Int, Int, Int) => add_date;
    "Sub"(Time) => |call| {
        Ok(Value::Int(IntType::Duration, nanos_between(&this(call), &time(call, 1))))
    };
    "After"(Time) => |call| Ok(Value::Bool(instant(&this(call)) > instant(&time(call, 1))));
    "Before"(Time) => |call| Ok(Value::Bool(instant(&this(call)) < instant(&time(call, 1))));
    "Equal"(Time) => |call| Ok(Value::Bool(instant(&this(call)) == instant(&time(call, 1))));
    "Compare"(Time) => |call| {
        Ok(Value::int(instant(&this(call)).cmp(&instant(&time(call, 1))) as i64))
    };
}

methods! { DURATION:
    "String"() => |call| call.give(duration::format(call.int(0)));
    "Hours"() => |call| fraction(call, 3_600_000_000_000);
    "Minutes"() => |call| fraction(call, 60_000_000_000);
    "Seconds"() => |call| fraction(call, 1_000_000_000);
    "Milliseconds"() => |call| Ok(Value::int64(call.int(0) / 1_000_000));
    "Microseconds"() => |call| Ok(Value::int64(call.int(0) / 1_000));
    "Nanoseconds"() => |call| Ok(Value::int64(call.int(0)));
    "Abs"() => |call| Ok(Value::Int(IntType::Duration, call.int(0).saturating_abs()));
}

methods! { NAMED:
    "String"() => |call| match call.arg(0) {
        Value::Int(ty, number) => call.give(named(*ty, *number).unwrap_or_default()),
        _ => Ok(Value::str("")),
    };
}

/// The text of a number of a named type.
pub(crate) fn named(ty: IntType, number: i64) -> Option<String> {
    let (names, index): (&[&str], i64) = match ty {
        IntType::Month => (&MONTHS, number.saturating_sub(1)),
        IntType::Weekday => (&WEEKDAYS, number),
        IntType::Duration => return Some(duration::format(number)),
        IntType::Int | IntType::Int64 => return None,
    };
    let name = usize::try_from(index).ok().and_then(|index| names.get(index));
    let kind = if ty == IntType::Month { "Month" } else { "Weekday" };
    Some(name.map_or_else(|| format!("%!{kind}({number})"), |name| (*name).to_owned()))
}
