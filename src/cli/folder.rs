//! A folder that a command makes or changes: nothing of anybody's is overwritten by accident, and no file is ever half written.

use anyhow::{Context, ensure};
use factotum_core::diagnostic::SourceFile;
use std::io::Write;
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

/// Writes a knowledge base into the folder. If a file cannot be written, those before it are removed again.
pub(super) fn write(folder: &Path, files: &[SourceFile]) -> anyhow::Result<()> {
    factotum_service::pack::fits(files).with_context(|| format!("cannot write to {}; nothing was written", folder.display()))?;
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

/// Replaces the text of a file in one step: a program that reads it meanwhile gets the old text or the new one.
pub(super) fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let attempt = || -> std::io::Result<()> {
        beside(path, text)?.persist(path)?;
        Ok(())
    };
    attempt().with_context(|| format!("cannot write {}", path.display()))
}

/// Writes files into a folder, in the place of those of the same names: each is written beside its place and then moved there in one step, so a
/// running bot that reads the folder never sees half of one.
pub(super) fn replace_all(folder: &Path, files: &[&SourceFile]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let mut written = Vec::new();
    for file in files {
        let path = folder.join(&file.name);
        let text = beside(&path, &file.text);
        written.push((text.with_context(|| format!("cannot write {}; nothing was changed", path.display()))?, path));
    }
    for (text, path) in written {
        text.persist(&path).map_err(|failed| failed.error).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// A text on its way to a path, in the same folder, with the rights of the file that it replaces; a new file has those that files usually have.
fn beside(path: &Path, text: &str) -> std::io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".factotum-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).map_or(0o644, |old| old.permissions().mode() & 0o777);
        file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
    }
    file.as_file().sync_all()?;
    Ok(file)
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
