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

/// Writes files into a folder, in the place of those of the same names: each is written beside its place and then moved there in one step, so a
/// running bot that reads the folder never sees half of one.
pub(super) fn replace_all(folder: &Path, files: &[&SourceFile]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let mut written = Vec::new();
    for file in files {
        let path = folder.join(&file.name);
        let write = || -> std::io::Result<tempfile::NamedTempFile> {
            let mut beside = tempfile::Builder::new().prefix(".factotum-").tempfile_in(folder)?;
            beside.write_all(file.text.as_bytes())?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = std::fs::metadata(&path).map_or(0o644, |old| old.permissions().mode() & 0o777);
                beside.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
            }
            Ok(beside)
        };
        written.push((write().with_context(|| format!("cannot write {}; nothing was changed", path.display()))?, path));
    }
    for (beside, path) in written {
        beside.persist(&path).map_err(|failed| failed.error).with_context(|| format!("cannot write {}", path.display()))?;
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
