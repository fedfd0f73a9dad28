//! A reduced API description, and what is asked and answered held against it.

mod schema;

use std::collections::BTreeMap;

use hyper::http::request::Parts;
use serde::Deserialize;
use serde_json::Value;

use self::schema::{Schemas, check, parameter};

/// A forge's operations.
#[derive(Debug, Deserialize)]
pub(super) struct Contract {
    root: String,
    authorization: String,
    headers: BTreeMap<String, String>,
    schemas: Schemas,
    operations: BTreeMap<String, Operation>,
}

#[derive(Debug, Deserialize)]
struct Operation {
    method: String,
    path: String,
    #[serde(default)]
    query: BTreeMap<String, Value>,
    body: Option<Value>,
    /// Schemas by status; none where an answer has no body.
    answers: BTreeMap<String, Option<Value>>,
}

/// A question that keeps to the description.
#[derive(Debug)]
pub(super) struct Asked {
    pub operation: String,
    pub path: BTreeMap<String, String>,
    pub query: BTreeMap<String, Value>,
    pub body: Value,
}

impl Asked {
    /// The number in the path.
    pub fn number(&self) -> u64 {
        self.path.get("number").and_then(|n| n.parse().ok()).unwrap_or_default()
    }

    /// A text of the body; empty where it is not there.
    pub fn text(&self, key: &str) -> &str {
        self.body[key].as_str().unwrap_or_default()
    }

    /// A text of the query.
    pub fn wants(&self, key: &str) -> Option<&str> {
        self.query.get(key)?.as_str()
    }

    /// A number of the query.
    pub fn count(&self, key: &str) -> Option<u64> {
        self.query.get(key)?.as_u64()
    }
}

/// Why a question is not answered.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Whoever asks is not let in.
    Login,
    /// The description knows no such question.
    Violation(u16, String),
}

fn violation<T>(status: u16, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Violation(status, message.into()))
}

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
    pub fn read(&self, parts: &Parts, body: &[u8], token: &str) -> Result<Asked, Refusal> {
        let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok());
        if header("authorization") != Some(format!("{}{token}", self.authorization).as_str()) {
            return Err(Refusal::Login);
        }
        if header("user-agent").is_none() {
            return violation(403, "no User-Agent");
        }
        for (name, value) in &self.headers {
            if header(name) != Some(value) {
                return violation(406, format!("{name} is not {value}"));
            }
        }
        let (name, operation, path) = self.find(parts)?;
        let query = operation.query(parts.uri.query().unwrap_or_default())?;
        let body = self.body(operation, header("content-type"), body)?;
        Ok(Asked { operation: name, path, query, body })
    }

    /// Whether an answer is one that the description has.
    pub fn check_answer(&self, operation: &str, status: u16, body: &Value) -> Result<(), String> {
        let answers = &self.operations[operation].answers;
        let at = format!("{operation} {status}");
        match answers.get(&status.to_string()) {
            None => Err(format!("{at} is not among {:?}", answers.keys())),
            Some(None) if body.is_null() => Ok(()),
            Some(None) => Err(format!("{at} has a body")),
            Some(Some(schema)) => check(&self.schemas, schema, body, &at),
        }
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
            return violation(404, "Not Found");
        }
        let of_method = fits.into_iter().find(|(_, o, _)| o.method == parts.method.as_str());
        of_method.map_or_else(|| violation(405, "Method Not Allowed"), Ok)
    }

    fn body(
        &self,
        operation: &Operation,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<Value, Refusal> {
        let Some(schema) = &operation.body else {
            return match body.is_empty() {
                true => Ok(Value::Null),
                false => violation(400, "a body where none is taken"),
            };
        };
        if !content_type.is_some_and(|kind| kind.starts_with("application/json")) {
            return violation(415, format!("content type {content_type:?}"));
        }
        let value = match serde_json::from_slice(body) {
            Ok(value) => value,
            Err(error) => return violation(400, error.to_string()),
        };
        match check(&self.schemas, schema, &value, "body") {
            Ok(()) => Ok(value),
            Err(message) => violation(422, message),
        }
    }
}

impl Operation {
    fn query(&self, query: &str) -> Result<BTreeMap<String, Value>, Refusal> {
        let mut found = BTreeMap::new();
        for (key, text) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = match self.query.get(key.as_ref()) {
                Some(schema) => parameter(schema, &text),
                None => Err("there is no such parameter".to_owned()),
            };
            match value {
                Err(why) => return violation(400, format!("query {key}={text}: {why}")),
                Ok(value) => match found.insert(key.clone().into_owned(), value) {
                    Some(_) => return violation(400, format!("query {key} twice")),
                    None => continue,
                },
            }
        }
        Ok(found)
    }
}

/// The variables of a template, when the path is of its shape.
fn matched(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let mut given = path.split('/').map(percent);
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
