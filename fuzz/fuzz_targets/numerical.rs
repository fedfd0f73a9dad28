//! Any numbers: nothing panics, they are in one total order, and it is that of
//! 64-bit floats wherever those tell two numbers apart.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::cmp::Ordering;
use tagwarden_plugin_numerical::Number;

fuzz_target!(|text: &str| {
    let texts: Vec<&str> = text.lines().take(8).collect();
    let read = texts.iter().filter_map(|text| Some((*text, Number::parse(text).ok()?)));
    let numbers: Vec<_> = read.collect();
    for (a_text, a) in &numbers {
        assert_eq!(a.cmp(a), Ordering::Equal, "{a_text}");
        for (b_text, b) in &numbers {
            let order = a.cmp(b);
            assert_eq!(order, b.cmp(a).reverse(), "{a_text} {b_text}");
            for (c_text, c) in &numbers {
                let descends = order.is_ge() && b.cmp(c).is_ge();
                assert!(!descends || a.cmp(c).is_ge(), "{a_text} {b_text} {c_text}");
            }
            if let (Ok(a_float), Ok(b_float)) = (a_text.parse::<f64>(), b_text.parse::<f64>())
                && let Some(float_order) = a_float.partial_cmp(&b_float)
            {
                assert!(float_order.is_eq() || order == float_order, "{a_text} {b_text}");
            }
        }
    }
});
