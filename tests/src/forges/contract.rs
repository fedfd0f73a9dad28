//! A reduced API description, and what is asked held against it.

use std::collections::BTreeMap;

use hyper::http::request::Parts;
use serde::Deserialize;
use serde_json::Value;

use super::TOKEN;

/// A forge's operations.
#[derive(Debug, Deserialize)]
pub(super) struct Contract {
    root: String,
    authorization: String,
    operations: BTreeMap<String, Operation>,
}

#[derive(Debug, Deserialize)]
struct Operation {
    method: String,
    path: String,
    #[serde(default)]
    query: BTreeMap<String, Value>,
    body: Option<Value>,
}

/// A question that keeps to the description.
#[derive(Debug)]
pub(super) struct Asked {
    pub operation: String,
    pub path: BTreeMap<String, String>,
    pub query: BTreeMap<String, String>,
    pub body: Value,
}

impl Asked {
    /// The number in the path.
    pub fn number(&self) -> u64 {
        self.path.get("number").and_then(|n| n.parse().ok()).unwrap_or_default()
    }

    /// A text of the body.
    pub fn text(&self, key: &str) -> Option<String> {
        self.body.get(key)?.as_str().map(str::to_owned)
    }
}

type Refusal = (u16, String);

impl Contract {
    /// The description of a forge by its name in a manifest.
    pub fn of(provider: &str) -> Self {
        let text = match provider {
            "github" => include_str!("../../forges/github.json"),
            "gitlab" => include_str!("../../forges/gitlab.json"),
            "bitbucket" => include_str!("../../forges/bitbucket.json"),
            "bitbucketserver" => include_str!("../../forges/bitbucketserver.json"),
            _ => include_str!("../../forges/gitea.json"),
        };
        serde_json::from_str(text).expect("the descriptions are well formed")
    }

    /// Takes a question apart, or says what is wrong with it.
    pub fn read(&self, parts: &Parts, body: &[u8]) -> Result<Asked, Refusal> {
        let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok());
        if header("authorization") != Some(format!("{}{TOKEN}", self.authorization).as_str()) {
            return Err((401, "Bad credentials".to_owned()));
        }
        if header("user-agent").is_none() {
            return Err((403, "no User-Agent".to_owned()));
        }
        let (name, operation, path) = self.find(parts)?;
        let query = operation.query(parts.uri.query().unwrap_or_default())?;
        let body = operation.body(header("content-type"), body)?;
        Ok(Asked { operation: name, path, query, body })
    }

    fn find(
        &self,
        parts: &Parts,
    ) -> Result<(String, &Operation, BTreeMap<String, String>), Refusal> {
        let path = parts.uri.path();
        let mut fits = Vec::new();
        for (name, operation) in &self.operations {
            let template = match operation.path.strip_prefix("/..") {
                Some(beside) => {
                    let folder = self.root.rsplit_once('/').map_or("", |(folder, _)| folder);
                    format!("{folder}{beside}")
                }
                None => format!("{}{}", self.root, operation.path),
            };
            if let Some(taken) = matched(&template, path) {
                fits.push((name.clone(), operation, taken));
            }
        }
        if fits.is_empty() {
            return Err((404, "Not Found".to_owned()));
        }
        let of_method = fits.into_iter().find(|(_, o, _)| o.method == parts.method.as_str());
        of_method.ok_or_else(|| (405, format!("{} is not allowed here", parts.method)))
    }
}

impl Operation {
    fn query(&self, query: &str) -> Result<BTreeMap<String, String>, Refusal> {
        let mut found = BTreeMap::new();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let fits = match self.query.get(key.as_ref()) {
                Some(Value::Array(choices)) => choices.iter().any(|c| c == value.as_ref()),
                Some(kind) => kind == "string" || value.parse::<u64>().is_ok(),
                None => false,
            };
            if !fits {
                return Err((400, format!("query parameter {key}={value}")));
            }
            found.insert(key.into_owned(), value.into_owned());
        }
        Ok(found)
    }

    fn body(&self, content_type: Option<&str>, body: &[u8]) -> Result<Value, Refusal> {
        let Some(schema) = &self.body else {
            return match body.is_empty() {
                true => Ok(Value::Null),
                false => Err((400, "a body where none is taken".to_owned())),
            };
        };
        if !content_type.is_some_and(|kind| kind.starts_with("application/json")) {
            return Err((415, format!("content type {content_type:?}")));
        }
        let value = serde_json::from_slice(body).map_err(|e| (400, e.to_string()))?;
        check(schema, &value, "body").map_err(|message| (422, message))?;
        Ok(value)
    }
}

/// The variables of a template, when the path is of its shape.
fn matched(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let decode = |s: &str| percent(s);
    let mut given = path.split('/').map(decode);
    let mut taken = BTreeMap::new();
    for part in template.split('/') {
        match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
            Some(name) if name.ends_with('+') => {
                let rest: Vec<String> = given.by_ref().collect();
                taken.insert(name.trim_end_matches('+').to_owned(), rest.join("/"));
                return (!rest.is_empty()).then_some(taken);
            }
            Some(name) => {
                let value = given.next().filter(|value| !value.is_empty())?;
                taken.insert(name.to_owned(), value);
            }
            None if given.next()? == part => {}
            None => return None,
        }
    }
    given.next().is_none().then_some(taken)
}

fn percent(segment: &str) -> String {
    // A plus in a path is a plus.
    let query = format!("x={}", segment.replace('+', "%2B"));
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// The part of JSON Schema that the descriptions use; unknown fields are wrong.
fn check(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let kind = schema["type"].as_str().unwrap_or_default();
    let fits = match kind {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    if !fits {
        return Err(format!("{at} is not of type {kind}: {value}"));
    }
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        return Err(format!("{at} is {value}, which is not one of {choices:?}"));
    }
    for required in schema["required"].as_array().into_iter().flatten() {
        if value.get(required.as_str().unwrap_or_default()).is_none() {
            return Err(format!("{at} lacks {required}"));
        }
    }
    for (key, member) in value.as_object().into_iter().flatten() {
        let known = schema["properties"].get(key).ok_or(format!("{at}.{key} is unknown"))?;
        check(known, member, &format!("{at}.{key}"))?;
    }
    for item in value.as_array().into_iter().flatten() {
        check(&schema["items"], item, &format!("{at}[]"))?;
    }
    Ok(())
}
