//! Where the golden questions of a knowledge base are, and reading them.

use super::read_bounded;
use anyhow::{Context, ensure};
use factotum_core::diagnostic::SourceFile;
use factotum_curator::golden::FOLDER;
use factotum_service::pack::{self, MAX_FILE};
use std::path::{Path, PathBuf};

/// The golden questions of the knowledge base in this folder; none if it has no folder of them, or an empty one.
pub(super) fn of(knowledge: &Path) -> anyhow::Result<Vec<SourceFile>> {
    let folder = knowledge.join(FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    files(&listed(&folder)?)
}

/// Reads files, or the files of folders.
pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<SourceFile>> {
    let mut all = Vec::new();
    for path in paths {
        if path.is_dir() {
            let inside = listed(path)?;
            ensure!(!inside.is_empty(), "there is no .toml file in {}", path.display());
            all.extend(inside);
        } else {
            all.push(path.clone());
        }
    }
    files(&all)
}

fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<SourceFile>> {
    let read = |path: &PathBuf| {
        let bytes = read_bounded(path, MAX_FILE).context("cannot read the golden questions")?;
        Ok(SourceFile { name: path.display().to_string(), text: String::from_utf8_lossy(&bytes).into_owned() })
    };
    paths.iter().map(read).collect()
}

/// The `.toml` files of a folder, in the order of their names.
fn listed(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    pack::listed(folder).with_context(|| format!("cannot list the golden questions in {}", folder.display()))
}
