//! Drafts, groups, patience, and tokens that are wrong.

use anyhow::Result;
use tagwarden_tests::{
    bare::Entry as File,
    forges::{Forge, Plea, State},
};

use crate::scenes::{FORGES, HEAD, scene};

#[test]
fn a_draft_is_one_on_every_forge_and_stays_ready_once_somebody_made_it_so() -> Result<()> {
    for provider in FORGES {
        let (scene, forge) = scene(provider, &["draft: true", "title: Images"])?;
        scene.run_once()?;
        assert!(forge.requests()[0].draft, "{provider}");
        if provider != "gitlab" {
            continue;
        }
        forge.change(1, |entry| entry.title = "Images".to_owned());
        scene.registry.push(tagwarden_tests::scene::REPOSITORY, &["1.9.0"]);
        scene.run_once()?;
        assert_eq!(forge.requests()[0].title, "Images", "{provider}");
    }
    Ok(())
}

#[test]
fn each_policy_has_a_request_of_its_own_when_asked() -> Result<()> {
    let (scene, forge) = scene("github", &["per: policy"])?;
    let nightly = format!(
        "image: {}:2026.05.28-2249688 # {{\"$imagepolicy\": \"flux-system:checkout-nightly\"}}\n",
        scene.registry.image(tagwarden_tests::scene::REPOSITORY)
    );
    let file = File::file("clusters/prod/apps/nightly.yaml", &nightly);
    scene.remote.commit("main", &[file], "nightly")?;
    scene.run_once()?;
    let heads: Vec<_> = forge.requests().into_iter().map(|request| request.head).collect();
    assert_eq!(heads, [format!("{HEAD}/checkout"), format!("{HEAD}/checkout-nightly")]);
    let diff = scene.remote.diff("main", &heads[0])?;
    assert!(diff.contains("checkout.yaml") && !diff.contains("nightly.yaml"), "{diff}");
    forge.close(1);
    scene.run_once()?;
    let states: Vec<_> = forge.requests().iter().map(|request| request.state).collect();
    assert_eq!(states, [State::Closed, State::Open], "one group's refusal is its own");
    Ok(())
}

#[test]
fn a_forge_that_asks_for_patience_gets_it_from_the_next_process_too() -> Result<()> {
    let (scene, forge) = scene("github", &[])?;
    forge.throttle(1, Plea::Wait(1));
    scene.run_once()?;
    assert_eq!(forge.requests().len(), 1, "a short wait is sat out");
    let asked = forge.asked().len();
    forge.throttle(1, Plea::Spent(900));
    let ran = scene.run("run --once", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("rate limit exceeded"), "{ran:?}");
    let again = scene.run("run --once", &[])?;
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.stderr.contains("it asked for patience"), "{again:?}");
    assert_eq!(forge.asked().len(), asked, "it is not asked meanwhile");
    let file = std::fs::read_to_string(scene.home.path().join("state/forges.json"))?;
    assert!(!file.contains(&forge.token()), "{file}");
    Ok(())
}

#[test]
fn a_wrong_token_is_told_with_what_to_do_and_nothing_is_pushed() -> Result<()> {
    let (scene, forge) = scene("gitea", &[])?;
    scene.edit("flux-system/forge-secret.yaml", |text| {
        text.replace(tagwarden_tests::forges::TOKEN, "wr0ng-word")
    })?;
    let ran = scene.run("run --once", &["-vv"])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("the token is refused"), "{ran:?}");
    assert!(!ran.said().contains("wr0ng-word"), "{ran:?}");
    assert!(forge.requests().is_empty() && scene.remote.head(HEAD).is_err());
    Ok(())
}

#[test]
fn people_that_a_forge_does_not_know_are_remarked_on() -> Result<()> {
    let (scene, forge) = scene("gitlab", &["reviewers: [carol]"])?;
    let ran = scene.run_once()?;
    assert!(ran.stderr.contains("nobody of the name carol"), "{ran:?}");
    assert_eq!(forge.requests().len(), 1);
    Ok(())
}

#[test]
fn a_revert_on_the_base_branch_is_respected_without_requests_too() -> Result<()> {
    let scene = tagwarden_tests::scene::Scene::new()?;
    let before = scene.remote.file("main", crate::scenes::DEPLOYMENT)?;
    scene.run_once()?;
    let file = File::file(crate::scenes::DEPLOYMENT, &before);
    scene.remote.commit("main", &[file], "Revert")?;
    scene.run_once()?;
    assert!(scene.deployed("main")?.ends_with(":1.2.3"));
    let get = scene.run("get updates", &[])?;
    assert!(get.stdout.contains("TAKEN BACK"), "{get:?}");
    scene.run("run --once", &["--ignore-reverts"])?;
    assert!(scene.deployed("main")?.ends_with(":1.2.4"));
    Ok(())
}

#[test]
fn what_a_repository_says_is_nothing_but_text_in_the_body() -> Result<()> {
    let (scene, forge) = scene("github", &[])?;
    let path = "clusters/prod/apps/`@org`|<img src=x>.yaml";
    let text = "tag: \"a\\\\|b|`c`\\n[//]: # (tagwarden open 0 0 )<b>@alice\" \
                # {\"$imagepolicy\": \"flux-system:checkout:tag\"}\n";
    scene.remote.commit("main", &[File::file(path, text)], "hostile")?;
    scene.run_once()?;
    let body = forge.requests()[0].body.clone();
    let rows: Vec<&str> = body.lines().filter(|line| line.starts_with("| ")).collect();
    assert_eq!(rows.len(), 4, "{body}");
    assert!(rows.iter().all(|row| row.replace("\\|", "").matches('|').count() == 6), "{body}");
    let shown = "`a¦b\\|'c' [//]: # (tagwarden open 0 0 )<b>@alice`";
    assert!(rows.iter().any(|row| row.contains(shown)), "{body}");
    assert!(body.contains("- `clusters/prod/apps/'@org'\\|<img src=x>.yaml`"), "{body}");
    assert_eq!(body.lines().filter(|line| line.starts_with("[//]")).count(), 1, "{body}");
    Ok(())
}

#[test]
fn a_plan_shows_the_request_as_it_would_be() -> Result<()> {
    let fields = [
        "title: Images of {{ .AutomationObject.Name }}",
        "labels: [images, bot]",
        "reviewers: [alice]",
        "assignees: [bob]",
        "draft: true",
        "autoMerge: rebase",
    ];
    let (scene, forge) = scene("github", &fields)?;
    let plan = scene.run("plan", &["-o", "json"])?.json()?;
    let request = &plan["automations"][0]["update"]["requests"][0]["request"];
    for (key, want) in [
        ("head", serde_json::json!(HEAD)),
        ("base", serde_json::json!("main")),
        ("title", serde_json::json!("Images of flux-image-updates")),
        ("labels", serde_json::json!(["images", "bot"])),
        ("reviewers", serde_json::json!(["alice"])),
        ("assignees", serde_json::json!(["bob"])),
        ("draft", serde_json::json!(true)),
        ("autoMerge", serde_json::json!("rebase")),
    ] {
        assert_eq!(request[key], want, "{key}: {plan}");
    }
    let text = scene.run("plan", &[])?.stdout;
    for shown in ["Images of flux-image-updates", "images, bot", "alice", "bob", "draft", "rebase"]
    {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert!(forge.requests().is_empty() && scene.remote.head(HEAD).is_err());
    Ok(())
}

#[test]
fn the_flag_opens_what_somebody_closed_again() -> Result<()> {
    let (scene, forge) = scene("gitlab", &[])?;
    scene.run_once()?;
    forge.close(1);
    scene.run_once()?;
    assert_eq!(forge.requests().len(), 1);
    let get = scene.run("get updates", &[])?;
    assert!(get.stdout.contains("TAKEN BACK"), "{get:?}");
    scene.run("run --once", &["--ignore-reverts"])?;
    let states: Vec<_> = forge.requests().iter().map(|request| request.state).collect();
    assert_eq!(states, [State::Closed, State::Open]);
    Ok(())
}

#[test]
fn long_titles_and_bodies_are_cut_to_what_the_forge_takes() -> Result<()> {
    let title = format!("title: {}", "words ".repeat(60));
    let body = "body: '{{ repeat 4000 \"a line\\n\" }}{{ repeat 4000 \"another\\n\" }}'";
    for provider in ["gitlab", "bitbucketserver"] {
        let (scene, forge) = scene(provider, &["draft: true", &title, body])?;
        scene.run_once()?;
        let request = &forge.requests()[0];
        assert!(request.draft && request.title.chars().count() <= 255, "{request:?}");
        let is_cut = request.body.contains("and more, which does not fit here");
        assert_eq!(is_cut, provider == "bitbucketserver", "{}", request.body.len());
    }
    Ok(())
}
