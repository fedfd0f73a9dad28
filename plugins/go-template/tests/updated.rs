//! `.Updated`, which the reference dropped and which still works here.

use tagwarden_plugin_go_template::{Automation, Change, TemplateData, render};

fn change(file: &str, name: &str, new: &str, setter: &str) -> Change {
    Change {
        file: file.to_owned(),
        api_version: "apps/v1".to_owned(),
        kind: "Deployment".to_owned(),
        name: name.to_owned(),
        namespace: "shop".to_owned(),
        old: "before".to_owned(),
        new: new.to_owned(),
        setter: setter.to_owned(),
        image: None,
    }
}

fn message(template: &str, changes: Vec<Change>) -> String {
    let automation =
        Automation { namespace: "flux-system".to_owned(), name: "flux-image-updates".to_owned() };
    render(template, &TemplateData { automation, values: None, changes })
        .expect("the template renders")
}

const CHECKOUT: &str = "registry.example.com/team/checkout:1.2.4";

#[test]
fn the_seed_template_lists_the_new_image() {
    let changes = vec![change("app.yaml", "checkout", CHECKOUT, "flux-system:checkout")];
    let template = "Auto-update images\n{{ range .Updated.Images }}\n- {{.}}\n{{ end }}";
    assert_eq!(message(template, changes), format!("Auto-update images\n\n- {CHECKOUT}\n"));
}

#[test]
fn an_image_has_parts() {
    let changes = vec![change("app.yaml", "web", "nginx:1.27", "flux-system:web")];
    let template = "{{ range .Updated.Images }}{{ .Identifier }} {{ .Repository }} \
                    {{ .Registry }} {{ .Name }} {{ .Policy }} {{ .Policy.Name }}{{ end }}";
    let expected =
        "1.27 library/nginx index.docker.io index.docker.io/library/nginx:1.27 flux-system/web web";
    assert_eq!(message(template, changes), expected);
}

#[test]
fn an_image_in_two_files_is_listed_once() {
    let changes = vec![
        change("b.yaml", "checkout", CHECKOUT, "flux-system:checkout"),
        change("a.yaml", "checkout", CHECKOUT, "flux-system:checkout"),
    ];
    let template = "{{ range .Updated.Images }}{{ println . }}{{ end }}";
    assert_eq!(message(template, changes), format!("{CHECKOUT}\n"));
}

#[test]
fn files_lead_to_objects_and_objects_to_images() {
    let changes = vec![
        change("b.yaml", "web", "nginx:1.27", "flux-system:web"),
        change("a.yaml", "checkout", CHECKOUT, "flux-system:checkout"),
    ];
    let template = "{{ range $file, $result := .Updated.Files }}{{ $file }}:\
                    {{ range $object, $images := $result.Objects }}\
                    {{ $object.Kind }}/{{ $object.Name }}.{{ $object.Namespace }} \
                    {{ $object.APIVersion }} {{ $images }};{{ end }}{{ end }}|\
                    {{ range $object, $images := .Updated.Objects }}{{ $object.Name }} {{ end }}";
    let expected = format!(
        "a.yaml:Deployment/checkout.shop apps/v1 [{CHECKOUT}];\
         b.yaml:Deployment/web.shop apps/v1 [nginx:1.27];|checkout web "
    );
    assert_eq!(message(template, changes), expected);
}

#[test]
fn name_and_tag_of_one_policy_make_one_image() {
    let changes = vec![
        change("a.yaml", "chart", "ghcr.io/acme/app", "flux-system:app:name"),
        change("a.yaml", "chart", "2.0.1", "flux-system:app:tag"),
        change("a.yaml", "chart", "7.0", "flux-system:sidecar:tag"),
    ];
    let template = "{{ range .Updated.Images }}{{ println . .Identifier }}{{ end }}";
    assert_eq!(message(template, changes), "ghcr.io/acme/app:2.0.1 2.0.1\n7.0 latest\n");
}

#[test]
fn a_known_reference_stands_for_the_part_written() {
    let mut tag = change("a.yaml", "chart", "2.0.1", "flux-system:app:tag");
    tag.image = Some("ghcr.io/acme/app:2.0.1".to_owned());
    let template = "{{ range .Updated.Images }}{{ . }}{{ end }}";
    assert_eq!(message(template, vec![tag]), "ghcr.io/acme/app:2.0.1");
}

#[test]
fn the_data_prints_without_it() {
    let template = "{{ . }}";
    assert_eq!(message(template, vec![]), "{flux-system/flux-image-updates {map[]} map[]}");
}
