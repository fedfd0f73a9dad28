//! Registries as the program meets them: logins from manifests, and faults. The
//! condition says what happened, the selection stays, nothing is pushed, and no
//! secret is told.

use std::time::{Duration, SystemTime};

use anyhow::Result;
use base64::{Engine, engine::general_purpose::STANDARD};
use tagwarden_tests::{
    program::Ran,
    registry::{Access, Fault, Settings, Step, TestRegistry},
    scene::{LOGIN, REPOSITORY, Scene},
};

/// How the test registry's tokens end.
const TOKEN: &str = "-of-the-test-registry";
const GOOD: &str = ":1.2.4";

/// The example on a registry with tokens and pages of two tags, once it has
/// selected and pushed; a newer tag waits there since.
fn settled(uses: Option<usize>) -> Result<Scene> {
    let mut access = Access::token(LOGIN.0, LOGIN.1);
    if let Access::Token { uses: limit, .. } = &mut access {
        *limit = uses;
    }
    let settings = Settings { access, page_cap: Some(2), ..Settings::default() };
    let scene = Scene::on(settings, |text| text)?;
    scene.edit("flux-system/images.yaml", |text| {
        text.replace("  interval: 5m\n", "  interval: 5m\n  timeout: 4s\n")
    })?;
    scene.run_once()?;
    assert!(scene.deployed("main")?.ends_with(GOOD), "{}", scene.deployed("main")?);
    scene.registry.push(REPOSITORY, &["1.3.0"]);
    Ok(scene)
}

fn assert_no_secret(ran: &Ran) {
    let pair = STANDARD.encode(format!("{}:{}", LOGIN.0, LOGIN.1));
    for secret in [LOGIN.1, &pair, TOKEN] {
        assert!(!ran.said().contains(secret), "{secret} shows in {ran:?}");
    }
}

/// Runs once and meets the fault: the run says it in words, `get` by its reason.
fn assert_held(scene: &Scene, name: &str, word: &str, reason: &str) -> Result<()> {
    let commits = scene.commits("main")?;
    let ran = scene.run("run --once", &["-v"])?;
    assert_no_secret(&ran);
    assert_eq!(ran.code, 1, "{name}: {ran:?}");
    assert!(ran.stderr.contains("ImageRepository flux-system/checkout"), "{name}: {ran:?}");
    assert!(ran.stderr.contains(word), "{name}: {word:?} is not in {ran:?}");
    assert_eq!(scene.commits("main")?, commits, "{name}: something was pushed");
    assert!(scene.deployed("main")?.ends_with(GOOD), "{name}: {}", scene.deployed("main")?);
    let get = scene.run("get repositories", &[])?;
    assert_no_secret(&get);
    assert!(get.stdout.contains(reason), "{name}: {reason:?} is not in {get:?}");
    Ok(())
}

/// Runs once with each fault met on every page but the first.
fn assert_held_by(
    reason: &str,
    faults: impl IntoIterator<Item = (Fault, &'static str)>,
) -> Result<()> {
    let scene = settled(None)?;
    for (fault, word) in faults {
        let name = format!("{fault:?}");
        scene.registry.script([None]);
        scene.registry.always(fault);
        assert_held(&scene, &name, word, reason)?;
    }
    Ok(())
}

fn html(status: u16) -> Fault {
    let body = "<html><body>Bad gateway</body></html>".into();
    Fault::Status { status, headers: vec![("content-type".into(), "text/html".into())], body }
}

#[test]
fn trouble_of_the_server_holds_what_was_selected() -> Result<()> {
    let faults = [
        (Fault::status(500), "trouble of its own (500)"),
        (html(502), "502: an HTML page"),
        (Fault::Cut, "tags/list"),
        (Fault::CutChunked, "tags/list"),
        (Fault::WrongLength, "tags/list"),
    ];
    assert_held_by("Unreachable", faults)
}

#[test]
fn an_answer_that_is_no_list_holds_what_was_selected() -> Result<()> {
    let faults = [
        (Fault::Body("{\"tags\":[\"1.9.9\"".into()), "no list of tags"),
        (Fault::Body("{\"tags\":{}}".into()), "no list of tags"),
        (html(200), "HTML"),
        (Fault::Loop, "links back to an earlier page"),
        (
            Fault::Link("<http://evil.example/v2/x/tags/list>; rel=\"next\"".into()),
            "refused a Link",
        ),
        (Fault::Echo, "not expected (400"),
    ];
    assert_held_by("ScanFailed", faults)
}

#[test]
fn a_registry_that_drips_costs_its_timeout() -> Result<()> {
    let late = "no whole answer within 4s";
    assert_held_by("Unreachable", [(Fault::Trickle, late), (Fault::Stall, late)])
}

#[test]
fn patience_is_kept_by_the_next_process_and_shown() -> Result<()> {
    let date = || httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(280));
    let seconds = || "280".to_owned();
    for when in [&seconds as &dyn Fn() -> String, &date] {
        let (scene, when) = (settled(None)?, when());
        scene.registry.script([None]);
        scene.registry.always(Fault::throttle(&when));
        assert_held(&scene, &when, "asks to come back in 2", "throttled until")?;
        let asked = scene.registry.seen().len();
        assert_held(&scene, &when, "nothing was asked", "throttled until")?;
        assert_eq!(scene.registry.seen().len(), asked, "{when}: it was asked again");
    }
    Ok(())
}

#[test]
fn a_redirect_elsewhere_is_followed_without_the_login() -> Result<()> {
    let other = TestRegistry::with(Settings {
        access: Access::basic(LOGIN.0, LOGIN.1),
        ..Settings::default()
    });
    other.push(REPOSITORY, &["1.9.9"]);
    let to = format!("http://{}/v2/{REPOSITORY}/tags/list", other.address());
    assert_held_by("AuthenticationFailed", [(Fault::redirect(307, &to), "401")])?;
    let seen = other.seen();
    assert!(!seen.is_empty() && seen.iter().all(|s| s.authorization.is_none()), "{seen:?}");
    Ok(())
}

#[test]
fn a_token_server_in_trouble_holds_what_was_selected() -> Result<()> {
    let faults = [
        (html(500), "token server has trouble", "Unreachable"),
        (html(200), "not the JSON of a token", "ScanFailed"),
    ];
    let scene = settled(None)?;
    for (fault, word, reason) in faults {
        scene.registry.always_at(Step::Token, fault);
        assert_held(&scene, word, word, reason)?;
    }
    Ok(())
}

#[test]
fn a_token_that_ends_in_mid_list_is_renewed() -> Result<()> {
    let scene = settled(Some(2))?;
    let issued = scene.registry.tokens_issued();
    let ran = scene.run_once()?;
    assert_no_secret(&ran);
    assert!(scene.deployed("main")?.ends_with(":1.3.0"), "{ran:?}");
    assert!(scene.registry.tokens_issued() >= issued + 2, "{}", scene.registry.tokens_issued());
    Ok(())
}

/// A pull secret with one entry for the registry.
fn pull_secret(name: &str, registry: &str, password: &str) -> String {
    let auth = STANDARD.encode(format!("{}:{password}", LOGIN.0));
    let config = serde_json::json!({"auths": {registry: {"auth": auth}}}).to_string();
    format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: flux-system}}\n\
         type: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: '{config}'\n"
    )
}

#[test]
fn the_pull_secrets_of_a_service_account_serve() -> Result<()> {
    let scene = Scene::new()?;
    scene.edit("flux-system/images.yaml", |text| {
        text.replace("  secretRef:\n    name: registry-pull\n", "  serviceAccountName: puller\n")
    })?;
    let account = "apiVersion: v1\nkind: ServiceAccount\n\
                   metadata: {name: puller, namespace: flux-system}\n\
                   imagePullSecrets: [{name: elsewhere}, {name: pull}]\n";
    let host = scene.registry.image("");
    let host = host.trim_end_matches('/');
    let elsewhere = pull_secret("elsewhere", "elsewhere.example", "another-password");
    let pull = pull_secret("pull", host, LOGIN.1);
    scene.add("puller.yaml", &[account, &elsewhere, &pull].concat())?;
    scene.run_once()?;
    assert!(scene.deployed("main")?.ends_with(GOOD), "{}", scene.deployed("main")?);
    scene.add("puller.yaml", &[account, &elsewhere].concat())?;
    let ran = scene.run("run --once", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("imagePullSecrets of its service account"), "{ran:?}");
    Ok(())
}
