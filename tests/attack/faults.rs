//! Faults of the disk: each request of a save to the file system fails in turn, or is the last before the machine stops.
//! What is there afterwards is the run from before or the new one, whole, and nothing else that lay there is lost.
use super::long;
use crate::common::{cpu, session_in};
use gflow::flow::Run;
use gflow::interrupt::Interrupt;
use gflow::io::files::{Disk, Files, Output};
use gflow::io::sealed::{Earlier, Part, Sealing, read};
use std::collections::BTreeSet;
use std::io::{Error, ErrorKind, Result, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// How the n-th request goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// it fails, those after it do not
    Once,
    /// it and all writing after it finds the disk full, half of the first piece was written
    Full,
    /// it and all after it that change anything find the disk read-only
    ReadOnly,
    /// the machine stops: nothing after it happens, and what had not reached the disk is cut in half
    Stop,
}

const FAULTS: [Fault; 4] = [Fault::Once, Fault::Full, Fault::ReadOnly, Fault::Stop];

/// What happened so far.
#[derive(Default)]
struct Log {
    requests: usize,
    failed: bool,
    /// files that were written to and not synced
    unsynced: BTreeSet<PathBuf>,
}

/// A disk on which the n-th request goes wrong. It only pretends to wait for the disk, which takes the most time of all.
struct Faulty {
    at: usize,
    fault: Fault,
    log: Arc<Mutex<Log>>,
}

/// What a request does.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Writes,
    Other,
}

impl Faulty {
    fn new(at: usize, fault: Fault) -> Faulty {
        Faulty { at, fault, log: Arc::default() }
    }

    /// A disk on which nothing goes wrong.
    fn sound() -> Faulty {
        Faulty::new(usize::MAX, Fault::Once)
    }

    /// Counts a request; an error if it goes wrong.
    fn request(&self, kind: Kind) -> Result<()> {
        let mut log = self.log.lock().unwrap();
        log.requests += 1;
        let due = log.requests == self.at;
        let error = match self.fault {
            Fault::Once if due => ErrorKind::Other,
            Fault::Full if log.requests >= self.at && kind == Kind::Writes => ErrorKind::StorageFull,
            Fault::ReadOnly if log.requests >= self.at => ErrorKind::ReadOnlyFilesystem,
            Fault::Stop if log.requests >= self.at => ErrorKind::Other,
            _ => return Ok(()),
        };
        if self.fault == Fault::Stop && !log.failed {
            for path in &log.unsynced {
                let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
                file.set_len(file.metadata().unwrap().len() / 2).unwrap();
            }
        }
        log.failed = true;
        Err(Error::new(error, format!("injected: {error}")))
    }
}

struct FaultyFile {
    file: Box<dyn Output>,
    path: PathBuf,
    disk: Faulty,
}

impl Write for FaultyFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if let Err(e) = self.disk.request(Kind::Writes) {
            if self.disk.fault == Fault::Full {
                self.file.write_all(&bytes[..bytes.len() / 2]).unwrap();
            }
            return Err(e);
        }
        self.disk.log.lock().unwrap().unsynced.insert(self.path.clone());
        self.file.write(bytes)
    }
    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}

impl Seek for FaultyFile {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.file.seek(to)
    }
}

impl Output for FaultyFile {
    fn sync(&mut self) -> Result<()> {
        self.disk.request(Kind::Writes)?;
        self.disk.log.lock().unwrap().unsynced.remove(&self.path);
        Ok(())
    }
}

impl Files for Faulty {
    fn create_folders(&self, path: &Path) -> Result<()> {
        self.request(Kind::Other)?;
        Disk.create_folders(path)
    }
    fn create_folder(&self, path: &Path) -> Result<()> {
        self.request(Kind::Other)?;
        Disk.create_folder(path)
    }
    fn create(&self, path: &Path, mode: Option<u32>) -> Result<Box<dyn Output>> {
        self.request(Kind::Writes)?;
        let disk = Faulty { at: self.at, fault: self.fault, log: self.log.clone() };
        Ok(Box::new(FaultyFile { file: Disk.create(path, mode)?, path: path.into(), disk }))
    }
    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.request(Kind::Other)?;
        let mut log = self.log.lock().unwrap();
        let moved = |p: &PathBuf| p.strip_prefix(from).map_or(p.clone(), |rest| to.join(rest));
        log.unsynced = log.unsynced.iter().map(moved).collect();
        Disk.rename(from, to)
    }
    fn remove_file(&self, path: &Path) -> Result<()> {
        self.request(Kind::Other)?;
        self.log.lock().unwrap().unsynced.remove(path);
        Disk.remove_file(path)
    }
    fn remove_folder(&self, path: &Path) -> Result<()> {
        self.request(Kind::Other)?;
        Disk.remove_folder(path)
    }
    fn set_mode(&self, path: &Path, mode: u32) -> Result<()> {
        self.request(Kind::Other)?;
        Disk.set_mode(path, mode)
    }
    fn sync_folder(&self, _: &Path) -> Result<()> {
        self.request(Kind::Other)
    }
}

/// What lies in the way of a save.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scene {
    /// nothing
    Empty,
    /// an earlier save
    Saved,
    /// an earlier save with a figure and a folder of somebody's beside its parts
    Shared,
    /// the same, after a save that was stopped between its renames
    Broken,
    /// the same, after a save that was stopped after its renames
    Untidy,
}

const SCENES: [Scene; 5] = [Scene::Empty, Scene::Saved, Scene::Shared, Scene::Broken, Scene::Untidy];

/// A save of two parts, the second where `large` in several pieces, each written as it comes.
fn save(files: &dyn Files, folder: &Path, content: u8, large: bool, earlier: Earlier) -> gflow::error::Result<()> {
    let pieces = |file: &mut dyn Output| (0..3).try_for_each(|_| file.write_all(&vec![content; (1 << 19) + 7]));
    let arrays = if large { Part::Written(&pieces) } else { Part::Bytes(vec![content; 70]) };
    let parts = [("run.json", Part::Bytes(vec![content; 30])), ("arrays.npz", arrays)];
    Sealing { title: "test", parts: &parts, earlier }.write(files, folder)
}

/// The content of the save that is there; none if there is none. Both parts must be of one save.
fn content(folder: &Path) -> Option<u8> {
    let sealed = read(folder).unwrap_or_else(|e| panic!("no whole save: {e}"))?;
    let first = sealed.parts["run.json"][0];
    assert!(sealed.parts.values().flatten().all(|b| *b == first), "two saves are mixed");
    Some(first)
}

fn set(folder: &Path, scene: Scene) {
    let own = |name: &str| {
        std::fs::write(folder.join("figure.png"), "mine").unwrap();
        std::fs::create_dir_all(folder.join(name)).unwrap();
        std::fs::write(folder.join(name).join("data"), "mine").unwrap();
    };
    if scene != Scene::Empty {
        save(&Faulty::sound(), folder, 1, false, Earlier::Removed).unwrap();
    }
    let before = folder.with_file_name(".kept.before");
    match scene {
        Scene::Empty | Scene::Saved => {}
        Scene::Shared => own("notes"),
        Scene::Broken => {
            own("notes");
            std::fs::rename(folder, before).unwrap();
            save(&Faulty::sound(), &folder.with_file_name(".kept.new"), 7, false, Earlier::Removed).unwrap();
        }
        Scene::Untidy => {
            save(&Faulty::sound(), folder, 1, false, Earlier::Kept).unwrap();
            std::fs::create_dir_all(before.join("notes")).unwrap();
            std::fs::write(before.join("notes/data"), "mine").unwrap();
            std::fs::write(before.join("figure.png"), "mine").unwrap();
        }
    }
}

/// Somebody's files are in the folder or, after a stop, in the one before; never lost, never twice.
fn check_own(folder: &Path, scene: Scene, settled: bool, what: &str) {
    if matches!(scene, Scene::Empty | Scene::Saved) {
        return;
    }
    for name in ["figure.png", "notes/data"] {
        let places = [folder.to_path_buf(), folder.with_file_name(".kept.before")];
        let at: Vec<bool> = places.iter().map(|p| std::fs::read(p.join(name)).is_ok_and(|b| b == b"mine")).collect();
        assert_eq!(at.iter().filter(|there| **there).count(), 1, "{what}: {name} is lost");
        assert!(at[0] || !settled, "{what}: {name} is not back");
    }
}

/// One save with one fault. Returns whether the save came to the request at all.
fn attack(scene: Scene, fault: Fault, at: usize, large: bool, earlier: Earlier) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("kept");
    set(&folder, scene);
    let disk = Faulty::new(at, fault);
    let done = save(&disk, &folder, 2, large, earlier);
    let what = format!("{scene:?}, {fault:?} at {at}, {earlier:?}");
    let now = content(&folder);
    let old = (scene != Scene::Empty).then_some(1);
    let failed = disk.log.lock().unwrap().failed;
    match &done {
        Ok(()) => assert_eq!(now, Some(2), "{what}: it was to be saved"),
        Err(_) => assert!(now == old || now == Some(2), "{what}: {now:?}"),
    }
    assert!(done.is_ok() || failed, "{what}: {done:?}");
    // a single failure is taken back, not left to the next reader
    let named = folder.exists() || matches!(scene, Scene::Empty | Scene::Broken);
    assert!(named || fault != Fault::Once, "{what}: nothing has the name");
    check_own(&folder, scene, false, &what);
    // what went wrong once is in nobody's way
    save(&Faulty::sound(), &folder, 3, false, Earlier::Removed).unwrap_or_else(|e| panic!("{what}, and then: {e}"));
    assert_eq!(content(&folder), Some(3), "{what}");
    check_own(&folder, scene, true, &what);
    let left: Vec<std::ffi::OsString> =
        std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["kept"], "{what}");
    failed
}

#[test]
fn every_request_of_a_save_may_fail() {
    let mut tried = 0;
    for scene in SCENES {
        for fault in FAULTS {
            for (large, earlier) in [(false, Earlier::Removed), (true, Earlier::Removed), (false, Earlier::Kept)] {
                let mut at = 1;
                // until a save needs fewer requests
                while attack(scene, fault, at, large, earlier) {
                    tried += 1;
                    at += if long() { 1 } else { 3 };
                }
            }
        }
    }
    println!("{tried} faults in saves");
    assert!(tried >= if long() { 500 } else { 150 }, "{tried}");
}

/// A file is the old one or the new one, and a failure leaves nothing beside it.
#[test]
fn every_request_of_a_file_may_fail() {
    let mut tried = 0;
    for fault in FAULTS {
        for at in 1.. {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("points.csv");
            std::fs::write(&path, "old").unwrap();
            let disk = Faulty::new(at, fault);
            let done = gflow::io::write_with(&disk, &path, &[b'n'; 3 << 20]);
            let now = std::fs::read(&path).unwrap();
            let new = now == [b'n'; 3 << 20];
            assert!(new || now == b"old", "{fault:?} at {at}: half a file");
            assert!(new || done.is_err(), "{fault:?} at {at}");
            if matches!(fault, Fault::Once | Fault::Full) {
                assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "{fault:?} at {at}: something is left");
            }
            if !disk.log.lock().unwrap().failed {
                break;
            }
            tried += 1;
        }
    }
    println!("{tried} faults in files");
}

/// Checkpoints of a run: the last two are there, and each is whole whatever ended the saving.
#[test]
fn checkpoints_keep_the_last_two() {
    let dir = tempfile::tempdir().unwrap();
    let (mut s, _) = session_in(None, &[]);
    let script = "mmd_flow(gaussian_kernel(1.0)).run(data::gaussian(9, 2), data::ring(9), #{ steps: 2 })";
    let run = s.eval("t", script).unwrap().flatten().try_cast::<Arc<Run>>().unwrap();
    let (folder, before) = (dir.path().join("kept"), dir.path().join(".kept.before"));
    let load = |folder: &Path| Run::load(folder, &cpu().device).unwrap().state.step;
    let mut run = Run::clone(&run);
    for step in [2, 5, 9] {
        run.advance(step - run.state.step, &Default::default(), &mut |_| {});
        run.save_with(&Disk, &folder, Earlier::Kept, &Interrupt::default()).unwrap();
    }
    assert_eq!((load(&folder), load(&before)), (9, 5));
    run.advance(3, &Default::default(), &mut |_| {});
    for at in 1.. {
        let disk = Faulty::new(at, Fault::Stop);
        let done = run.save_with(&disk, &folder, Earlier::Kept, &Interrupt::default());
        assert!([9, 12].contains(&load(&folder)), "stopped at {at}");
        if done.is_ok() {
            break;
        }
    }
    assert_eq!(load(&folder), 12);
    // a plain save leaves one, and one that is interrupted the one before it
    run.save(&folder).unwrap();
    assert!(!before.exists());
    run.advance(3, &Default::default(), &mut |_| {});
    let stop = Interrupt::default();
    stop.request();
    let ended = run.save_with(&Disk, &folder, Earlier::Removed, &stop);
    assert!(matches!(ended, Err(gflow::error::Error::Interrupted)), "{ended:?}");
    assert_eq!(load(&folder), 12);
}

/// A disk with room for two saves.
struct Tight(PathBuf);

impl Files for Tight {
    fn create(&self, path: &Path, mode: Option<u32>) -> Result<Box<dyn Output>> {
        if self.0.exists() { Err(ErrorKind::StorageFull.into()) } else { Disk.create(path, mode) }
    }
    fn create_folders(&self, path: &Path) -> Result<()> {
        Disk.create_folders(path)
    }
    fn create_folder(&self, path: &Path) -> Result<()> {
        Disk.create_folder(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        Disk.rename(from, to)
    }
    fn remove_file(&self, path: &Path) -> Result<()> {
        Disk.remove_file(path)
    }
    fn remove_folder(&self, path: &Path) -> Result<()> {
        Disk.remove_folder(path)
    }
    fn set_mode(&self, path: &Path, mode: u32) -> Result<()> {
        Disk.set_mode(path, mode)
    }
    fn sync_folder(&self, path: &Path) -> Result<()> {
        Disk.sync_folder(path)
    }
}

/// Where the disk is full, a save takes the room of the one before the last, and not that of the last.
#[test]
fn the_newest_save_has_the_room_of_the_oldest() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, before) = (dir.path().join("kept"), dir.path().join(".kept.before"));
    for content in [1, 2] {
        save(&Faulty::sound(), &folder, content, false, Earlier::Kept).unwrap();
    }
    assert_eq!((content(&folder), content(&before)), (Some(2), Some(1)));
    save(&Tight(before.clone()), &folder, 3, false, Earlier::Kept).unwrap();
    assert_eq!((content(&folder), content(&before)), (Some(3), Some(2)));
    // nothing goes where there is no last one that is whole
    std::fs::remove_file(folder.join("manifest.txt")).unwrap();
    assert!(save(&Tight(before.clone()), &folder, 4, false, Earlier::Kept).is_err());
    assert_eq!(content(&before), Some(2));
}

/// Folders nobody may write to, links, files in the way, another saver: an error that says so, and nothing changed.
#[cfg(unix)]
#[test]
fn saves_that_cannot_be() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("kept");
    let refused = |expected: &str| {
        let e = save(&Disk, &folder, 2, false, Earlier::Removed).unwrap_err().to_string();
        assert!(e.contains(expected), "{e}");
    };
    save(&Disk, &folder, 1, false, Earlier::Removed).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o555)).unwrap();
    refused("write-protected");
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
    // a link planted where the new folder is written: what lies behind it is not touched
    let theirs = dir.path().join("theirs");
    save(&Disk, &theirs, 9, false, Earlier::Removed).unwrap();
    for name in [".kept.new", ".kept.before"] {
        symlink(&theirs, dir.path().join(name)).unwrap();
        refused("is in the way");
        assert_eq!((content(&theirs), content(&folder)), (Some(9), Some(1)));
        std::fs::remove_file(dir.path().join(name)).unwrap();
    }
    // somebody else's folder of that name, with other things in it
    std::fs::create_dir(dir.path().join(".kept.new")).unwrap();
    std::fs::write(dir.path().join(".kept.new/precious"), "mine").unwrap();
    refused("is in the way");
    assert_eq!(std::fs::read(dir.path().join(".kept.new/precious")).unwrap(), b"mine");
    std::fs::remove_dir_all(dir.path().join(".kept.new")).unwrap();
    // another process saves here
    std::fs::create_dir(dir.path().join(".kept.new")).unwrap();
    let held = std::fs::File::open(dir.path().join(".kept.new")).unwrap();
    held.lock().unwrap();
    refused("another gflow is saving");
    drop(held);
    save(&Disk, &folder, 2, false, Earlier::Removed).unwrap();
    // a folder by another name: the link stays a link
    symlink(&folder, dir.path().join("link")).unwrap();
    save(&Disk, &dir.path().join("link"), 4, false, Earlier::Removed).unwrap();
    assert_eq!(content(&folder), Some(4));
    assert!(std::fs::symlink_metadata(dir.path().join("link")).unwrap().is_symlink());
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "a file").unwrap();
    refused("it is no folder");
}
