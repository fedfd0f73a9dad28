//! The functions a template can call, with the types of their parameters.

use crate::builtin;
use crate::limits::Budget;
use crate::sprig;
use crate::value::Value;

/// The type a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Param {
    /// `interface {}`.
    Any,
    /// Anything, nil told apart from no value.
    Reflect,
    Bool,
    Str,
    Int,
    Uint32,
    Float,
    /// `[]interface {}`.
    List,
    /// `map[string]interface {}`.
    Dict,
    Duration,
    Time,
    Certificate,
    /// `*semver.Version`.
    Version,
}

impl Param {
    /// The type's name in errors.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Reflect => "reflect.Value",
            Self::Bool => "bool",
            Self::Str => "string",
            Self::Int => "int",
            Self::Uint32 => "uint32",
            Self::Float => "float64",
            Self::List => "[]interface {}",
            Self::Dict => "map[string]interface {}",
            Self::Duration => "time.Duration",
            Self::Time => "time.Time",
            Self::Certificate => "sprig.certificate",
            Self::Version => "*semver.Version",
        }
    }
}

/// What a call gives: a value, or what went wrong.
pub(crate) type Outcome = Result<Value, String>;

/// A call: its checked arguments and what may still be used up.
pub(crate) struct Call<'c> {
    pub(crate) args: &'c [Value],
    pub(crate) budget: &'c Budget,
}

/// A function of templates.
pub(crate) struct Func {
    pub(crate) name: &'static str,
    pub(crate) params: &'static [Param],
    /// Whether the last parameter takes any number of arguments.
    pub(crate) variadic: bool,
    /// Whether it is text/template's own.
    pub(crate) builtin: bool,
    pub(crate) run: fn(&Call<'_>) -> Outcome,
}

impl std::fmt::Debug for Func {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Builds a table of functions: `name(params) => run`.
macro_rules! functions {
    ($table:ident: $($name:literal ($($param:ident),* $(; $rest:ident)?) => $run:expr;)*) => {
        pub(crate) static $table: &[crate::func::Func] = &[$(crate::func::Func {
            name: $name,
            params: &[$(crate::func::Param::$param,)* $(crate::func::Param::$rest)?],
            variadic: functions!(@variadic $($rest)?),
            builtin: false,
            run: $run,
        }),*];
    };
    (@variadic $rest:ident) => { true };
    (@variadic) => { false };
}
pub(crate) use functions;

/// Finds a function; sprig's `slice` hides the built-in one.
pub(crate) fn find(name: &[u8]) -> Option<&'static Func> {
    let tables = sprig::TABLES.iter().chain(&builtin::TABLES);
    tables.flat_map(|table| table.iter()).find(|func| func.name.as_bytes() == name)
}

/// Why a function that sprig has elsewhere is not here.
pub(crate) fn why_missing(name: &[u8]) -> Option<&'static str> {
    let name = std::str::from_utf8(name).ok()?;
    Some(match name {
        "now" | "date" | "date_in_zone" | "date_modify" | "dateInZone" | "dateModify"
        | "htmlDate" | "htmlDateInZone" => {
            "it depends on the clock or the time zone of the machine"
        }
        "randAlphaNum" | "randAlpha" | "randAscii" | "randNumeric" | "randBytes" | "uuidv4" => {
            "it draws random numbers"
        }
        "env" | "expandenv" => "it reads the environment",
        "getHostByName" => "it asks the network",
        _ => return None,
    })
}

impl Call<'_> {
    pub(crate) fn arg(&self, index: usize) -> &Value {
        self.args.get(index).unwrap_or(&Value::Nil)
    }

    /// A text argument.
    pub(crate) fn text(&self, index: usize) -> &[u8] {
        match self.args.get(index) {
            Some(Value::Str(text)) => text,
            _ => b"",
        }
    }

    /// An integer argument.
    pub(crate) fn int(&self, index: usize) -> i64 {
        match self.args.get(index) {
            Some(Value::Int(_, value)) => *value,
            _ => 0,
        }
    }

    /// A truth argument.
    pub(crate) fn bool(&self, index: usize) -> bool {
        matches!(self.args.get(index), Some(Value::Bool(true)))
    }

    /// Gives text, accounting for it.
    pub(crate) fn give(&self, text: impl Into<crate::text::Str>) -> Outcome {
        let text = text.into();
        self.budget.bytes(text.len())?;
        Ok(Value::Str(text))
    }

    /// Gives a list of anything, accounting for it.
    pub(crate) fn give_list(&self, items: Vec<Value>) -> Outcome {
        self.budget.items(items.len())?;
        Ok(crate::value::list::List::any(items))
    }

    /// Gives a list of strings, accounting for it.
    pub(crate) fn give_strings(&self, items: Vec<crate::text::Str>) -> Outcome {
        self.budget.items(items.len())?;
        self.budget.bytes(items.iter().map(|item| item.len()).sum())?;
        Ok(crate::value::list::List::strings(items))
    }
}
