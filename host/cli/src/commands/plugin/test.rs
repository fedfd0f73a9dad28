//! `tagwarden plugin test`: cases put to a plugin.

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};
use tagwarden_author::cases::{self, Verdict};

use super::target::Target;
use crate::{
    args::{Global, Test},
    output,
    problem::{Exit, Outcome, Problem},
    world,
};

const PASSED: Style = AnsiColor::Green.on_default();
const FAILED: Style = AnsiColor::Red.on_default();

pub fn test(global: &Global, args: &Test) -> Outcome {
    let target = Target::of(&args.plugin)?;
    let plugins = target.load(global)?;
    let cases = target.cases(target.kind(&plugins)?, args.cases.as_deref())?;
    let wanted = |name: &str| args.only.as_ref().is_none_or(|part| name.contains(part.as_str()));
    let cases: Vec<_> = cases.cases.into_iter().filter(|case| wanted(&case.name)).collect();
    if cases.is_empty() {
        return Err(Problem::usage("there are no such cases").hint("see `cases:` in cases.yaml"));
    }
    let verdicts = world::runtime()?.block_on(async {
        let mut verdicts = Vec::with_capacity(cases.len());
        for case in &cases {
            verdicts.push(cases::run(&plugins, &target.name, case).await);
        }
        verdicts
    });
    if !output::structured(global.output, &verdicts)? {
        print(&verdicts);
    }
    Ok(match verdicts.iter().all(|verdict| verdict.passed) {
        true => Exit::Done,
        false => Exit::Failed,
    })
}

fn print(verdicts: &[Verdict]) {
    for verdict in verdicts {
        match verdict.passed {
            true => output::line(&format!("{PASSED}ok{PASSED:#}      {}", verdict.name)),
            false => {
                output::line(&format!("{FAILED}FAILED{FAILED:#}  {}", verdict.name));
                output::text(&difference(verdict));
            }
        }
    }
    let failed = verdicts.iter().filter(|verdict| !verdict.passed).count();
    output::line(&format!("\n{} passed, {failed} failed", verdicts.len() - failed));
}

/// What was expected and not answered, and the other way round.
fn difference(verdict: &Verdict) -> String {
    let diff = TextDiff::from_lines(&verdict.expected, &verdict.actual);
    let line = |change: similar::Change<&str>| {
        let (sign, style) = match change.tag() {
            ChangeTag::Equal => (' ', Style::new()),
            ChangeTag::Delete => ('-', FAILED),
            ChangeTag::Insert => ('+', PASSED),
        };
        format!("        {style}{sign} {}{style:#}\n", change.value().trim_end())
    };
    let heading = format!("        {FAILED}- expected{FAILED:#}, {PASSED}+ answered{PASSED:#}\n");
    heading + &diff.iter_all_changes().map(line).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_was_expected_beside_what_was_answered() {
        let verdict = Verdict {
            name: "a".into(),
            passed: false,
            expected: "chosen: 1.10\nrejected x: no\n".into(),
            actual: "chosen: 1.9\nrejected x: no\n".into(),
        };
        let plain = anstream::adapter::strip_str(&difference(&verdict)).to_string();
        assert_eq!(
            plain,
            "        - expected, + answered\n        - chosen: 1.10\n        + chosen: 1.9\n          rejected x: no\n"
        );
    }
}
