//! Where AWS's own clients find credentials, in their order.

use tagwarden_core::spec::SecretValue;

use super::{
    Aws, chain,
    handed::{of_container, of_machine},
    sigv4::Keys,
    sts::{self, Role},
};
use crate::cloud::CloudError;

/// The first credentials there are: variables, a web identity, a profile, the
/// container's, the machine's.
pub(super) async fn find(aws: &Aws<'_>) -> Result<Keys, CloudError> {
    if let Some(keys) = of_environment(aws) {
        return Ok(keys);
    }
    let env = aws.environment;
    if let (Some(token), Some(arn)) =
        (env.path("AWS_WEB_IDENTITY_TOKEN_FILE"), env.get("AWS_ROLE_ARN"))
    {
        let role = Role {
            arn: arn.to_owned(),
            session: env.get("AWS_ROLE_SESSION_NAME").map(str::to_owned),
            external_id: None,
            named_in: "AWS_ROLE_ARN".to_owned(),
        };
        return sts::with_web_identity(aws, &role, &token).await;
    }
    if let Some(keys) = chain::of_profile(aws).await? {
        return Ok(keys);
    }
    if let Some(keys) = of_container(aws).await? {
        return Ok(keys);
    }
    of_machine(aws).await
}

/// The keys of the environment's own variables.
pub(super) fn of_environment(aws: &Aws<'_>) -> Option<Keys> {
    let env = aws.environment;
    Some(Keys {
        source: "the keys of AWS_ACCESS_KEY_ID".to_owned(),
        id: env.get("AWS_ACCESS_KEY_ID")?.to_owned(),
        secret: SecretValue::new(env.get("AWS_SECRET_ACCESS_KEY")?),
        session: env.get("AWS_SESSION_TOKEN").map(SecretValue::new),
    })
}
