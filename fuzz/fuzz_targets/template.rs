//! Any template: it renders or fails, within bounds, and the same way twice.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tagwarden_plugin_go_template::{Automation, Change, TemplateData, render};

const LONGEST: usize = 1 << 20;

static DATA: LazyLock<TemplateData> = LazyLock::new(|| {
    let change = |file: &str, new: &str, setter: &str| Change {
        file: file.to_owned(),
        api_version: "apps/v1".to_owned(),
        kind: "Deployment".to_owned(),
        name: "checkout".to_owned(),
        namespace: "shop".to_owned(),
        old: "1.2.3".to_owned(),
        new: new.to_owned(),
        setter: setter.to_owned(),
        image: None,
    };
    TemplateData {
        automation: Automation {
            namespace: "flux-system".to_owned(),
            name: "apps".to_owned(),
        },
        values: Some([("cluster".to_owned(), "prod".to_owned())].into()),
        changes: vec![
            change("app.yaml", "registry.example.com/checkout:1.2.4", "a:checkout"),
            change("app.yaml", "1.2.4", "a:checkout:tag"),
            change("b.yaml", "x", "a:b:name"),
        ],
    }
});

fuzz_target!(|template: &str| {
    let first = render(template, &DATA);
    if let Ok(message) = &first {
        // A byte that is not UTF-8 takes three as U+FFFD.
        assert!(message.len() <= 3 * LONGEST);
    }
    assert_eq!(first, render(template, &DATA));
});
