//! What Flux answers, and what must hold for any input.

use proptest::prelude::*;
use serde::Deserialize;
use std::fs;
use tagwarden_plugin_numerical::{Number, Numerical, Order, Settings};
use tagwarden_sdk::{Context, Plugin, Policy, Tags};

#[derive(Deserialize)]
struct Vector {
    policy: String,
    order: String,
    tags: Vec<String>,
    latest: Option<String>,
}

fn vectors() -> Vec<Vector> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/ordering.jsonl");
    let lines = fs::read_to_string(path).expect("the vectors are there");
    let vectors =
        lines.lines().map(|line| serde_json::from_str(line).expect("every line is a vector"));
    vectors.filter(|vector: &Vector| vector.policy == "numerical").collect()
}

/// The reference rounds to floats, so that numbers which differ may tie there. It
/// then keeps the one it sees last; we tell them apart.
fn agrees(order: Order, reference: &str, chosen: &str) -> bool {
    let as_float = |text: &str| text.replace('_', "").parse::<f64>();
    let comparison = Number::parse(chosen)
        .and_then(|number| Ok(number.cmp(&Number::parse(reference)?)))
        .expect("both are numbers");
    let is_told_apart = match order {
        Order::Asc => comparison.is_gt(),
        Order::Desc => comparison.is_lt(),
    };
    comparison.is_eq() || (as_float(reference) == as_float(chosen) && is_told_apart)
}

#[test]
fn selects_the_number_that_flux_selects() {
    for vector in vectors() {
        let order = match vector.order.as_str() {
            "desc" => Order::Desc,
            _ => Order::Asc,
        };
        let policy = Numerical::new(Settings { order }).unwrap();
        let tags: Tags = vector.tags.iter().map(String::as_str).collect();
        match (policy.select(&tags, &Context::default()), vector.latest) {
            (Ok(selection), Some(latest)) => {
                let chosen = &vector.tags[selection.chosen.unwrap() as usize];
                assert!(agrees(order, &latest, chosen), "{chosen}, not {latest}");
            }
            (Err(_), None) => {}
            (answer, latest) => panic!("{answer:?}, not {latest:?} on {:?}", vector.tags),
        }
    }
}

proptest! {
    #[test]
    fn reads_what_a_float_parser_reads(text in r"[+-]?[0-9]{0,25}\.?[0-9]{0,25}([eE][+-]?[0-9]{1,3})?") {
        let float = text.parse::<f64>();
        let number = Number::parse(&text);
        prop_assert_eq!(number.is_ok(), float.is_ok_and(f64::is_finite), "{}", text);
    }

    #[test]
    fn never_contradicts_floats(
        a in r"-?[0-9]{1,20}(\.[0-9]{1,5})?(e-?[0-9]{1,2})?",
        b in r"-?[0-9]{1,20}(\.[0-9]{1,5})?(e-?[0-9]{1,2})?",
    ) {
        let (x, y) = (a.parse::<f64>().unwrap(), b.parse::<f64>().unwrap());
        let exact = Number::parse(&a).unwrap().cmp(&Number::parse(&b).unwrap());
        let rounded = x.total_cmp(&y);
        prop_assert!(x == y || exact == rounded, "{} {}", a, b);
    }

    #[test]
    fn is_antisymmetric(a in r"[-+0-9a-fxp_.]{1,12}", b in r"[-+0-9a-fxp_.]{1,12}") {
        if let (Ok(a), Ok(b)) = (Number::parse(&a), Number::parse(&b)) {
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        }
    }

    #[test]
    fn no_text_panics(text in r"\PC{0,20}|[-+0-9a-fxp_.e]{0,20}") {
        let _ = Number::parse(&text);
    }
}
