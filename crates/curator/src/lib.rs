//! Tools for curators.

pub mod article;
pub mod audit;
pub mod cross_validation;
pub mod edit;
pub mod effect;
pub mod export;
pub mod golden;
pub mod grounding;
pub mod import;
pub mod migrate;
mod parallel;
pub mod quality;
pub mod scaffold;
mod writing;
