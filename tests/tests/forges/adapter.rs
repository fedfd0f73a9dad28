//! What each forge's adapter does with answers that are out of the ordinary.

use anyhow::Result;
use tagwarden_reconcile::ports::{Forge as _, ForgeErrorKind as Kind};
use tagwarden_tests::forges::{Forge, Plea, State};

use crate::{
    desk::{BRANCH, Desk, client, wanted},
    scenes::FORGES,
};

#[test]
fn its_own_request_is_found_among_hundreds_of_others() -> Result<()> {
    for provider in FORGES {
        let desk = Desk::new(provider)?;
        let open = desk.create(&desk.repository())?;
        desk.forge.crowd(130, State::Open);
        desk.forge.crowd(130, State::Closed);
        let repository = desk.repository();
        let found = desk.open(&repository)?;
        assert_eq!(found.iter().map(|r| r.number).collect::<Vec<_>>(), [open.number], "{provider}");
        let all = desk.runtime.block_on(desk.client.open(&repository, None))?;
        assert_eq!(all.len(), 131, "{provider}");
        desk.forge.close(open.number);
        let closed = desk.runtime.block_on(desk.client.closed(&repository, BRANCH))?;
        assert_eq!(closed.len(), 1, "{provider}");
        assert!(!closed[0].merged && closed[0].body == "of an image", "{provider}: {closed:?}");
    }
    Ok(())
}

#[test]
fn another_title_and_the_end_leave_reviewers_and_drafts_as_they_are() -> Result<()> {
    for provider in FORGES {
        let desk = Desk::new(provider)?;
        let repository = desk.repository();
        let draft = tagwarden_reconcile::ports::RequestText { draft: true, ..wanted() };
        let open = desk.runtime.block_on(desk.client.create(&repository, &draft))?;
        let mut furniture = wanted();
        furniture.auto_merge = None;
        desk.furnish(&open, &furniture)?;
        let other = tagwarden_reconcile::ports::RequestText { title: "Other".into(), ..wanted() };
        desk.runtime.block_on(desk.client.reword(&repository, &open, &other))?;
        let there = &desk.forge.requests()[0];
        assert!(there.draft && there.title.ends_with("Other"), "{provider}: {there:?}");
        assert_eq!(there.reviewers, ["alice"], "{provider}");
        let open = desk.open(&repository)?.remove(0);
        desk.runtime.block_on(desk.client.close(&repository, &open, "the end"))?;
        let there = &desk.forge.requests()[0];
        assert_eq!((there.state, there.body.as_str()), (State::Closed, "the end"), "{provider}");
        assert_eq!(there.reviewers, ["alice"], "{provider}");
    }
    Ok(())
}

#[test]
fn a_branch_that_is_gone_counts_as_deleted() -> Result<()> {
    for provider in FORGES {
        let desk = Desk::new(provider)?;
        let repository = desk.repository();
        for _ in 0..2 {
            desk.runtime.block_on(desk.client.delete_branch(&repository, BRANCH))?;
            assert!(desk.remote.head(BRANCH).is_err(), "{provider}");
        }
    }
    Ok(())
}

#[test]
fn a_merge_that_the_token_may_not_do_is_a_remark() -> Result<()> {
    for provider in ["gitlab", "bitbucketserver"] {
        let desk = Desk::new(provider)?;
        let open = desk.create(&desk.repository())?;
        desk.forge.change(open.number, |entry| entry.protected = true);
        let remarks = desk.furnish(&open, &wanted())?;
        let merge = remarks.iter().find(|remark| remark.text.starts_with("autoMerge: "));
        assert!(merge.is_some_and(|remark| remark.text.contains("401")), "{remarks:?}");
    }
    Ok(())
}

#[test]
fn an_older_bitbucket_is_not_asked_to_merge() -> Result<()> {
    let desk = Desk::new("bitbucketserver")?;
    desk.forge.be("8.14.2");
    let open = desk.create(&desk.repository())?;
    let remarks = desk.furnish(&open, &wanted())?;
    assert!(remarks.iter().any(|remark| remark.text.contains("8.15")), "{remarks:?}");
    assert!(!desk.forge.asked().contains(&"merge".to_owned()));
    Ok(())
}

#[test]
fn every_forge_s_plea_for_patience_is_understood_and_kept_by_the_next_process() -> Result<()> {
    for (provider, plea, seconds) in [
        ("github", Plea::Spent(900), 900),
        ("github", Plea::Wait(120), 120),
        ("github", Plea::TooMuch, 60),
        ("gitlab", Plea::Wait(120), 120),
        ("gitlab", Plea::Spent(900), 900),
        ("gitea", Plea::Wait(120), 120),
        ("bitbucket", Plea::TooMuch, 60),
        ("bitbucketserver", Plea::Wait(120), 120),
    ] {
        let desk = Desk::new(provider)?;
        let repository = desk.repository();
        desk.forge.throttle(10, plea);
        let error = desk.open(&repository).unwrap_err();
        let Kind::Throttled { retry_after: Some(wait) } = error.kind else {
            panic!("{provider} {plea:?}: {error:?}");
        };
        assert!(wait.as_secs().abs_diff(seconds) <= 2, "{provider} {plea:?}: {wait:?}");
        desk.forge.throttle(0, plea);
        for next in [&desk.client, &client(&desk.file())] {
            let error = desk.runtime.block_on(next.open(&repository, None)).unwrap_err();
            assert!(matches!(error.kind, Kind::Throttled { .. }), "{provider}: {error:?}");
            assert!(desk.forge.asked().is_empty(), "{provider} is left alone");
        }
        desk.forge.take("another");
        let mut other = repository.clone();
        other.secret = Some(crate::desk::secret("forge", &[("token", "another")]));
        assert_eq!(desk.open(&other)?, [], "{provider}: another token was not asked to wait");
    }
    Ok(())
}

#[test]
fn a_plain_refusal_is_no_plea_for_patience() -> Result<()> {
    let desk = Desk::new("github")?;
    desk.forge.take("another");
    let error = desk.open(&desk.repository()).unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized);
    Ok(())
}
