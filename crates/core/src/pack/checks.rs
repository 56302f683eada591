//! The checks of a knowledge base as it is written: a table of small functions, each for one code. All of them run, and all that
//! they find is reported together.

mod citations;
mod ids;
mod names;
mod questions;
mod references;
mod translations;
mod values;

use super::ids::Ids;
use super::written::Written;
use crate::diagnostic::{Code, Diagnostic, Place};

/// One check.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// What it finds.
    pub code: Code,
    /// Whether it needs every file: where one cannot be read, what that file would have said is not missing.
    whole: bool,
    run: fn(&Context<'_>, &mut Findings<'_>),
}

const fn check(code: Code, run: fn(&Context<'_>, &mut Findings<'_>)) -> Check {
    Check { code, whole: false, run }
}

const fn check_whole(code: Code, run: fn(&Context<'_>, &mut Findings<'_>)) -> Check {
    Check { code, whole: true, run }
}

/// Every check, in the order in which they run.
pub const CHECKS: &[Check] = &[
    check(Code::InvalidId, ids::are_kebab_case),
    check(Code::DuplicateId, ids::are_given_once),
    check(Code::InvalidValue, values::dates_are_dates),
    check(Code::InvalidValue, values::sources_have_paragraphs),
    check(Code::InvalidValue, values::fingerprints_are_sha256),
    check(Code::InvalidValue, values::texts_fit_a_message),
    check(Code::InvalidValue, values::names_have_words),
    check_whole(Code::InvalidValue, values::derived_words_are_in_the_statement),
    check(Code::InvalidValue, values::answer_types_exist),
    check(Code::InvalidValue, values::reasons_exist),
    check(Code::InvalidValue, values::lookups_exist),
    check(Code::InvalidValue, values::rows_have_the_values_that_are_looked_up),
    check(Code::InvalidValue, values::texts_belong_to_what_is_found),
    check(Code::InvalidValue, translations::languages_exist),
    check_whole(Code::InvalidValue, translations::say_what_they_need),
    check_whole(Code::DanglingReference, references::lead_somewhere),
    check_whole(Code::DanglingReference, translations::originals_exist),
    check_whole(Code::DuplicateId, translations::are_given_once),
    check_whole(Code::FactWithoutCitation, citations::every_fact_cites),
    check(Code::ParagraphOutOfRange, citations::paragraphs_exist),
    check(Code::NothingAsked, questions::every_ask_has_a_line),
    check(Code::NothingAsked, translations::ask_something),
    check_whole(Code::RelationWithoutRows, questions::relations_have_rows),
    check_whole(Code::SlotUnfilled, questions::slots_are_filled),
    check(Code::ParaphraseClaimedTwice, questions::paraphrases_stand_once),
    check(Code::ParaphraseClaimedTwice, translations::paraphrases_stand_once),
    check(Code::ParaphraseUnusable, questions::paraphrases_can_be_read),
    check_whole(Code::UnreachableFact, questions::facts_are_asked_for),
    check(Code::AliasShared, names::belong_to_one_entity),
    check_whole(Code::KindMisspelt, names::kinds_are_spelt_alike),
];

/// What a check looks at.
pub(super) struct Context<'w> {
    pub(super) written: &'w Written<'w>,
    pub(super) ids: &'w Ids,
}

/// Where a check puts what it finds: under its own code and no other.
pub(super) struct Findings<'d> {
    code: Code,
    found: &'d mut Vec<Diagnostic>,
}

impl Findings<'_> {
    /// Reports something.
    fn say(&mut self, place: Place, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Diagnostic::new(self.code, place, message, help));
    }

    /// Reports something that is written twice.
    fn twice(&mut self, second: Place, first: Place, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Diagnostic::new(self.code, second, message, help).label("second time").also(first, "first time"));
    }

    /// Reports something with another place that explains it.
    fn also(&mut self, place: Place, other: Place, label: &str, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Diagnostic::new(self.code, place, message, help).also(other, label));
    }
}

/// Runs every check; those that need all files only if all could be read.
pub(super) fn run(context: &Context<'_>, readable: bool, found: &mut Vec<Diagnostic>) {
    for check in CHECKS.iter().filter(|check| readable || !check.whole) {
        (check.run)(context, &mut Findings { code: check.code, found });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Stage;

    #[test]
    fn every_code_of_a_check_has_one() {
        for code in Code::ALL {
            let checked = CHECKS.iter().any(|check| check.code == *code);
            assert_eq!(checked, code.stage() == Stage::Checks, "{code}");
        }
    }
}
