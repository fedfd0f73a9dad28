//! How a repository's registry is reached.

use tagwarden_core::{
    object::ObjectName,
    spec::{ImageRepository, Inventory, Secret},
};

use crate::{
    Failed, Reason, Retry,
    ports::{Login, Target},
};

/// The registry access that the repository's own references give.
pub(crate) fn target(
    repository: &ImageRepository,
    inventory: &Inventory,
) -> Result<Target, Failed> {
    let find = |field: &str, name: &Option<String>| {
        name.as_ref().map(|name| referred(inventory, repository, field, name)).transpose()
    };
    let mut pull_secrets: Vec<Secret> =
        find("spec.secretRef", &repository.secret)?.into_iter().collect();
    if let Some(account) = &repository.service_account {
        let name = repository.name.sibling(account.clone());
        pull_secrets.extend(account_secrets(inventory, repository, &name)?);
    }
    Ok(Target {
        image: repository.image.clone(),
        insecure: repository.insecure,
        timeout: repository.timeout,
        login: Login {
            pull_secrets,
            certificates: find("spec.certSecretRef", &repository.cert_secret)?,
            proxy: find("spec.proxySecretRef", &repository.proxy_secret)?,
            provider: repository.provider,
        },
    })
}

fn account_secrets(
    inventory: &Inventory,
    repository: &ImageRepository,
    account: &ObjectName,
) -> Result<Vec<Secret>, Failed> {
    let Some((_, names)) = inventory.service_accounts.iter().find(|(name, _)| name == account)
    else {
        return Err(missing("ServiceAccount", account, repository, "spec.serviceAccountName"));
    };
    names
        .iter()
        .map(|name| {
            referred(inventory, repository, "imagePullSecrets of its service account", name)
        })
        .collect()
}

fn referred(
    inventory: &Inventory,
    repository: &ImageRepository,
    field: &str,
    name: &str,
) -> Result<Secret, Failed> {
    let name = repository.name.sibling(name);
    let secret = inventory.secret(&name);
    secret.cloned().ok_or_else(|| missing("Secret", &name, repository, field))
}

fn missing(kind: &str, name: &ObjectName, repository: &ImageRepository, field: &str) -> Failed {
    Failed::new(
        Reason::DependencyNotFound,
        Retry::OnChange,
        format!(
            "{kind} {name}, named in {field} of ImageRepository {}, is not in the manifests",
            repository.name
        ),
    )
    .hint(format!("add a {kind} named {} in namespace {}", name.name, name.namespace))
}
