//! A folder that a command makes: nothing of anybody's is overwritten, and there are all of its files or none.

use anyhow::{Context, ensure};
use factotum_core::diagnostic::SourceFile;
use std::path::Path;

/// Makes sure that the folder is empty or does not exist yet.
pub(super) fn ensure_room(folder: &Path) -> anyhow::Result<()> {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => ensure!(entries.next().is_none(), "the folder {} is not empty", folder.display()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("cannot use the folder {}", folder.display())),
    }
    Ok(())
}

/// Writes the files into the folder. If one cannot be written, those before it are removed again.
pub(super) fn write(folder: &Path, files: &[SourceFile]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for (index, file) in files.iter().enumerate() {
        let path = folder.join(&file.name);
        if let Err(error) = std::fs::write(&path, &file.text) {
            // The error above matters more than one in clearing up.
            files[..=index].iter().for_each(|written| drop(std::fs::remove_file(folder.join(&written.name))));
            return Err(error).with_context(|| format!("cannot write {}; nothing was kept", path.display()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_or_none() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str| SourceFile { name: name.to_owned(), text: "format = 2\n".to_owned() };
        let out = folder.path().join("new");
        assert!(ensure_room(&out).is_ok());
        assert!(write(&out, &[file("a.toml"), file("missing/b.toml")]).is_err());
        assert!(ensure_room(&out).is_ok(), "nothing was kept");
        assert!(write(&out, &[file("a.toml")]).is_ok());
        assert!(ensure_room(&out).is_err());
    }
}
