//! Go's `fmt`: every value printed as Go prints it.

mod composite;
mod float;
mod integer;
mod printer;
mod printf;
mod text;

pub(crate) use float::shortest;

use crate::limits::{Budget, Exceeded};
use crate::value::Value;
use printer::Printer;

/// What a template prints for a value.
pub(crate) fn print_value(value: &Value, budget: &Budget) -> Result<Vec<u8>, Exceeded> {
    match value {
        Value::Invalid => Ok(b"<no value>".to_vec()),
        other => sprint(std::slice::from_ref(other), budget),
    }
}

/// `fmt.Sprint`: spaces between operands when neither is a string.
pub(crate) fn sprint(args: &[Value], budget: &Budget) -> Result<Vec<u8>, Exceeded> {
    let mut printer = Printer::new(budget);
    let mut after_string = false;
    for (i, arg) in args.iter().enumerate() {
        let is_string = matches!(arg, Value::Str(_));
        if i > 0 && !is_string && !after_string {
            printer.out.push(b' ');
        }
        printer.arg(arg, 'v')?;
        after_string = is_string;
    }
    printer.finish()
}

/// `fmt.Sprintln`: always spaces between operands, and a newline.
pub(crate) fn sprintln(args: &[Value], budget: &Budget) -> Result<Vec<u8>, Exceeded> {
    let mut printer = Printer::new(budget);
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            printer.out.push(b' ');
        }
        printer.arg(arg, 'v')?;
    }
    printer.out.push(b'\n');
    printer.finish()
}

/// `fmt.Sprintf`.
pub(crate) fn sprintf(format: &[u8], args: &[Value], budget: &Budget) -> Result<Vec<u8>, Exceeded> {
    let mut printer = Printer::new(budget);
    printf::run(&mut printer, format, args)?;
    printer.finish()
}

/// A value for an error message.
pub(crate) fn text(value: &Value, budget: &Budget) -> String {
    match value {
        Value::Invalid => "<invalid reflect.Value>".to_owned(),
        other => sprint(std::slice::from_ref(other), budget)
            .map_or_else(|problem| problem, |text| crate::text::lossy(&text)),
    }
}
