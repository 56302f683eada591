//! Settings: `bot.toml` and the environment as written, `Config` as meant.
//!
//! The setting `x` of the section `[s]` has the environment variable `FACTOTUM_S_X`, which goes before the file.

use crate::diagnostic::{Diagnostic, SourceFile};
use crate::document;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use toml::Spanned;

/// What may stand in `bot.toml`, outside of sections.
const KEYS: &[&str] = &["knowledge", "cache_dir", "log"];

/// Every setting, with its default where nobody said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Folder of the knowledge pack; the built-in one if there is none.
    pub knowledge: Option<PathBuf>,
    /// Folder where what was learned from packs is kept; without it a pack is learned at every start.
    pub cache_dir: Option<PathBuf>,
    /// What is logged: a filter such as `warn` or `factotum=debug`.
    pub log: Filter,
}

impl Default for Config {
    fn default() -> Self {
        Self { knowledge: None, cache_dir: None, log: Filter("warn".to_owned()) }
    }
}

/// A log filter that has been read once, so that it can be read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// The filter as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Filter {
    type Err = tracing_subscriber::filter::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        tracing_subscriber::EnvFilter::try_new(text).map(|_| Filter(text.to_owned()))
    }
}

/// An environment variable with a value that its setting cannot have.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} cannot be \"{value}\": {problem}")]
pub struct BadVariable {
    /// Its name.
    pub name: &'static str,
    /// Its value, harmless to print.
    pub value: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Config {
    /// Reads `bot.toml`; relative paths in it start at `folder`, where it lies.
    ///
    /// # Errors
    /// Every mistake in the file.
    pub fn parse(file: &SourceFile, folder: &Path) -> Result<Config, Vec<Diagnostic>> {
        let mut found = Vec::new();
        let mut config = Config::default();
        for (key, value) in document::root(0, &file.text, &mut found) {
            let what = format!("`{}`", key.get_ref());
            match key.get_ref().as_ref() {
                "knowledge" => config.knowledge = document::value::<PathBuf>(0, &what, value, &mut found).map(|path| folder.join(path)),
                "cache_dir" => config.cache_dir = document::value::<PathBuf>(0, &what, value, &mut found).map(|path| folder.join(path)),
                "log" => {
                    let read = document::value::<Spanned<String>>(0, &what, value, &mut found);
                    config.log = read.and_then(|text| parsed(&text, &mut found)).unwrap_or(config.log);
                }
                _ => document::unknown_key(0, &key, KEYS, &mut found),
            }
        }
        found.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
        if found.is_empty() { Ok(config) } else { Err(found) }
    }

    /// Puts the environment's settings in place of the file's; an empty variable counts as unset.
    ///
    /// # Errors
    /// [`BadVariable`] for the first value that cannot be read.
    pub fn with_environment(mut self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Config, BadVariable> {
        let Config { knowledge, cache_dir, log } = &mut self;
        if let Some(path) = from_environment::<PathBuf>("FACTOTUM_KNOWLEDGE", variable)? {
            *knowledge = Some(path);
        }
        if let Some(path) = from_environment::<PathBuf>("FACTOTUM_CACHE_DIR", variable)? {
            *cache_dir = Some(path);
        }
        if let Some(filter) = from_environment("FACTOTUM_LOG", variable)? {
            *log = filter;
        }
        Ok(self)
    }
}

/// A setting written as text, or a report of what is wrong with it.
fn parsed<T: FromStr<Err: std::fmt::Display>>(text: &Spanned<String>, found: &mut Vec<Diagnostic>) -> Option<T> {
    use crate::diagnostic::{Code, Place};
    text.get_ref()
        .parse()
        .map_err(|error: T::Err| {
            let place = Place::new(0, text.span());
            found.push(Diagnostic::new(
                Code::InvalidValue,
                place,
                error.to_string(),
                "bot.toml in the repository shows every setting with its default",
            ));
        })
        .ok()
}

/// A setting out of the environment, if it is set.
fn from_environment<T: FromStr<Err: std::fmt::Display>>(
    name: &'static str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<T>, BadVariable> {
    let Some(value) = variable(name).filter(|v| !v.is_empty()) else { return Ok(None) };
    match value.parse() {
        Ok(parsed) => Ok(Some(parsed)),
        Err(error) => Err(BadVariable { name, value: crate::render::visible(&value), problem: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    fn parse(text: &str) -> Result<Config, Vec<Code>> {
        let file = SourceFile { name: "bot.toml".to_owned(), text: text.to_owned() };
        Config::parse(&file, Path::new("here")).map_err(|found| found.iter().map(|d| d.code).collect())
    }

    /// The settings of `bot.toml` that are commented out are read as well.
    fn uncommented(text: &str) -> String {
        text.lines().map(|l| l.strip_prefix("#").filter(|rest| !rest.starts_with(' ')).unwrap_or(l)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn our_own_file_states_the_defaults() {
        let ours = include_str!("../bot.toml");
        assert_eq!(parse(ours), Ok(Config::default()));
        let all = uncommented(ours);
        for key in KEYS {
            assert!(all.lines().any(|l| l.starts_with(&format!("{key} = "))), "bot.toml does not mention {key}");
        }
        assert_eq!(
            parse(&all),
            Ok(Config { knowledge: Some("here/knowledge".into()), cache_dir: Some("here/cache".into()), ..Config::default() })
        );
    }

    #[test]
    fn mistakes_are_told_together() {
        assert_eq!(parse("knowlege = \"x\"\nlog = 3\n"), Err(vec![Code::UnknownKey, Code::InvalidValue]));
        assert_eq!(parse("log = \"factotum=loud\""), Err(vec![Code::InvalidValue]));
        assert_eq!(parse("log = "), Err(vec![Code::Syntax]));
        assert_eq!(parse("knowledge = \"\u{fffd}\""), Err(vec![Code::Syntax]));
    }

    #[test]
    fn paths_start_where_they_are_written() {
        assert_eq!(parse("knowledge = \"pack\"").map(|c| c.knowledge), Ok(Some("here/pack".into())));
        assert_eq!(parse("knowledge = \"/pack\"").map(|c| c.knowledge), Ok(Some("/pack".into())));
        let with = Config::default().with_environment(&|name| (name == "FACTOTUM_KNOWLEDGE").then(|| "pack".to_owned()));
        assert_eq!(with.map(|c| c.knowledge), Ok(Some("pack".into())));
    }

    #[test]
    fn the_environment_goes_first_and_is_checked() {
        let set = |value: &'static str| move |name: &str| (name == "FACTOTUM_LOG").then(|| value.to_owned());
        assert_eq!(Config::default().with_environment(&set("info")).map(|c| c.log), Ok(Filter("info".to_owned())));
        assert_eq!(Config::default().with_environment(&set("")), Ok(Config::default()));
        assert!(Config::default().with_environment(&set("factotum=loud")).is_err());
    }
}
