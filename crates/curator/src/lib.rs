//! Tools for curators.

pub mod audit;
pub mod crossval;
pub mod golden;
pub mod grounding;
pub mod import;
