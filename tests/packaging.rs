//! What a release is made of: templates that can be filled in, and an install script that installs only what has the right checksum.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const VERSION: &str = "9.8.7";
const TARGETS: [&str; 4] = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl", "x86_64-apple-darwin", "aarch64-apple-darwin"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with a release in it: for each target an archive with a program that only says its version, and the checksums.
fn release(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // It may be there from the last time.
    let _ = fs::remove_dir_all(&folder);
    let out = folder.join(format!("v{VERSION}"));
    for target in TARGETS {
        let name = format!("factotum-{VERSION}-{target}");
        fs::create_dir_all(out.join(&name)).expect("cargo's folder for tests is writable");
        fs::write(out.join(&name).join("factotum"), "#!/bin/sh\necho factotum 9.8.7\n").expect("a writable folder");
        run(Command::new("chmod").arg("755").arg(out.join(&name).join("factotum")));
        let packed = run(Command::new("tar").args(["-czf", &format!("{name}.tar.gz"), &name]).current_dir(&out));
        assert!(packed.status.success(), "{}", text(&packed.stderr));
        fs::remove_dir_all(out.join(&name)).expect("it was just made");
    }
    let sums: String = TARGETS
        .iter()
        .map(|target| {
            let name = format!("factotum-{VERSION}-{target}.tar.gz");
            let bytes = fs::read(out.join(&name)).expect("it was just made");
            format!("{}  {name}\n", factotum_core::hash::sha256_hex(&bytes))
        })
        .collect();
    fs::write(out.join("SHA256SUMS"), sums).expect("a writable folder");
    folder
}

fn fill(template: &str, repository: &str, sums: &Path) -> Output {
    run(Command::new(root().join("packaging/fill")).arg(root().join(template)).args([repository, VERSION]).arg(sums))
}

#[cfg(unix)]
#[test]
fn templates_are_filled_in() {
    let folder = release("release-templates");
    let sums = folder.join(format!("v{VERSION}/SHA256SUMS"));
    let filled = fill("packaging/factotum.rb", "somebody/factotum", &sums);
    let formula = text(&filled.stdout);
    assert!(filled.status.success(), "{}", text(&filled.stderr));
    for line in text(&fs::read(&sums).expect("it was just made")).lines() {
        let (sum, name) = line.split_once("  ").expect("a sum and a name");
        assert!(formula.contains(sum) && formula.contains(&format!("releases/download/v{VERSION}/{name}")), "{name}: {formula}");
    }
    fs::write(&sums, "").expect("a writable folder");
    for (repository, says) in [("somebody/factotum", "has no factotum"), ("some body/$(id)", "OWNER/NAME")] {
        let failed = fill("packaging/factotum.rb", repository, &sums);
        assert!(!failed.status.success() && text(&failed.stderr).contains(says), "{}", text(&failed.stderr));
    }
}

#[cfg(unix)]
#[test]
fn only_the_right_checksum_is_installed() {
    let can_fetch = Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success());
    if !can_fetch {
        // The script fetches with curl from a folder, as here; wget cannot.
        return;
    }
    let folder = release("release-install");
    let out = folder.join(format!("v{VERSION}"));
    let filled = fill("packaging/install.sh", "somebody/factotum", &out.join("SHA256SUMS"));
    assert!(filled.status.success(), "{}", text(&filled.stderr));
    let script = folder.join("install.sh");
    fs::write(&script, &filled.stdout).expect("a writable folder");
    let to = folder.join("bin");
    let install = || {
        let mut command = Command::new("sh");
        run(command.arg(&script).arg("--to").arg(&to).env("FACTOTUM_RELEASES", format!("file://{}", folder.display())))
    };
    let installed = install();
    assert!(installed.status.success(), "{}", text(&installed.stderr));
    assert_eq!(text(&run(&mut Command::new(to.join("factotum"))).stdout), "factotum 9.8.7\n");
    fs::remove_file(to.join("factotum")).expect("it was just installed");
    for target in TARGETS {
        let path = out.join(format!("factotum-{VERSION}-{target}.tar.gz"));
        let mut bytes = fs::read(&path).expect("it was just made");
        bytes.push(0);
        fs::write(&path, bytes).expect("a writable folder");
    }
    let refused = install();
    assert!(!refused.status.success() && text(&refused.stderr).contains("another checksum"), "{}", text(&refused.stderr));
    fs::write(out.join("SHA256SUMS"), "").expect("a writable folder");
    let refused = install();
    assert!(!refused.status.success() && text(&refused.stderr).contains("lists no checksum"), "{}", text(&refused.stderr));
    assert!(!to.join("factotum").exists(), "nothing was installed");
}

/// The unit stays as confined as it was rated: `systemd-analyze security --offline=true` gave 1.2 with these.
#[test]
fn the_unit_is_confined() {
    let unit = fs::read_to_string(root().join("deploy/systemd/factotum.service")).expect("a unit");
    for line in [
        "DynamicUser=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
        "NoNewPrivileges=yes",
        "MemoryDenyWriteExecute=yes",
        "PrivateUsers=yes",
    ] {
        assert!(unit.lines().any(|l| l == line), "{line}");
    }
    let statuses = unit.lines().find_map(|line| line.strip_prefix("RestartPreventExitStatus=")).expect("which statuses end it");
    assert_eq!(statuses.split(' ').collect::<Vec<_>>(), ["2", "3", "4", "5", "6", "7"]);
}
