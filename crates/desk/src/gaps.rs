//! Questions that people asked in vain, in groups that mean the same.

use factotum_core::answering::Answerer;
use std::sync::{Mutex, PoisonError};

/// A group of questions that mean the same and got no good answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id: the same as long as the group is.
    pub id: String,
    /// How it was asked, most often first; never empty.
    pub wordings: Vec<Wording>,
    /// How many people asked, as far as that is known.
    pub people: u32,
    /// The last day on which it was asked; may be empty.
    pub last_day: String,
}

/// One way in which it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Its id, where its source has one.
    pub id: String,
    /// The question.
    pub text: String,
    /// How many times it was asked.
    pub times: u32,
    /// Whether something was taken out of it, such as a name. Then it cannot be added as it is.
    pub redacted: bool,
}

impl Group {
    /// How many times it was asked.
    pub fn times(&self) -> u32 {
        self.wordings.iter().map(|wording| wording.times).fold(0, u32::saturating_add)
    }
}

/// Where gaps come from. Errors are in words.
pub trait GapSource: Send + Sync + std::fmt::Debug {
    /// The groups that are to be looked at, most worthwhile first.
    ///
    /// # Errors
    /// If they cannot be read.
    fn groups(&self, answerer: &Answerer) -> Result<Vec<Group>, String>;
    /// Puts a group away for good, with all that means the same.
    ///
    /// # Errors
    /// If that cannot be written down.
    fn dismiss(&self, group: &Group) -> Result<(), String>;
    /// Takes that back.
    ///
    /// # Errors
    /// If that cannot be written down.
    fn restore(&self, group: &Group) -> Result<(), String>;
    /// Puts a group away because it is dealt with.
    ///
    /// # Errors
    /// If that cannot be written down.
    fn mark_answered(&self, group: &Group) -> Result<(), String>;
    /// Takes that back.
    ///
    /// # Errors
    /// If that cannot be written down.
    fn reopen(&self, group: &Group) -> Result<(), String>;
}

/// Groups in memory, as long as the program runs.
#[derive(Debug, Default)]
pub struct ListedGaps(Mutex<Vec<(Group, bool)>>);

impl ListedGaps {
    /// These groups.
    pub fn new(gaps: Vec<Group>) -> ListedGaps {
        ListedGaps(Mutex::new(gaps.into_iter().map(|group| (group, true)).collect()))
    }

    /// Each line a group; its wordings are separated by `|`. A line that occurs several times was asked that often.
    pub fn from_lines(text: &str) -> ListedGaps {
        let mut gaps: Vec<Group> = Vec::new();
        for line in text.lines() {
            let id = (gaps.len() + 1).to_string();
            let wording = |text: &str| Wording { id: text.to_owned(), text: text.to_owned(), times: 1, redacted: false };
            let wordings: Vec<Wording> = line.split('|').map(str::trim).filter(|text| !text.is_empty()).map(wording).collect();
            let Some(first) = wordings.first() else { continue };
            match gaps.iter_mut().find(|group| group.wordings[0].text == first.text) {
                Some(group) => group.wordings[0].times += 1,
                None => gaps.push(Group { id, wordings, people: 1, last_day: String::new() }),
            }
        }
        ListedGaps::new(gaps)
    }

    fn set(&self, group: &Group, open: bool) -> Result<(), String> {
        let mut gaps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = gaps.iter_mut().find(|(own, _)| own.id == group.id);
        found.map(|(_, is_open)| *is_open = open).ok_or_else(|| "this group of questions is gone".to_owned())
    }
}

impl GapSource for ListedGaps {
    fn groups(&self, _: &Answerer) -> Result<Vec<Group>, String> {
        let gaps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(gaps.iter().filter(|(_, open)| *open).map(|(group, _)| group.clone()).collect())
    }

    fn dismiss(&self, group: &Group) -> Result<(), String> {
        self.set(group, false)
    }

    fn restore(&self, group: &Group) -> Result<(), String> {
        self.set(group, true)
    }

    fn mark_answered(&self, group: &Group) -> Result<(), String> {
        self.set(group, false)
    }

    fn reopen(&self, group: &Group) -> Result<(), String> {
        self.set(group, true)
    }
}
