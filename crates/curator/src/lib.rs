//! Tools for curators.

pub mod audit;
pub mod cross_validation;
pub mod edit;
pub mod effect;
pub mod golden;
pub mod grounding;
pub mod import;
pub mod migrate;
mod writing;
