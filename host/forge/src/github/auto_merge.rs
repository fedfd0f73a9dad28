//! Automatic merge, which REST cannot ask for and GraphQL can.

use reqwest::Method;
use serde_json::{Value, json};
use tagwarden_core::spec::MergeMethod;
use tagwarden_reconcile::ports::{ForgeError, ForgeErrorKind as Kind, OpenRequest};
use url::Url;

use crate::{http::Api, words};

const MUTATION: &str = "mutation($request: ID!, $method: PullRequestMergeMethod!) { \
     enablePullRequestAutoMerge(input: {pullRequestId: $request, mergeMethod: $method}) \
     { clientMutationId } }";

/// Lets GitHub merge the request once its checks pass.
pub(super) async fn enable(
    api: &Api,
    request: &OpenRequest,
    method: MergeMethod,
) -> Result<(), ForgeError> {
    let method = method.as_str().to_uppercase();
    let body = json!({"query": MUTATION, "variables": {"request": request.id, "method": method}});
    let answer: Value = api.send(Method::POST, graphql(&api.root), &body).await?;
    // GraphQL refuses with 200.
    let Some(errors) = answer.get("errors").filter(|errors| !errors.is_null()) else {
        return Ok(());
    };
    let said = words::of(errors.to_string().as_bytes()).unwrap_or_default();
    let kind = match errors.pointer("/0/type").and_then(Value::as_str) {
        Some("RATE_LIMITED") => Kind::Throttled { retry_after: None },
        Some("FORBIDDEN") => Kind::Forbidden,
        _ => Kind::Refused,
    };
    Err(api.error(kind, format!("it refuses: {said}")))
}

/// Beside REST: `/graphql` on github.com, `/api/graphql` on an Enterprise server.
fn graphql(root: &Url) -> Url {
    let mut url = root.clone();
    match root.path().strip_suffix("/api/v3") {
        Some(folder) => url.set_path(&format!("{folder}/api/graphql")),
        None => url.set_path("/graphql"),
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphql_is_beside_rest() {
        for (root, want) in [
            ("https://api.github.com/", "https://api.github.com/graphql"),
            ("https://ghe.example/api/v3", "https://ghe.example/api/graphql"),
        ] {
            assert_eq!(graphql(&Url::parse(root).unwrap()).as_str(), want);
        }
    }
}
