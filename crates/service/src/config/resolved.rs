//! The settings of a file, of the environment and of options put together, each with its origin.

use super::section::{Section, Visitor};
use super::values::{LogFormat, Optional, Value};
use super::{Config, secret};
use crate::redaction::redacted;
use factotum_core::diagnostic::{Diagnostic, SourceFile, line_column};
use factotum_core::document;
use factotum_core::render::escape_control;
use std::collections::BTreeMap;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// Settings, each with its origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The settings.
    pub config: Config,
    /// Where they come from, by environment variable. A setting that is not in here has its default.
    origins: BTreeMap<String, Origin>,
}

/// Where the value of a setting comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// It is the default.
    #[default]
    Default,
    /// From a settings file.
    File {
        /// Its name.
        name: String,
        /// The line, from 1.
        line: usize,
    },
    /// From the setting's environment variable.
    Environment,
    /// From an option on the command line.
    Option(&'static str),
}

/// One setting with its current value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its section, such as `discord.shards`; empty at the top.
    pub section: String,
    /// Its key in the section.
    pub key: &'static str,
    /// Its environment variable.
    pub variable: String,
    /// Its value in TOML, safe to print; `None` if it has none.
    pub value: Option<String>,
    /// Where the value comes from.
    pub origin: Origin,
}

/// An environment variable has a value that is not valid for its setting.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} cannot be \"{value}\": {problem}")]
pub struct BadVariable {
    /// Its name.
    pub name: String,
    /// Its value, safe to print.
    pub value: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Resolved {
    /// Reads a settings file. Relative paths in it start at `folder`, where the file is.
    ///
    /// # Errors
    /// Every mistake in the file. [Mask](secret::masked) the file before you show them.
    pub fn parse(file: &SourceFile, folder: &Path) -> Result<Resolved, Vec<Diagnostic>> {
        let mut config = Config::default();
        let mut found = Vec::new();
        let mut origins = BTreeMap::new();
        let table = document::root(0, &file.text, &mut found);
        FromFile { file, section: String::new(), table, keys: Vec::new(), found: &mut found, origins: &mut origins }.read(&mut config);
        if !found.is_empty() {
            found.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
            found.iter_mut().for_each(|diagnostic| diagnostic.message = redacted(&diagnostic.message).into_owned());
            return Err(found);
        }
        let own =
            [&mut config.knowledge, &mut config.cache_dir, &mut config.journal.path].into_iter().filter_map(|setting| setting.0.as_mut());
        for path in own.chain(config.discord.guilds.paths_mut()) {
            *path = folder.join(&path);
        }
        Ok(Resolved { config, origins })
    }

    /// Overrides settings from the environment. An empty variable counts as not set.
    ///
    /// # Errors
    /// [`BadVariable`] for the first value that is not valid.
    pub fn with_environment(mut self, get: &dyn Fn(&str) -> Option<String>) -> Result<Resolved, BadVariable> {
        let mut environment = FromEnvironment { get, section: String::new(), origins: &mut self.origins, bad: None };
        self.config.visit(&mut environment);
        match environment.bad {
            Some(bad) => Err(bad),
            None => Ok(self),
        }
    }

    /// Overrides the folder of the knowledge base from a command-line option.
    pub fn with_knowledge(mut self, folder: &Path, option: &'static str) -> Resolved {
        self.config.knowledge = Optional(Some(folder.to_owned()));
        self.origins.insert(variable("", "knowledge"), Origin::Option(option));
        self
    }

    /// Every setting there is, in the order of the sections.
    pub fn settings(&self) -> Vec<Setting> {
        let mut listing = Listing { section: String::new(), origins: &self.origins, settings: Vec::new() };
        // A visitor may change what it visits; this one changes nothing.
        self.config.clone().visit(&mut listing);
        listing.settings
    }
}

/// The format of the log in a settings file, however many mistakes it has: they are to be reported in that format.
pub fn log_format(text: &str) -> Option<LogFormat> {
    let written = document::parse(0, text, &mut Vec::new()).root.remove("log_format")?;
    document::value(0, "", written, &mut Vec::new())
}

/// The environment variable of a setting.
fn variable(section: &str, key: &str) -> String {
    format!("FACTOTUM_{}", inside(section, key).replace('.', "_").to_uppercase())
}

/// The name of a key or section inside a section.
fn inside(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}

/// Reads one section of a settings file.
struct FromFile<'a, 't> {
    file: &'a SourceFile,
    section: String,
    /// What the file has in the section; what has been read is taken out.
    table: DeTable<'t>,
    /// The keys and sections that exist.
    keys: Vec<&'static str>,
    found: &'a mut Vec<Diagnostic>,
    origins: &'a mut BTreeMap<String, Origin>,
}

impl FromFile<'_, '_> {
    fn read(mut self, section: &mut dyn Section) {
        section.visit(&mut self);
        for key in self.table.keys() {
            if secret::is_secret(key.get_ref()) {
                secret::misplaced(key, self.found);
            } else {
                document::unknown_key(0, key, &self.keys, self.found);
            }
        }
    }
}

impl Visitor for FromFile<'_, '_> {
    fn setting(&mut self, key: &'static str, value: &mut dyn Value) {
        self.keys.push(key);
        let Some((written_key, written)) = self.table.remove_entry(key) else { return };
        if value.read_toml(&format!("`{key}`"), written, self.found) {
            let (line, _) = line_column(&self.file.text, written_key.span().start);
            self.origins.insert(variable(&self.section, key), Origin::File { name: self.file.name.clone(), line });
        }
    }

    fn section(&mut self, name: &'static str, section: &mut dyn Section) {
        self.keys.push(name);
        let Some(written) = self.table.remove(name) else { return };
        match written.get_ref() {
            DeValue::Table(_) => {
                let DeValue::Table(table) = written.into_inner() else { return };
                let (file, section_name) = (self.file, inside(&self.section, name));
                FromFile { file, section: section_name, table, keys: Vec::new(), found: self.found, origins: self.origins }.read(section);
            }
            // It cannot be read as a table, and that is what is reported.
            _ => drop(document::value::<BTreeMap<String, serde::de::IgnoredAny>>(0, &format!("`{name}`"), written, self.found)),
        }
    }
}

/// Reads the settings that the environment has.
struct FromEnvironment<'a> {
    get: &'a dyn Fn(&str) -> Option<String>,
    section: String,
    origins: &'a mut BTreeMap<String, Origin>,
    /// The first value that is not valid.
    bad: Option<BadVariable>,
}

impl Visitor for FromEnvironment<'_> {
    fn setting(&mut self, key: &'static str, value: &mut dyn Value) {
        let name = variable(&self.section, key);
        let Some(text) = (self.get)(&name).filter(|text| !text.is_empty()) else { return };
        match value.read_text(&text) {
            Ok(()) => drop(self.origins.insert(name, Origin::Environment)),
            Err(problem) if self.bad.is_none() => {
                self.bad = Some(BadVariable { name, value: redacted(&escape_control(&text)).into_owned(), problem });
            }
            Err(_) => {}
        }
    }

    fn section(&mut self, name: &'static str, section: &mut dyn Section) {
        let outer = self.section.clone();
        self.section = inside(&outer, name);
        section.visit(self);
        self.section = outer;
    }
}

/// Lists every setting.
struct Listing<'a> {
    section: String,
    origins: &'a BTreeMap<String, Origin>,
    settings: Vec<Setting>,
}

impl Visitor for Listing<'_> {
    fn setting(&mut self, key: &'static str, value: &mut dyn Value) {
        let variable = variable(&self.section, key);
        let origin = self.origins.get(&variable).cloned().unwrap_or_default();
        self.settings.push(Setting { section: self.section.clone(), key, variable, value: value.to_toml(), origin });
    }

    fn section(&mut self, name: &'static str, section: &mut dyn Section) {
        let outer = self.section.clone();
        self.section = inside(&outer, name);
        section.visit(self);
        self.section = outer;
    }
}

/// Environment variables that look like settings but are not: those of the prompt and of tests, and those that cargo passes on from the
/// build.
const OTHERS: &[&str] = &[
    "FACTOTUM_HISTORY",
    "FACTOTUM_TEST_DISCORD",
    "FACTOTUM_SOURCE",
    "FACTOTUM_MUTATIONS",
    "FACTOTUM_CASES",
    "FACTOTUM_SBOM",
    "FACTOTUM_LEARNER",
    "FACTOTUM_BUILT_IN",
];

/// The environment variables that look like a setting but set nothing, each with the closest name of a setting's variable.
pub fn unknown_variables(names: impl IntoIterator<Item = String>) -> Vec<(String, String)> {
    let known: Vec<String> = Resolved::default().settings().into_iter().map(|setting| setting.variable).collect();
    let unknown = |name: &String| name.starts_with("FACTOTUM_") && !known.contains(name) && !OTHERS.contains(&name.as_str());
    let likeness = |name: &str, variable: &str| strsim::normalized_damerau_levenshtein(name, variable);
    let mut found: Vec<(String, String)> = names
        .into_iter()
        .filter(unknown)
        .filter_map(|name| {
            let closest = known.iter().max_by(|a, b| likeness(&name, a).total_cmp(&likeness(&name, b)))?;
            Some((name, closest.clone()))
        })
        .collect();
    found.sort_unstable();
    found
}
