use std::{os::unix::fs::PermissionsExt, sync::MutexGuard};

use tempfile::TempDir;

use super::*;

/// A program cannot be run while another thread's child still has it open
/// for writing, as a fork inherits it.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A home with files and helpers.
struct Home {
    alone: Option<MutexGuard<'static, ()>>,
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = format!("{}:/usr/bin:/bin", folder.path().join("bin").display());
        Self { alone: None, folder, variables: vec![("PATH".into(), path)] }
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn helper(&mut self, name: &str, script: &str) {
        let lock = || ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        self.alone.get_or_insert_with(lock);
        let path = self.file(&format!("bin/docker-credential-{name}"), script);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn set(&mut self, name: &str, value: &Path) {
        self.variables.push((name.into(), value.display().to_string()));
    }

    fn environment(&self) -> Environment {
        let pairs = self.variables.iter().map(|(k, v)| (k.into(), v.into()));
        Environment::new(pairs, Some(self.folder.path().to_owned()))
    }

    fn find(&self, registry: &str, repository: &str) -> Result<Credential, String> {
        Ambient::new(self.environment(), None).find(registry, repository, Duration::from_secs(20))
    }

    fn user(&self, registry: &str) -> Option<String> {
        self.find(registry, "team/app").unwrap().username
    }
}

fn entry(registry: &str, user: &str) -> String {
    format!(r#"{{"auths": {{"{registry}": {{"username": "{user}", "password": "hunter2"}}}}}}"#)
}

#[test]
fn dockers_and_podmans_files_are_read_in_turn() {
    let mut home = Home::new();
    assert!(home.find("r.example", "a").unwrap().is_anonymous());
    home.file(".config/containers/auth.json", &entry("podman.example", "podman"));
    home.file(".docker/config.json", &entry("docker.example", "docker"));
    home.file("run/containers/auth.json", &entry("podman.example", "running"));
    assert_eq!(home.user("podman.example").as_deref(), Some("podman"));
    assert_eq!(home.user("docker.example").as_deref(), Some("docker"));
    home.set("XDG_RUNTIME_DIR", &home.folder.path().join("run"));
    assert_eq!(home.user("podman.example").as_deref(), Some("running"));
    let elsewhere = home.file("elsewhere/config.json", &entry("docker.example", "elsewhere"));
    home.set("DOCKER_CONFIG", elsewhere.parent().unwrap());
    assert_eq!(home.user("docker.example").as_deref(), Some("elsewhere"));
    let named = home.file("named.json", &entry("docker.example", "named"));
    home.set("REGISTRY_AUTH_FILE", &named);
    assert_eq!(home.user("docker.example").as_deref(), Some("named"));
    assert_eq!(home.user("podman.example").as_deref(), Some("running"));
}

#[test]
fn a_file_asked_for_must_be_there_and_be_right() {
    let mut home = Home::new();
    home.set("REGISTRY_AUTH_FILE", Path::new("/nowhere/auth.json"));
    assert!(home.find("r.example", "a").unwrap_err().contains("/nowhere/auth.json"));
    let home = Home::new();
    home.file(".docker/config.json", r#"{"auths": {"r.example": "hunter2"}}"#);
    let error = home.find("r.example", "a").unwrap_err();
    assert!(error.contains(".docker/config.json") && !error.contains("hunter2"), "{error}");
    let home = Home::new();
    home.file(".docker/config.json", "");
    assert!(home.find("r.example", "a").unwrap().is_anonymous());
}

const ECHO: &str = r#"#!/bin/sh
[ "$1" = get ] && read -r server &&
printf '{"ServerURL": "%s", "Username": "%s", "Secret": "hunter2"}' "$server" "at $server"
"#;

#[test]
fn a_helper_is_asked_for_its_registry_and_the_store_for_the_others() {
    let mut home = Home::new();
    home.helper("mine", ECHO);
    home.helper(
        "all",
        "#!/bin/sh\nread -r s; printf '{\"Username\":\"<token>\",\"Secret\":\"refresh\"}'\n",
    );
    home.file(
        ".docker/config.json",
        r#"{"credHelpers": {"r.example": "mine", "docker.io": "mine"}, "credsStore": "all",
            "auths": {"s.example": {"username": "entry", "password": "x"}, "t.example": {}}}"#,
    );
    assert_eq!(home.user("r.example").as_deref(), Some("at r.example"));
    assert_eq!(home.user("index.docker.io").as_deref(), Some("at https://index.docker.io/v1/"));
    assert_eq!(home.user("s.example").as_deref(), Some("entry"));
    let stored = home.find("t.example", "a").unwrap();
    assert_eq!(stored.identity_token.unwrap().expose_text(), Some("refresh"));
}

#[test]
fn a_helper_that_has_nothing_leaves_it_to_the_next_file() {
    let mut home = Home::new();
    home.helper("none", "#!/bin/sh\necho 'credentials not found in native keychain'; exit 1\n");
    home.file(".docker/config.json", r#"{"credsStore": "none"}"#);
    home.file(".config/containers/auth.json", &entry("r.example", "podman"));
    assert_eq!(home.user("r.example").as_deref(), Some("podman"));
}

#[test]
fn a_helper_that_misbehaves_is_named_and_not_quoted() {
    for (script, word) in [
        ("#!/bin/sh\necho hunter2; echo hunter2 >&2; exit 1\n", "it failed"),
        ("#!/bin/sh\necho hunter2\n", "not the JSON"),
        ("not a program", "cannot be started"),
    ] {
        let mut home = Home::new();
        home.helper("bad", script);
        home.file(".docker/config.json", r#"{"credsStore": "bad"}"#);
        let error = home.find("r.example", "a").unwrap_err();
        assert!(error.contains("docker-credential-bad") && error.contains(word), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_helper_that_never_answers_is_ended() {
    for script in ["exec tail -f /dev/null", "exec >&-; exec sleep 1000"] {
        let mut home = Home::new();
        home.helper("slow", &format!("#!/bin/sh\n{script}\n"));
        home.file(".docker/config.json", r#"{"credsStore": "slow"}"#);
        let ambient = Ambient::new(home.environment(), None);
        let error = ambient.find("r.example", "a", Duration::from_millis(300)).unwrap_err();
        assert!(error.contains("docker-credential-slow: no answer within"), "{error}");
    }
}

#[test]
fn no_name_of_a_helper_leads_out_of_path() {
    let home = Home::new();
    for name in ["../evil", "a/b", "a b", "$(x)", "missing"] {
        home.file(".docker/config.json", &format!(r#"{{"credsStore": "{name}"}}"#));
        let error = home.find("r.example", "a").unwrap_err();
        let refused = ["no name of a credential helper", "there is no program"];
        assert!(refused.iter().any(|word| error.contains(word)), "{error}");
    }
}

#[test]
fn a_helper_is_not_run_for_every_repository() {
    let mut home = Home::new();
    let count = home.folder.path().join("count");
    home.helper("slow", &format!("{ECHO}echo >> {}\n", count.display()));
    home.file(".docker/config.json", r#"{"credsStore": "slow"}"#);
    let ambient = Ambient::new(home.environment(), None);
    for repository in ["a", "b", "c"] {
        ambient.find("r.example", repository, Duration::from_secs(20)).unwrap();
    }
    ambient.find("s.example", "a", Duration::from_secs(20)).unwrap();
    assert_eq!(fs::read_to_string(count).unwrap().lines().count(), 2);
}
