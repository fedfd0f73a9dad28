//! ImagePolicy.

use std::time::Duration;

use tagwarden_core::spec::{DigestReflection, ImagePolicy, PluginCall};

use super::{filled, flag, guards, metadata::Metadata, plugin, reference, verification};
use crate::{
    context::Version,
    duration::{Units, duration},
    error::Problem,
    fields::{Field, Fields},
};

const ORDERS: &[(&str, &str)] = &[("asc", "asc"), ("desc", "desc")];

const REFLECTIONS: &[(&str, DigestReflection)] = &[
    ("Always", DigestReflection::Always),
    ("IfNotPresent", DigestReflection::IfNotPresent),
    ("Never", DigestReflection::Never),
];

/// How often Flux looks a digest up where an interval of zero is given.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(600);

const CHOICES: &str = "semver, alphabetical, numerical, plugin";

/// Reads the `spec`.
pub(crate) fn read(spec: &Fields<'_>, metadata: Option<Metadata>) -> Option<ImagePolicy> {
    let owner = metadata.as_ref().map(|m| &m.name);
    let repository = spec.required("imageRepositoryRef");
    let repository = repository.and_then(|f| f.record(|f| reference::namespaced(f, owner)));
    let policy = spec.required("policy").and_then(|f| f.record(choice));
    let filter = spec.optional("filterTags").and_then(|f| f.record(filter));
    let (digest, interval) = digest(spec);
    let guards = spec.optional("guards").and_then(|f| f.record(guards::read)).unwrap_or_default();
    let verification = spec.optional("verify").and_then(|f| verification::read(&f));
    let suspend = flag(spec.since(Version::V1Beta2, "suspend"));
    let Metadata { name, labels } = metadata?;
    Some(ImagePolicy {
        name,
        labels,
        repository: repository?,
        filter,
        policy: policy?,
        guards,
        digest,
        interval,
        verification,
        suspend,
    })
}

fn choice(fields: &Fields<'_>) -> Option<PluginCall> {
    let choices = [
        ("semver", fields.optional("semver").map(|f| f.record(semver))),
        ("alphabetical", fields.optional("alphabetical").map(|f| ordered(&f, "alphabetical"))),
        ("numerical", fields.optional("numerical").map(|f| ordered(&f, "numerical"))),
        ("plugin", fields.optional("plugin").map(|f| plugin::call(&f))),
    ];
    let mut given: Vec<_> = choices.into_iter().filter_map(|(n, c)| Some((n, c?))).collect();
    match given.len() {
        1 => given.remove(0).1,
        0 => {
            let found = "none".to_owned();
            let hint = "one without settings is written `alphabetical: {}`";
            fields.fail(Problem::NotExactlyOne { wanted: CHOICES, found }, Some(hint.to_owned()));
            None
        }
        _ => {
            let names: Vec<_> = given.iter().map(|(name, _)| *name).collect();
            let found = names.join(" and ");
            let hint = format!("Flux goes by `{}` and ignores the rest: keep it alone", names[0]);
            fields.fail(Problem::NotExactlyOne { wanted: CHOICES, found }, Some(hint));
            None
        }
    }
}

fn semver(fields: &Fields<'_>) -> Option<PluginCall> {
    let range = fields.required("range").and_then(|f| f.text());
    Some(plugin::builtin("semver", &[("range", range?.to_owned())]))
}

fn ordered(field: &Field<'_>, name: &str) -> Option<PluginCall> {
    field.record(|fields| {
        let order = fields.optional("order").and_then(|f| f.choice(ORDERS));
        Some(plugin::builtin(name, &[("order", order.unwrap_or("asc").to_owned())]))
    })
}

/// The filter; one that says nothing is none.
fn filter(fields: &Fields<'_>) -> Option<PluginCall> {
    let pattern = filled(fields.optional("pattern"));
    let extract = filled(fields.optional("extract"));
    let call = fields.optional("plugin").map(|f| plugin::call(&f));
    match (pattern, extract, call) {
        (None, None, call) => call?,
        (pattern, extract, None) => Some(regex_filter(pattern, extract)),
        _ => {
            let wanted = "pattern, plugin";
            let found = "both".to_owned();
            fields.fail(Problem::NotExactlyOne { wanted, found }, None);
            None
        }
    }
}

fn regex_filter(pattern: Option<String>, extract: Option<String>) -> PluginCall {
    let mut settings = vec![("pattern", pattern.unwrap_or_default())];
    settings.extend(extract.map(|template| ("extract", template)));
    plugin::builtin("regex-filter", &settings)
}

/// When the digest is looked up, and how often; Flux's rules tie the two.
fn digest(spec: &Fields<'_>) -> (DigestReflection, Option<Duration>) {
    let reflection = spec.since(Version::V1Beta2, "digestReflectionPolicy");
    let reflection = reflection.and_then(|f| f.choice(REFLECTIONS)).unwrap_or_default();
    let interval = spec.since(Version::V1Beta2, "interval");
    match (&interval, reflection) {
        (None, DigestReflection::Always) => {
            let hint = "`digestReflectionPolicy: Always` needs one, e.g. `interval: 10m`";
            spec.missing("interval", Some(hint));
        }
        (Some(field), DigestReflection::Never | DigestReflection::IfNotPresent) => {
            let hint = "remove it: how often tags are listed is the ImageRepository's interval";
            field.invalid("is only taken with `digestReflectionPolicy: Always`", Some(hint));
        }
        _ => {}
    }
    let interval = interval.and_then(|f| duration(&f, Units::Interval));
    (reflection, interval.map(|i| if i.is_zero() { DEFAULT_INTERVAL } else { i }))
}
