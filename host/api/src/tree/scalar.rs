//! Plain scalars as Kubernetes reads them: YAML 1.1, by way of Go's parser.

use saphyr_parser::Tag;
use serde_json::Number;

use super::Value;

/// Types a scalar. Quoted and block scalars are strings.
pub(super) fn resolve(text: &str, plain: bool, tag: Option<&Tag>) -> Value {
    let typed = match tag {
        None => plain,
        Some(tag) => {
            tag.is_yaml_core_schema()
                && ["null", "bool", "int", "float"].contains(&tag.suffix.as_str())
        }
    };
    if !typed {
        return Value::Text(text.to_owned());
    }
    word(text).or_else(|| number(text)).unwrap_or_else(|| Value::Text(text.to_owned()))
}

fn word(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Value::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => {
            Some(Value::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => {
            Some(Value::Bool(false))
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF"
        | ".nan" | ".NaN" | ".NAN" => Some(Value::NotFinite),
        _ => None,
    }
}

fn number(text: &str) -> Option<Value> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return None;
    }
    let digits = text.replace('_', "");
    integer(&digits).or_else(|| float(&digits)).map(Value::Number)
}

/// Integers of 64 bits, decimal or with a base's prefix; a leading zero means octal.
fn integer(text: &str) -> Option<Number> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, &digits[2..]),
        Some("0o" | "0O") => (8, &digits[2..]),
        Some("0b" | "0B") => (2, &digits[2..]),
        Some(two) if two.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    // from_str_radix would take a second sign.
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    let value = sign * i128::from_str_radix(digits, radix).ok()?;
    let signed = i64::try_from(value).map(Number::from);
    signed.or_else(|_| u64::try_from(value).map(Number::from)).ok()
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, where it is finite.
fn float(text: &str) -> Option<Number> {
    let number_like = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    let value: f64 = number_like.then(|| text.parse().ok())??;
    Number::from_f64(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        match resolve(text, true, None) {
            Value::Null => "null".into(),
            Value::Bool(value) => value.to_string(),
            Value::Number(value) => value.to_string(),
            Value::NotFinite => "not finite".into(),
            other => other.describe().into(),
        }
    }

    #[test]
    fn plain_scalars_have_the_types_kubernetes_gives_them() {
        let cases = "y=true On=true tRUE=a_string N=false off=false ~=null Null=null 0755=493 0o17=15 \
            0x1F=31 0b11=3 -0b11=-3 1_000=1000 1_0.5=10.5 1.10=1.1 .5=0.5 5.=5.0 1e5=100000.0 +1=1 \
            -0=0 2026-01-01=a_string 1:20=a_string 0x=a_string 08=8.0 09.5=9.5 \
            18446744073709551615=18446744073709551615 18446744073709551616=1.8446744073709552e+19 \
            1e999=a_string 0_1=1 _1=a_string 1__0=10 1E3=1000.0 +.5=0.5 -=a_string --1=a_string \
            0X1f=31 +0x1F=31 0x_1=1 12e03=12000.0 .=a_string 1.2.3=a_string v1=a_string é=a_string \
            -9223372036854775808=-9223372036854775808 -9223372036854775809=-9.223372036854776e+18 \
            .inf=not_finite -.Inf=not_finite .nan=not_finite infinity=a_string 0-1=a_string 0+1=a_string";
        for case in cases.split_whitespace() {
            let (text, expected) = case.split_once('=').unwrap();
            assert_eq!(plain(text), expected.replace('_', " "), "{text}");
        }
        assert_eq!(plain(""), "null");
    }

    #[test]
    fn a_tag_decides_over_the_looks() {
        let tag = |suffix: &str| Tag { handle: "tag:yaml.org,2002:".into(), suffix: suffix.into() };
        assert!(matches!(resolve("1", true, Some(&tag("str"))), Value::Text(_)));
        assert!(matches!(resolve("3", false, Some(&tag("int"))), Value::Number(_)));
        assert!(matches!(resolve("3", false, None), Value::Text(_)));
    }
}
