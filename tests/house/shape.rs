//! The shape of the house: how long files and functions are, and that imports make no circles.
use super::scan::{self, File};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The crates of the workspace, by their source folders.
const CRATES: [&str; 2] = ["src", "kernel/src"];

/// Rooms from the bottom up: each may use those before it and the shared ground, never those after it.
const ROOMS: &[&str] = &[
    "ranks",
    "generator",
    "space",
    "dataset",
    "table",
    "io",
    "fetch",
    "prepare",
    "transport",
    "divergence",
    "network",
    "critic",
    "metric",
    "record",
    "observer",
    "flow",
    "plot",
    "study",
    "script",
    "cli",
];

/// Files of one room that may import each other, with the reason.
const PAIRS: &[(&str, &str, &str)] = &[];

fn read(folder: &str) -> Vec<File> {
    scan::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
}

fn is_kernel(file: &File) -> bool {
    file.name.ends_with("_cube.rs")
}

#[test]
fn files_stay_small() {
    for folder in CRATES {
        let files = read(folder);
        let mut lines: Vec<usize> = files.iter().map(|f| f.lines).collect();
        lines.sort_unstable();
        let median = lines[lines.len() / 2];
        assert!(median <= 120, "the median file of {folder} has {median} lines; the limit is 120");
        for f in &files {
            assert!(f.lines <= 450, "{folder}/{} has {} lines; the limit is 450", f.name, f.lines);
        }
    }
}

#[test]
fn functions_stay_small() {
    for folder in CRATES {
        for file in read(folder) {
            let (most, kernel) = if is_kernel(&file) { (90, true) } else { (60, false) };
            for f in &file.functions {
                let at = format!("{folder}/{}: {}", file.name, f.name);
                assert!(f.lines <= most, "{at} has {} lines; the limit is {most}", f.lines);
                let parameters = f.parameters;
                assert!(kernel || parameters <= 7, "{at} has {parameters} parameters; the limit is 7");
            }
        }
    }
}

/// Rooms, and files of the same room, by whom they import.
type Imports = BTreeMap<String, BTreeSet<String>>;

fn between_rooms(files: &[File]) -> Imports {
    let mut rooms = Imports::new();
    for f in files {
        let room = scan::room(&f.name);
        let others = f.imports.iter().map(|i| scan::room(i)).filter(|r| *r != room);
        rooms.entry(room.clone()).or_default().extend(others);
    }
    rooms
}

fn within_rooms(files: &[File]) -> BTreeMap<String, Imports> {
    let mut rooms: BTreeMap<String, Imports> = BTreeMap::new();
    for f in files {
        let room = scan::room(&f.name);
        let inside = f.imports.iter().filter(|i| scan::room(i) == room).cloned().collect();
        rooms.entry(room).or_default().insert(f.name.clone(), inside);
    }
    rooms
}

#[test]
fn rooms_make_no_circles() {
    for folder in CRATES {
        let circles = scan::circles(&between_rooms(&read(folder)));
        assert!(circles.is_empty(), "rooms of {folder} import each other: {circles:?}");
    }
}

#[test]
fn files_of_a_room_make_no_circles() {
    for folder in CRATES {
        for (room, mut imports) in within_rooms(&read(folder)) {
            for (a, b, _) in PAIRS {
                if let Some(of_b) = imports.get_mut(*b) {
                    of_b.remove(*a);
                }
            }
            let circles = scan::circles(&imports);
            assert!(circles.is_empty(), "files of {folder}, room {room}, import each other: {circles:?}");
        }
    }
}

#[test]
fn listed_pairs_still_import_each_other() {
    let files: Vec<File> = CRATES.into_iter().flat_map(read).collect();
    for (a, b, reason) in PAIRS {
        let imports = |from: &str, to: &str| files.iter().any(|f| f.name == from && f.imports.contains(to));
        assert!(imports(a, b) && imports(b, a), "{a} and {b} no longer need each other ({reason})");
    }
}

#[test]
fn imports_go_one_way() {
    let rooms = between_rooms(&read("src"));
    for (at, room) in ROOMS.iter().enumerate() {
        let used = rooms.get(*room).into_iter().flatten();
        let above = used.filter(|u| ROOMS.iter().position(|r| r == *u).is_some_and(|other| other > at));
        assert_eq!(above.collect::<Vec<_>>(), Vec::<&String>::new(), "{room} imports rooms above it");
    }
    for shared in rooms.keys().filter(|r| !ROOMS.contains(&r.as_str()) && !matches!(r.as_str(), "lib" | "main")) {
        let above: Vec<_> = rooms[shared].iter().filter(|u| ROOMS.contains(&u.as_str())).collect();
        assert_eq!(above, Vec::<&String>::new(), "shared ground {shared} imports rooms");
    }
}

/// The scanner sees what it claims to see: aliases are followed, tests and `mod` lines are not imports.
#[test]
fn the_scanner_finds_imports() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("lib.rs", "pub mod a; pub mod b;");
    write("a/mod.rs", "pub mod one; pub mod two; pub use two::Two;");
    write("a/one.rs", "use super::Two; fn f(x: i32, y: i32) -> Two {\n crate::b::g();\n Two }");
    write("a/two.rs", "pub struct Two; #[cfg(test)] mod tests { use super::super::one; }");
    write("b.rs", "use crate::a::{Two, one}; pub fn g() {}");
    let files = scan::read(dir.path());
    let imports = |name: &str| -> Vec<&str> {
        let file = files.iter().find(|f| f.name == name).unwrap();
        file.imports.iter().map(String::as_str).collect()
    };
    assert_eq!(imports("a/one.rs"), ["a/two.rs", "b.rs"]);
    assert_eq!(imports("a/two.rs"), Vec::<&str>::new());
    assert_eq!(imports("b.rs"), ["a/one.rs", "a/two.rs"]);
    let f = &files.iter().find(|f| f.name == "a/one.rs").unwrap().functions[0];
    assert_eq!((f.name.as_str(), f.lines, f.parameters), ("f", 3, 2));
    assert_eq!(scan::circles(&between_rooms(&files)), [["a", "b"]]);
}
