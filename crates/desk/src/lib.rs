//! The curator's desk: turns questions that nobody could answer into answers. A page in the browser, and what it shares with the terminal.
//!
//! ```text
//! gaps -> how it is read, what is nearest (words) -> an edit -> its effect, on a candidate -> written, learned, or taken back
//! ```

pub mod door;
pub mod gaps;
mod page;
#[cfg(test)]
mod tests;
pub mod words;
pub mod workbench;

pub use page::router;
