//! Who may read what is written: new files follow the umask, replaced ones keep their mode, links are not followed.
#![cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

/// Runs a script in a folder under a umask, by the program: the umask belongs to a whole process.
fn run(folder: &Path, umask: &str, script: &str) {
    std::fs::write(folder.join("s.rhai"), script).unwrap();
    let command =
        format!("umask {umask}; exec {} run s.rhai --device cpu --quiet --out o", env!("CARGO_BIN_EXE_gflow"));
    let out = Command::new("sh").args(["-c", &command]).current_dir(folder).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

const SCRIPT: &str = "let run = mmd_flow(gaussian_kernel(1.0)).run(data::gaussian(9, 2), data::ring(9), #{ steps: 2 });
run.save(\"kept\"); io::save(run.particles, \"a.csv\"); io::save(run.particles, \"b.npz\");
plot::scatter(run.particles).save(\"c.png\")";

#[test]
fn new_files_follow_the_umask_and_old_ones_keep_their_mode() {
    for (umask, file, folder) in [("077", 0o600, 0o700), ("022", 0o644, 0o755), ("002", 0o664, 0o775)] {
        let dir = tempfile::tempdir().unwrap();
        run(dir.path(), umask, SCRIPT);
        let out = dir.path().join("o");
        let files = ["run.json", "a.csv", "b.npz", "c.png", "kept/run.json", "kept/arrays.npz", "run/arrays.npz"];
        for name in files {
            assert_eq!(mode(&out.join(name)), file, "umask {umask}, {name}");
        }
        for name in ["kept", "run"] {
            assert_eq!(mode(&out.join(name)), folder, "umask {umask}, {name}");
        }
        // what somebody closed stays closed, whatever the umask of the next run
        for name in files {
            std::fs::set_permissions(out.join(name), PermissionsExt::from_mode(0o640)).unwrap();
        }
        std::fs::set_permissions(out.join("kept"), PermissionsExt::from_mode(0o710)).unwrap();
        run(dir.path(), "022", SCRIPT);
        for name in files {
            assert_eq!(mode(&out.join(name)), 0o640, "{name} replaced");
        }
        assert_eq!(mode(&out.join("kept")), 0o710);
    }
}

/// In a folder others can write to, a link planted under the name of our output is replaced; what it points to is not ours.
#[test]
fn planted_links_are_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let (victim, link) = (dir.path().join("victim"), dir.path().join("points.csv"));
    std::fs::write(&victim, "theirs").unwrap();
    symlink(&victim, &link).unwrap();
    gflow::io::write_atomically(&link, b"ours").unwrap();
    assert_eq!(std::fs::read(&victim).unwrap(), b"theirs");
    assert_eq!(std::fs::read(&link).unwrap(), b"ours");
    assert!(!std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left beside");
}
