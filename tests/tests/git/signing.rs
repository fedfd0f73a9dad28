//! Signatures, verified by `git verify-commit` with GnuPG and `ssh-keygen`.

use std::{fs, path::Path, process::Command};

use tagwarden_core::{
    object::ObjectName,
    spec::{Secret, SecretValue, SigningFormat},
};
use tagwarden_reconcile::ports::{Git, GitErrorKind, Signing};
use tagwarden_tests::{bare::git, gpg::Gpg, sshd::KeyPair};

use crate::fixture::*;

fn signing(format: SigningFormat, entries: &[(&str, &str)]) -> Signing {
    let data = entries.iter().map(|(k, v)| ((*k).to_owned(), SecretValue::new(*v))).collect();
    let secret =
        Secret { name: ObjectName::new("flux-system", "signing"), kind: String::new(), data };
    Signing { secret, format }
}

/// Commits, pushes, and lets Git verify the commit.
fn verified(world: &World, signing: Signing, configure: &dyn Fn(&mut Command)) -> String {
    let snapshot = world.open(&world.local());
    let mut request = bump("main", "1.1.0");
    request.message = "Überraschung: images\n\n- app:1.1.0\n".into();
    request.signing = Some(signing);
    let commit = snapshot.write(&request).unwrap();
    snapshot.push(&commit, &request).unwrap();
    world.bare.git(["fsck", "--strict"]).unwrap();
    let mut verify = git();
    verify.arg("--git-dir").arg(world.bare.path());
    configure(&mut verify);
    let output = verify.args(["verify-commit", "-v", &commit.id]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{}", world.bare.raw(&commit.id).unwrap());
    said
}

#[test]
fn each_kind_of_openpgp_key_signs() {
    for (kind, passphrase) in
        [("ed25519", "open sesame"), ("rsa2048", ""), ("nistp256", "öffne dich"), ("rsa3072", "x")]
    {
        let gpg = Gpg::new().unwrap();
        let key = gpg.generate(kind, passphrase).unwrap();
        let entries = [("git.asc", key.as_str()), ("passphrase", passphrase)];
        let signing = signing(SigningFormat::OpenPgp, &entries);
        let world = world();
        let said = verified(&world, signing, &|git| {
            git.env("GNUPGHOME", gpg.home());
        });
        assert!(said.contains("Good signature"), "{kind}: {said}");
    }
}

#[test]
fn a_signing_subkey_signs_where_there_is_one() {
    let gpg = Gpg::new().unwrap();
    let key = gpg.generate_with_subkey("open sesame").unwrap();
    let entries = [("git.asc", key.as_str()), ("passphrase", "open sesame")];
    let world = world();
    let said = verified(&world, signing(SigningFormat::OpenPgp, &entries), &|git| {
        git.env("GNUPGHOME", gpg.home());
    });
    assert!(said.contains("Good signature"), "{said}");
    assert!(said.contains("EDDSA"), "the subkey's kind, not the primary's: {said}");
}

#[test]
fn each_kind_of_ssh_key_signs() {
    for (kind, passphrase) in
        [("ed25519", ""), ("ed25519", "open sesame"), ("ecdsa", "open sesame"), ("rsa", "x1234")]
    {
        let key = KeyPair::generate(kind, passphrase).unwrap();
        let entries = [("identity", key.private.as_str()), ("password", passphrase)];
        let world = world();
        let allowed = world.folder.path().join("allowed");
        fs::write(&allowed, format!("flux@example.com namespaces=\"git\" {}\n", key.public))
            .unwrap();
        let said = verified(&world, signing(SigningFormat::Ssh, &entries), &|git| {
            git.args(["-c", "gpg.format=ssh", "-c"]);
            git.arg(format!("gpg.ssh.allowedSignersFile={}", allowed.display()));
        });
        assert!(said.contains("Good \"git\" signature for flux@example.com"), "{kind}: {said}");
    }
}

#[test]
fn a_signature_counts_for_the_commit_it_was_made_for() {
    let world = world();
    let key = KeyPair::generate("ed25519", "").unwrap();
    let entries = [("identity", key.private.as_str())];
    let mut request = bump("main", "1.1.0");
    request.signing = Some(signing(SigningFormat::Ssh, &entries));
    let commit = world.open(&world.local()).write(&request).unwrap();
    let mirror = mirror(world.folder.path());
    let raw = |id: &str| {
        let mut show = git();
        show.arg("--git-dir").arg(&mirror).args(["cat-file", "commit", id]);
        String::from_utf8(show.output().unwrap().stdout).unwrap()
    };
    let raw = raw(&commit.id);
    assert!(raw.contains("gpgsig -----BEGIN SSH SIGNATURE-----\n "), "{raw}");
    assert!(raw.ends_with(&format!("\n\n{}", request.message)), "{raw}");
}

fn mirror(folder: &Path) -> std::path::PathBuf {
    let entries = fs::read_dir(folder.join("state")).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "git"))
        .unwrap()
}

#[test]
fn a_key_that_cannot_sign_is_named_with_its_entry() {
    let gpg = Gpg::new().unwrap();
    let pgp = gpg.generate("ed25519", "open sesame").unwrap();
    let public = gpg.public().unwrap();
    let ssh = KeyPair::generate("ed25519", "open sesame").unwrap().private;
    let pem = KeyPair::with_options("rsa", "", &["-m", "PEM"]).unwrap().private;
    let (open_pgp, ssh_format) = (SigningFormat::OpenPgp, SigningFormat::Ssh);
    let world = world();
    for (format, entries, words) in [
        (open_pgp, &[][..], "has no `git.asc`"),
        (open_pgp, &[("git.asc", "rubbish")], "not an armoured OpenPGP private key"),
        (open_pgp, &[("git.asc", &public)], "not an armoured OpenPGP private key"),
        (open_pgp, &[("git.asc", &pgp)], "give it as `passphrase`"),
        (
            open_pgp,
            &[("git.asc", &pgp), ("passphrase", "wr0ng")],
            "`passphrase` that does not open",
        ),
        (ssh_format, &[], "has no `identity`"),
        (ssh_format, &[("identity", "rubbish")], "not a private key in OpenSSH's format"),
        (ssh_format, &[("identity", &pem)], "`ssh-keygen -p -f KEY` converts"),
        (ssh_format, &[("identity", &ssh)], "give it as `password`"),
        (ssh_format, &[("identity", &ssh), ("password", "wr0ng")], "`password` that does not open"),
    ] {
        let error = world.git.signer(&signing(format, entries)).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::Configuration, "{error}");
        assert!(error.message.contains("signing secret flux-system/signing"), "{error}");
        assert!(error.message.contains(words), "{words}: {error}");
        assert!(!error.message.contains("wr0ng"), "{error}");
    }
}

#[test]
fn a_signer_is_shown_by_name_and_fingerprint() {
    let gpg = Gpg::new().unwrap();
    let key = gpg.generate("ed25519", "").unwrap();
    let world = world();
    let shown =
        world.git.signer(&signing(SigningFormat::OpenPgp, &[("git.asc", key.as_str())])).unwrap();
    assert!(shown.contains("bot <bot@example.com>"), "{shown}");
    assert!(shown.contains(&gpg.fingerprint().unwrap()), "{shown}");
    let ssh = KeyPair::generate("ed25519", "").unwrap();
    let shown = world
        .git
        .signer(&signing(SigningFormat::Ssh, &[("identity", ssh.private.as_str())]))
        .unwrap();
    assert!(shown.starts_with("SSH SHA256:"), "{shown}");
}
