//! Templates that ask for too much get an error, and never a crash.

use tagwarden_plugin_go_template::{TemplateData, render};

/// The stack a sandbox gives, with what an unoptimised build takes on top.
const STACK: usize = 4 << 20;

fn message(template: &str) -> Result<String, String> {
    let template = template.to_owned();
    let run =
        move || render(&template, &TemplateData::default()).map_err(|error| error.to_string());
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).expect("threads start");
    thread.join().expect("no template crashes")
}

#[track_caller]
fn refused(template: &str, reason: &str) {
    let error = message(template).expect_err("it asks for too much");
    assert!(error.contains(reason), "{error}");
}

#[test]
fn a_template_that_uses_itself_ends() {
    refused(
        r#"{{ define "a" }}x{{ template "a" }}{{ end }}{{ template "a" }}"#,
        "exceeded maximum template depth",
    );
}

#[test]
fn deep_parentheses_are_refused() {
    let template = format!("{{{{ {}1{} }}}}", "(".repeat(5000), ")".repeat(5000));
    refused(&template, "nest more than");
}

#[test]
fn deep_blocks_are_refused() {
    refused(&"{{ if true }}".repeat(5000), "nest more than");
    refused(&format!("{{{{ if 0 }}}}{}", "{{ else if 0 }}".repeat(5000)), "nest more than");
}

#[test]
fn recursion_as_deep_as_templates_use_works() {
    let template = r#"{{ define "down" }}{{ if . }}{{ . }} {{ template "down" (sub . 1 | int) }}{{ end }}{{ end }}{{ template "down" 20 }}"#;
    let numbers: Vec<String> = (1..=20).rev().map(|n| n.to_string()).collect();
    assert_eq!(message(template), Ok(numbers.join(" ") + " "));
}

#[test]
fn a_message_has_a_greatest_length() {
    refused("{{ range 2000000 }}xxxxxxxxxx{{ end }}", "the message is longer than");
}

#[test]
fn loops_have_a_greatest_number_of_turns() {
    refused("{{ range 9000000000 }}{{ end }}", "steps");
    refused("{{ range 9000 }}{{ range 9000 }}{{ end }}{{ end }}", "steps");
}

#[test]
fn values_have_a_greatest_size() {
    refused(r#"{{ repeat 9000000000000 "x" }}"#, "bytes of values");
    refused("{{ until 1000000000 }}", "elements");
    refused(r#"{{ indent 2000000000 "a\nb" }}"#, "bytes of values");
    refused(
        r#"{{ $x := "aaaaaaaaaa" }}{{ range 30 }}{{ $x = replace "a" $x $x }}{{ end }}"#,
        "bytes of values",
    );
    refused(r#"{{ printf "%900000d %900000d" 1 2 }}"#, "the message is longer than");
}

#[test]
fn a_dictionary_cannot_hold_itself() {
    refused(r#"{{ $d := dict }}{{ set $d "d" (list $d) }}"#, "into itself");
    refused(r#"{{ $a := dict }}{{ $b := dict "a" $a }}{{ $_ := merge $a $b }}"#, "into itself");
}

#[test]
fn values_of_shared_parts_do_not_take_for_ever() {
    let doubled = r#"{{ $x := list 1 }}{{ range 80 }}{{ $x = list $x $x }}{{ end }}"#;
    refused(&format!("{doubled}{{{{ $x }}}}"), "");
    refused(&format!("{doubled}{{{{ toJson $x }}}}"), "");
    refused(&format!("{doubled}{{{{ deepEqual $x (deepCopy $x) }}}}"), "");
}

#[test]
fn deeply_nested_values_are_freed() {
    let nested = r#"{{ $x := list }}{{ range 50000 }}{{ $x = list $x }}{{ end }}"#;
    assert_eq!(message(&format!("{nested}done")), Ok("done".to_owned()));
    refused(&format!("{nested}{{{{ $x }}}}"), "deep");
    refused(r#"{{ mustFromJson (repeat 5000 "[") }}"#, "deep");
}

#[test]
fn patterns_cannot_be_too_large() {
    refused(r#"{{ mustRegexMatch "(((a{100}){100}){100})" "a" }}"#, "regexp");
}

#[test]
fn what_differs_from_run_to_run_is_refused() {
    for call in [
        "ago (toDate \"2006\" \"2024\")",
        "randInt 1 9",
        "shuffle \"abc\"",
        "bcrypt \"x\"",
        "htpasswd \"a\" \"b\"",
        "genPrivateKey \"rsa\"",
        "genCA \"a\" 1",
        "encryptAES \"k\" \"text\"",
    ] {
        refused(&format!("{{{{ {call} }}}}"), "from one run to the next");
    }
}

#[test]
fn functions_left_out_say_why() {
    refused("{{ now }}", "function \"now\" not defined: it depends on the clock");
    refused("{{ env \"HOME\" }}", "function \"env\" not defined: it reads the environment");
    refused("{{ uuidv4 }}", "function \"uuidv4\" not defined: it draws random numbers");
}
