//! The built-in knowledge base, checked and learned while the program is built.

use factotum_core::answering::Answerer;
use factotum_core::diagnostic::SourceFile;

/// Version of the built-in base. A folder with the same version says the same, and need not be learned.
pub const VERSION: &str = env!("FACTOTUM_BUILT_IN");

/// A hash of everything that decides what is learned from a base, other than the base itself.
pub const LEARNER: &str = env!("FACTOTUM_LEARNER");

/// The files of the built-in base, as they were written.
pub fn files() -> Vec<SourceFile> {
    const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));
    FILES.iter().map(|(name, text)| SourceFile { name: format!("knowledge/{name}"), text: (*text).to_owned() }).collect()
}

/// Answers from the built-in base.
pub fn answerer() -> Answerer {
    let (base, learned) = postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/built_in.bin")))
        .expect("made by the build script with the same types");
    Answerer::from_learned(base, learned)
}
