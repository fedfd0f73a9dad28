//! The reference's answers, template by template.

use serde_json::Value;
use tagwarden_plugin_go_template::{TemplateData, TemplateError, render};

/// Further answers of the reference, for functions, verbs and syntax with odd
/// arguments; a template without a message fails.
const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference.jsonl");

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/template.jsonl");

fn lines(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("the vectors are in the repository");
    text.lines().map(|line| serde_json::from_str(line).expect("a vector is JSON")).collect()
}

fn answer(vector: &Value) -> Result<String, TemplateError> {
    let data = TemplateData::from_json(&vector.to_string()).expect("the data reads");
    render(vector["template"].as_str().expect("a template is text"), &data)
}

/// What differs from the reference on purpose: `.Updated` still works.
fn is_meant(vector: &Value) -> bool {
    vector["template"].as_str().is_some_and(|template| template.contains(".Updated"))
}

#[test]
fn messages_agree_with_the_reference() {
    let mut wrong = Vec::new();
    for vector in lines(VECTORS).iter().filter(|vector| !is_meant(vector)) {
        let template = &vector["template"];
        match (answer(vector), vector["message"].as_str()) {
            (Ok(ours), Some(theirs)) if ours == theirs => {}
            (Err(_), None) => {}
            (ours, _) => wrong.push(format!(
                "{template}\n  ours:   {ours:?}\n  theirs: {} {}",
                vector["message"], vector["error"]
            )),
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn errors_say_where_and_what_as_the_reference_does() {
    for vector in lines(VECTORS).iter().filter(|vector| !is_meant(vector)) {
        let Some(theirs) = vector["error"].as_str() else { continue };
        let ours = answer(vector).expect_err("the reference fails").to_string();
        // Both name the place and the cause; the words around differ, as do those
        // for a pattern's mistakes, which are the filter plugin's.
        let Some((_, cause)) = theirs.split_once(": template: ") else { continue };
        let cause = cause.split("regexp: ").next().unwrap_or_default();
        assert!(
            ours.contains(cause),
            "{}\n  ours:   {ours}\n  theirs: {theirs}",
            vector["template"]
        );
    }
}

#[test]
fn functions_verbs_and_syntax_agree_with_the_reference() {
    let data = r#"{
        "automation": {"namespace": "flux-system", "name": "apps"},
        "values": {"cluster": "prod", "region": "eu-west-1"},
        "changes": [{
            "file": "clusters/prod/app.yaml",
            "apiVersion": "apps/v1", "kind": "Deployment",
            "name": "checkout", "namespace": "shop",
            "old": "registry.example.com/team/checkout:1.2.3",
            "new": "registry.example.com/team/checkout:1.2.4",
            "setter": "flux-system:checkout"
        }]
    }"#;
    let data = TemplateData::from_json(data).expect("the data reads");
    let mut wrong = Vec::new();
    for vector in lines(REFERENCE) {
        let template = vector["template"].as_str().expect("a template is text");
        let ours = render(template, &data).ok();
        if ours.as_deref() != vector["message"].as_str() {
            wrong.push(format!("{template}\n  ours: {ours:?}\n  theirs: {}", vector["message"]));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
