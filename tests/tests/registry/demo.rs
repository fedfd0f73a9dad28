use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use tagwarden_tests::pusher::Pusher;

use crate::support::{client, scan, target};

/// The program, ended when dropped.
struct Demo {
    child: Child,
    address: String,
}

impl Demo {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_demo-registry"))
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { child, address: address.trim().to_owned() }
    }

    async fn tags(&self, repository: &str) -> Vec<String> {
        let (_, port) = self.address.rsplit_once(':').unwrap();
        scan(&client(), &target(&format!("localhost:{port}/{repository}"))).await.unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::test]
async fn serves_seeded_and_pushed_images_from_run_to_run() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_str().unwrap();
    {
        let demo = Demo::start(&[
            "--state",
            state,
            "--image",
            "team/checkout:1.2.3",
            "--image",
            "team/checkout:1.2.4",
        ]);
        let pusher = Pusher {
            root: format!("http://{}/", demo.address).parse().unwrap(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            basic: None,
            realm: None,
        };
        pusher.push("team/checkout", &["1.3.0"]).await.unwrap();
        assert_eq!(demo.tags("team/checkout").await, ["1.2.3", "1.2.4", "1.3.0"]);
    }
    let demo = Demo::start(&["--port", "0", "--state", state, "--many", "team/many=1200"]);
    assert_eq!(demo.tags("team/checkout").await, ["1.2.3", "1.2.4", "1.3.0"]);
    assert_eq!(demo.tags("team/many").await.len(), 1200);
}
