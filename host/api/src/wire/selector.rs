//! Label selectors.

use tagwarden_core::spec::{LabelSelector, Operator, Requirement};

use crate::{error::Problem, fields::Field};

const OPERATORS: &[(&str, Operator)] = &[
    ("In", Operator::In),
    ("NotIn", Operator::NotIn),
    ("Exists", Operator::Exists),
    ("DoesNotExist", Operator::DoesNotExist),
];

/// `{matchLabels, matchExpressions}`.
pub(crate) fn full(field: &Field<'_>) -> Option<LabelSelector> {
    field.record(|fields| {
        let labels = fields.optional("matchLabels").and_then(|f| f.text_map());
        let expressions = fields.optional("matchExpressions").and_then(|f| f.list());
        let expressions = expressions.unwrap_or_default();
        Some(LabelSelector {
            labels: labels.unwrap_or_default().into_iter().collect(),
            expressions: expressions.iter().filter_map(requirement).collect(),
        })
    })
}

/// `{matchLabels}`, all that an access list takes.
pub(crate) fn labels_only(field: &Field<'_>) -> Option<LabelSelector> {
    field.record(|fields| {
        fields.elsewhere("matchExpressions", "an access list knows `matchLabels` alone");
        let labels = fields.optional("matchLabels").and_then(|f| f.text_map());
        Some(LabelSelector {
            labels: labels.unwrap_or_default().into_iter().collect(),
            expressions: vec![],
        })
    })
}

fn requirement(field: &Field<'_>) -> Option<Requirement> {
    field.record(|fields| {
        let key = fields.required("key").and_then(|f| f.text());
        let operator = fields.required("operator").and_then(|f| f.choice(OPERATORS));
        let values = fields.optional("values").and_then(|f| f.texts());
        let requirement = Requirement {
            key: key?.to_owned(),
            operator: operator?,
            values: values.unwrap_or_default(),
        };
        let wants_values = matches!(requirement.operator, Operator::In | Operator::NotIn);
        if wants_values == requirement.values.is_empty() {
            let problem = match wants_values {
                true => "`values` must not be empty for this operator",
                false => "`values` must be empty for this operator",
            };
            fields.fail(Problem::Invalid(problem.to_owned()), None);
        }
        Some(requirement)
    })
}
