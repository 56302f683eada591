//! The documents are right: what they show can be loaded, and what they list is complete.
//!
//! `scripts/bless` updates the tables of settings and metrics in docs/operating.md. Read the difference before you commit it.

use factotum_core::diagnostic::SourceFile;
use factotum_core::pack;
use factotum_service::config::{Origin, Resolved};
use factotum_service::exit::ExitReason;
use factotum_service::metrics::Metrics;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a document of the repository")
}

/// The contents of a document's code blocks of one sort.
fn blocks(document: &str, sort: &str) -> Vec<String> {
    let fence = format!("\n```{sort}\n");
    document.split(&fence).skip(1).filter_map(|rest| rest.split_once("\n```")).map(|(block, _)| format!("{block}\n")).collect()
}

fn findings(files: &[SourceFile]) -> Vec<String> {
    pack::load(files).diagnostics.iter().map(|d| d.human(files, false)).collect()
}

#[test]
fn the_worked_example_fits_into_the_built_in_pack() {
    let examples = blocks(&read("docs/knowledge.md"), "toml example");
    let [example] = examples.as_slice() else { panic!("one worked example, not {}", examples.len()) };
    let mut files = factotum_built_in::files();
    let before = findings(&files);
    let file = files.iter_mut().find(|f| f.name.ends_with("osmani.toml")).expect("the file that the document names");
    file.text.push('\n');
    file.text.push_str(example);
    assert_eq!(findings(&files), before);
    let base = pack::load(&files).base.expect("a pack without errors");
    let intent = base.find_intent("which-kind-of-dialogue-did-osmani-stress").expect("the question of the example");
    assert_eq!(intent.paraphrases.len(), 3, "the question and two paraphrases");
}

#[test]
fn the_pieces_of_the_format_make_a_pack() {
    let text = blocks(&read("docs/knowledge.md"), "toml").join("\n");
    let files = [SourceFile { name: "knowledge.md".to_owned(), text }];
    assert_eq!(findings(&files), Vec::<String>::new());
    assert!(pack::load(&files).base.is_some());
}

#[test]
fn the_translation_is_one_of_the_pieces() {
    let document = read("docs/knowledge.md");
    let translations = blocks(&document, "toml translation");
    let file = |name: &str, text: String| SourceFile { name: name.to_owned(), text };
    let files = [file("museum.toml", blocks(&document, "toml").join("\n")), file("german.toml", translations.join("\n"))];
    assert_eq!(findings(&files), Vec::<String>::new());
    let base = pack::load(&files).base.expect("a pack without errors");
    assert_eq!(base.translations.iter().map(|translation| translation.questions.len()).collect::<Vec<_>>(), [2]);
}

#[test]
fn every_key_is_explained() {
    let document = read("docs/knowledge.md");
    for key in factotum_core::pack::keys().into_iter().flat_map(|(_, keys)| keys) {
        assert!(document.contains(&format!("`{key}`")), "docs/knowledge.md does not explain `{key}`");
    }
    let tables = factotum_core::pack::keys().map(|(table, _)| table.replace("<id>", "ID"));
    let words = ["[synonyms]", "[roles]", "[names]", "[spellings]", "[entity_names]"];
    for table in tables.iter().map(String::as_str).filter(|table| table.starts_with('[')).chain(words) {
        assert!(document.contains(&format!("`{table}`")), "docs/knowledge.md has no `{table}`");
    }
}

/// CI may run more, with other options; but it runs all that contributors should run.
#[test]
fn what_contributors_run_is_what_ci_runs() {
    let commands = blocks(&read("CONTRIBUTING.md"), "sh").into_iter().nth(1).expect("the commands of CI are the second block");
    let ci = read(".ci/run");
    let steps: Vec<Vec<&str>> = ci.lines().filter_map(|line| Some(line.split_once("step ")?.1.split([' ', ';']).collect())).collect();
    for command in commands.lines().map(|line| line.split('#').next().unwrap_or_default()) {
        let command = command.replace("cargo run --release --", "\"$factotum\"");
        let ran = steps.iter().any(|step| command.split_whitespace().all(|word| step.contains(&word)));
        assert!(ran, "CI does not run {command}");
    }
}

/// A document whose table below this heading has these rows.
fn with_table(document: &str, heading: &str, rows: &[String]) -> String {
    let (before, rest) = document.split_once(&format!("{heading}\n")).unwrap_or_else(|| panic!("there is no table {heading}"));
    let (line, rest) = rest.split_once('\n').expect("a line is below the heading");
    let after = rest.find("\n\n").map_or("", |at| if rest.starts_with('\n') { rest } else { &rest[at + 1..] });
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    format!("{before}{heading}\n{line}\n{rows}{after}")
}

#[test]
fn every_setting_and_every_metric_is_listed() {
    let settings: Vec<String> = Resolved::default()
        .settings()
        .into_iter()
        .map(|setting| {
            assert_eq!(setting.origin, Origin::Default);
            let section = if setting.section.is_empty() { String::new() } else { format!(" in `[{}]`", setting.section) };
            let value = setting.value.map_or_else(|| "not set".to_owned(), |value| format!("`{value}`"));
            format!("| `{}`{section} | `{}` | {value} |", setting.key, setting.variable)
        })
        .collect();
    let metrics: Vec<String> = Metrics::ALL
        .iter()
        .map(|metric| {
            let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
            format!("| `{}` | {} | {} | {} |", metric.name, metric.kind, labels.join(", "), metric.help)
        })
        .collect();
    let path = "docs/operating.md";
    let document = read(path);
    let now = with_table(&document, "| Setting | Environment variable | Default |", &settings);
    let now = with_table(&now, "| Metric | Type | Labels | What it measures |", &metrics);
    if std::env::var_os("BLESS").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), &now).expect("a writable document");
    } else {
        assert_eq!(document, now, "run scripts/bless to update it");
    }
}

#[test]
fn every_exit_status_is_explained() {
    let document = read("docs/operating.md");
    let section = document.split("\n## Exit status\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section");
    let explained: Vec<u8> = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok()).collect();
    // Beside those of the bot's end, the two that every command has.
    let statuses: BTreeSet<u8> = ExitReason::ALL.iter().map(|ended| ended.code()).chain([1, 2]).collect();
    assert_eq!(explained, statuses.into_iter().collect::<Vec<_>>());
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_factotum")).args(["run", "--help"]).output().expect("it runs").stdout;
    let help = String::from_utf8(help).expect("UTF-8");
    let told: Vec<u8> = help.lines().filter_map(|line| line.strip_prefix("  ")?.split_once("  ")?.0.parse().ok()).collect();
    assert_eq!(told, explained.into_iter().filter(|status| *status != 1).collect::<Vec<_>>(), "{help}");
}

/// The names of metrics in a text, each with what follows it directly.
fn metrics_in(text: &str) -> Vec<(&str, &str)> {
    let part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let prefixes = ["factotum_", "process_"];
    let starts = prefixes.iter().flat_map(|prefix| text.match_indices(prefix)).map(|(at, _)| at).filter(|at| !text[..*at].ends_with(part));
    starts.map(|at| text[at..].split_at(text[at..].find(|c| !part(c)).unwrap_or(text.len() - at))).collect()
}

/// The metric that a name in a query belongs to.
fn metric(name: &str) -> &'static factotum_service::metrics::Described {
    let is = |metric: &&factotum_service::metrics::Described| match metric.kind {
        "histogram" => ["_bucket", "_sum", "_count", ""].iter().any(|ending| name.strip_suffix(ending) == Some(metric.name)),
        _ => name == metric.name,
    };
    Metrics::ALL.iter().find(is).unwrap_or_else(|| panic!("there is no metric {name}"))
}

/// Queries have only metrics that exist, and labels that these have.
fn check_query(query: &str) {
    let mut labels: BTreeSet<&str> = ["job", "instance", "le"].into();
    let found = metrics_in(query);
    assert!(!found.is_empty() || query.starts_with("up "), "{query}: asks for nothing of ours");
    for (name, rest) in &found {
        let metric = metric(name);
        labels.extend(metric.labels);
        let selected = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(inside, _)| inside).unwrap_or_default();
        for label in selected.split(',').filter_map(|matcher| matcher.split(['=', '!']).next()).filter(|label| !label.is_empty()) {
            assert!(["job", "instance"].contains(&label) || metric.labels.contains(&label), "{query}: {name} has no label {label}");
        }
    }
    for by in query.split("by (").skip(1).filter_map(|rest| rest.split_once(')')).map(|(by, _)| by) {
        for label in by.split(',').map(str::trim) {
            assert!(labels.contains(label), "{query}: there is no label {label}");
        }
    }
}

#[test]
fn the_documents_name_metrics_that_exist() {
    for path in ["docs/operating.md", "docs/design.md", "docs/discord.md", "README.md", "CHANGELOG.md"] {
        for (name, _) in metrics_in(&read(path)) {
            metric(name);
        }
    }
    let document = read("docs/operating.md");
    let alerts = document.split("| Alert if | For | Meaning |").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a table");
    let queries: Vec<&str> = alerts.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert!(queries.len() > 3, "{alerts}");
    queries.into_iter().for_each(check_query);
}

#[test]
fn the_dashboard_shows_metrics_that_exist() {
    let text = read("deploy/grafana-dashboard.json");
    let dashboard: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("it has panels");
    let mut shown = BTreeSet::new();
    for panel in panels {
        for target in panel["targets"].as_array().expect("a panel shows something") {
            let query = target["expr"].as_str().expect("a query");
            check_query(query);
            shown.extend(metrics_in(query).iter().map(|(name, _)| metric(name).name));
            // A series is called after labels that it has.
            let legend = target["legendFormat"].as_str().unwrap_or_default();
            for label in legend.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(label, _)| label) {
                let of_metric = metrics_in(query).iter().any(|(name, _)| metric(name).labels.contains(&label));
                assert!(of_metric || ["le", "instance"].contains(&label), "{query}: {legend}");
            }
        }
    }
    for query in dashboard["annotations"]["list"].as_array().into_iter().flatten().filter_map(|a| a["expr"].as_str()) {
        check_query(query);
    }
    let all: BTreeSet<&str> = Metrics::ALL.iter().map(|metric| metric.name).collect();
    assert_eq!(shown, all, "each is on it");
}

#[test]
fn privacy_is_told_as_it_is() {
    let document = read("PRIVACY.md");
    let defaults = Resolved::default().config;
    assert!(!defaults.log_user_ids && document.contains("off by default"));
    let about = factotum_discord::messages::about(factotum_built_in::answerer().base(), None, factotum_wording::Language::English).content;
    assert!(about.contains("no messages and no names") && about.contains("in memory only"), "{about}");
}
