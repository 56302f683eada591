//! The languages, and which one a text is in.

use serde::{Deserialize, Serialize};
use whatlang::{Detector, Lang};

/// A language that Factotum has its own texts in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Language {
    /// English: that of the program and, unless they say otherwise, of knowledge bases.
    #[default]
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
    /// Croatian, also for Bosnian and Serbian.
    #[serde(rename = "hr")]
    Croatian,
    /// Albanian.
    #[serde(rename = "sq")]
    Albanian,
    /// Greek.
    #[serde(rename = "el")]
    Greek,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
}

impl Language {
    /// All of them, in the order of their positions.
    pub const ALL: [Language; 6] =
        [Language::English, Language::German, Language::Croatian, Language::Albanian, Language::Greek, Language::Spanish];

    /// Its code (ISO 639-1), as it is written in settings and knowledge files.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::Croatian => "hr",
            Language::Albanian => "sq",
            Language::Greek => "el",
            Language::Spanish => "es",
        }
    }

    /// The one with this code.
    pub fn parse(code: &str) -> Option<Language> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The one for a locale such as `de`, `es-419` or `sr-Latn-RS` (BCP 47); `None` for a language without texts.
    pub fn of_locale(locale: &str) -> Option<Language> {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        match language {
            // One language with three names, as far as short texts of ours go.
            "bs" | "sr" | "sh" => Some(Language::Croatian),
            code => Self::parse(code),
        }
    }
}

impl std::str::FromStr for Language {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let codes = || Self::ALL.map(Language::code).join(", ");
        Self::parse(code).ok_or_else(|| format!("one of {}", codes()))
    }
}

/// What may be taken for one of ours, and is none, beside ours: without them a French question would be a Spanish one.
const TOLD_APART: [Lang; 20] = [
    Lang::Eng,
    Lang::Deu,
    Lang::Hrv,
    Lang::Srp,
    Lang::Ell,
    Lang::Spa,
    Lang::Fra,
    Lang::Ita,
    Lang::Por,
    Lang::Nld,
    Lang::Pol,
    Lang::Ces,
    Lang::Slv,
    Lang::Tur,
    Lang::Ron,
    Lang::Hun,
    Lang::Swe,
    Lang::Dan,
    Lang::Rus,
    Lang::Bul,
];

/// What language a text seems to be in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recognised {
    /// The language; `None` where it is none of ours.
    pub language: Option<Language>,
    /// Whether that is more than a guess, as it is for most short texts.
    pub reliable: bool,
}

/// The language of a text, by its letters and groups of three letters (the crate `whatlang`). Albanian it does not know.
pub fn recognise(text: &str) -> Recognised {
    let Some(info) = Detector::with_allowlist(TOLD_APART.to_vec()).detect(text) else { return Recognised::default() };
    let language = match info.lang() {
        Lang::Eng => Some(Language::English),
        Lang::Deu => Some(Language::German),
        Lang::Hrv | Lang::Srp => Some(Language::Croatian),
        Lang::Ell => Some(Language::Greek),
        Lang::Spa => Some(Language::Spanish),
        _ => None,
    };
    Recognised { language, reliable: info.is_reliable() }
}
