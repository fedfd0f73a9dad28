//! What a plan shows is what the run after it does.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tagwarden_tests::{
    forges::{Forge, StandIn, TOKEN},
    scene::{REPOSITORY, Scene},
    sshd::KeyPair,
};

/// The example with signed commits.
fn signing() -> Result<(Scene, KeyPair)> {
    let scene = Scene::new()?;
    let key = KeyPair::generate("ed25519", "")?;
    scene.edit("flux-system/update.yaml", |text| {
        let key = "      signingKey: {type: ssh, secretRef: {name: signing}}\n";
        text.replace("image.toolkit.fluxcd.io/v1beta1", "image.toolkit.fluxcd.io/v1")
            .replace("    commit:\n", &format!("    commit:\n{key}"))
    })?;
    scene.secret("signing", &json!({"identity": key.private}))?;
    Ok((scene, key))
}

/// What a command says of the one update, as data.
fn update(scene: &Scene, command: &str) -> Result<Value> {
    let said = scene.run(command, &["-o", "json"])?.json()?;
    said["automations"][0]["update"].as_object().context("one update")?;
    Ok(said["automations"][0]["update"].clone())
}

/// The same without what only a run can know.
fn planned(mut update: Value) -> Value {
    fn strip(value: &mut Value) {
        if let Some(fields) = value.as_object_mut() {
            for known_later in ["commit", "state", "number", "url"] {
                fields.remove(known_later);
            }
        }
    }
    strip(&mut update);
    for request in update["requests"].as_array_mut().into_iter().flatten() {
        strip(request);
        strip(&mut request["proposal"]);
    }
    update
}

/// The commit on a branch as a plan prints it.
fn told(scene: &Scene, branch: &str) -> Result<String> {
    let message = scene.remote.git(["log", "-1", "--format=%B", branch])?;
    let lines = message.trim_end().lines().map(|line| match line {
        "" => "    \n".to_owned(),
        line => format!("    {line}\n"),
    });
    let diff = scene.remote.git(["diff", &format!("{branch}^"), branch])?;
    let hunks = diff.lines().skip_while(|line| !line.starts_with("--- "));
    // Git names the function a hunk is in.
    let hunks = hunks.map(|line| match line.match_indices(" @@").next() {
        Some((at, mark)) if line.starts_with("@@") => format!("{}\n", &line[..at + mark.len()]),
        _ => format!("{line}\n"),
    });
    Ok(lines.chain(["\n".to_owned()]).chain(hunks).collect())
}

#[test]
fn a_push_is_planned_with_branch_message_signature_and_diff() -> Result<()> {
    let (scene, key) = signing()?;
    let base = scene.remote.head("main")?;
    let shown = scene.run("plan", &[])?.stdout;
    let plan = update(&scene, "plan")?;
    assert_eq!(scene.remote.head("main")?, base, "a plan writes nothing");
    let ran = update(&scene, "run --once")?;
    assert_eq!(planned(plan), planned(ran));

    let image = scene.registry.image(REPOSITORY);
    let fingerprint = fingerprint(&key)?;
    let (short, told) = (&base[..10], told(&scene, "main")?);
    let (_, shown) = shown.split_once("\n\n").context("policies, then updates")?;
    assert_eq!(
        shown,
        format!(
            "flux-system/flux-image-updates would push to main, on {short}, as \
             fluxcdbot <fluxcdbot@example.com>\nsigned by SSH {fingerprint} test\n\n{told}"
        )
    );
    assert!(told.contains(&format!("+          image: {image}:1.2.4")), "{told}");
    Ok(())
}

/// How a plan names the key.
fn fingerprint(key: &KeyPair) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("key.pub");
    std::fs::write(&path, &key.public)?;
    let output = std::process::Command::new("ssh-keygen").arg("-lf").arg(&path).output()?;
    let line = String::from_utf8(output.stdout)?;
    line.split(' ').nth(1).map(str::to_owned).context("a fingerprint")
}

#[test]
fn a_request_is_planned_with_all_that_it_will_say() -> Result<()> {
    let (scene, _) = signing()?;
    let forge = StandIn::start("gitea", &scene.remote)?;
    let block = format!(
        "    pullRequest:\n      provider: gitea\n      baseURL: {}\n      repository: {}\n      \
         secretRef: {{name: forge}}\n      labels: [images]\n    push:\n",
        forge.base_url(),
        forge.repository()
    );
    scene.edit("flux-system/update.yaml", |text| text.replace("    push:\n", &block))?;
    scene.secret("forge", &json!({"token": TOKEN}))?;
    let shown = scene.run("plan", &[])?.stdout;
    let plan = planned(update(&scene, "plan")?);
    assert!(forge.requests().is_empty(), "a plan opens nothing");
    let ran = planned(update(&scene, "run --once")?);
    assert_eq!(plan, ran);

    let request = &forge.requests()[0];
    let wanted = &plan["requests"][0]["request"];
    assert_eq!((&wanted["title"], &wanted["body"]), (&json!(request.title), &json!(request.body)));
    assert_eq!(wanted["labels"], json!(request.labels));
    for line in request.body.lines().chain(told(&scene, &request.head)?.lines()) {
        assert!(shown.lines().any(|shown| shown.trim() == line.trim()), "{line}: {shown}");
    }
    Ok(())
}
