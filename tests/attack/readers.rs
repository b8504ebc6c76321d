//! Files that lie: about their sizes, their ends, what is behind them. Each is refused with the number that is wrong, at once,
//! and without asking for the memory it speaks of.
use super::fuzz::{File, npy_file, zip_file};
use crate::allocations;
use flate2::Compression;
use flate2::write::GzEncoder;
use gflow::dataset::{Rows, idx};
use gflow::error::Result;
use gflow::io::{Column as Wish, Wanted};
use gflow::table::{Column, Table};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use zip::CompressionMethod;

/// More than any of them holds, less than any of them says.
const MEMORY: usize = 64 << 20;

fn refused(size: usize) {
    eprintln!("{size} bytes at once were asked for");
}

/// The message of a file that is not read.
fn message(path: &Path, load: impl FnOnce(&Path) -> Result<Rows>) -> String {
    let begun = Instant::now();
    let (loaded, peak) = allocations::peak(1 << 30, refused, || load(path));
    assert!(peak < MEMORY, "{} took {peak} bytes", path.display());
    // a machine that does something else is slow, but not for minutes
    assert!(begun.elapsed() < Duration::from_secs(60), "{} took {:?}", path.display(), begun.elapsed());
    match loaded {
        Ok(rows) => panic!("{} gave {} points in dimension {}", path.display(), rows.n, rows.d),
        Err(e) => e.to_string(),
    }
}

#[track_caller]
fn refuses(path: &Path, why: &str) {
    let said = message(path, gflow::io::load);
    assert!(said.starts_with("cannot read `") && said.contains(why), "{said}");
}

fn header(shape: &str) -> String {
    format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n")
}

#[test]
fn npy_headers_that_lie() {
    let folder = tempfile::tempdir().unwrap();
    let write = |bytes: &[u8]| {
        let path = folder.path().join("a.npy");
        std::fs::write(&path, bytes).unwrap();
        path
    };
    for (shape, why) in [
        ("(4294967296, 4294967296)", "its shape [4294967296, 4294967296] has more entries than any memory holds"),
        ("(3, 6148914691236517206)", "has more entries than any memory holds"),
        ("(2, 9223372036854775808)", "has more entries than any memory holds"),
        ("(1000000000, 100)", "its shape [1000000000, 100] takes 400000000000 bytes, 8 follow"),
        ("(3,)", "its shape [3] takes 12 bytes, 8 follow"),
        ("(1,)", "4 bytes follow behind the numbers of its shape [1]: another array, or a wrong shape"),
    ] {
        refuses(&write(&npy_file(&header(shape), &[0; 8])), why);
    }
    let fortran = header("(9223372036854775809, 2)").replace("False", "True");
    refuses(&write(&npy_file(&fortran, &[0; 8])), "has more entries than any memory holds");
    let mut long = npy_file(&header("(2,)"), &[0; 8]);
    long[6] = 2;
    long[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    refuses(&write(&long), "its header has 4294967295 bytes, ");
    // a parser that tries each bracket twice takes 2^40 steps
    let nested = format!("{}{}", "[".repeat(40), "]".repeat(40));
    refuses(&write(&npy_file(&header("(2,)").replace("'<f4'", &nested), &[0; 8])), "its elements are `[[[[");
}

/// A zip file whose two members are the same bytes.
fn overlapping() -> Vec<u8> {
    let array = npy_file(&header("(2,)"), &[0; 8]);
    let mut zip = zip_file(&[("a.npy", &array), ("b.npy", &array)], CompressionMethod::Stored);
    let entries: Vec<usize> = (0..zip.len() - 4).filter(|i| zip[*i..].starts_with(b"PK\x01\x02")).collect();
    zip[entries[1] + 42..entries[1] + 46].fill(0);
    zip
}

/// Sets the unpacked size, of 32 bits, in the directory of a zip file with one member.
fn claiming(mut zip: Vec<u8>, size: u32) -> Vec<u8> {
    let entry = (0..zip.len() - 4).rfind(|i| zip[*i..].starts_with(b"PK\x01\x02")).unwrap();
    zip[entry + 24..entry + 28].copy_from_slice(&size.to_le_bytes());
    zip
}

/// The zip file with n copies of the only member of another, `a00.npy` and so on.
fn copies(one: &[u8], n: usize) -> Vec<u8> {
    let at = |sign: &[u8]| (0..one.len() - 4).rfind(|i| one[*i..].starts_with(sign)).unwrap();
    let (entry, end) = (at(b"PK\x01\x02"), at(b"PK\x05\x06"));
    let (mut out, mut directory) = (vec![], vec![]);
    for i in 0..n {
        let (mut local, mut listed) = (one[..entry].to_vec(), one[entry..end].to_vec());
        let name = format!("a{i:02}.npy");
        local[30..37].copy_from_slice(name.as_bytes());
        listed[46..53].copy_from_slice(name.as_bytes());
        listed[42..46].copy_from_slice(&(out.len() as u32).to_le_bytes());
        out.extend(local);
        directory.extend(listed);
    }
    let mut last = one[end..].to_vec();
    let counts = [n as u16, n as u16].map(u16::to_le_bytes).concat();
    let places = [directory.len() as u32, out.len() as u32].map(u32::to_le_bytes).concat();
    last[8..20].copy_from_slice(&[counts, places].concat());
    [out, directory, last].concat()
}

#[test]
fn archives_that_lie() {
    let folder = tempfile::tempdir().unwrap();
    let write = |bytes: &[u8]| {
        let path = folder.path().join("a.npz");
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let array = npy_file(&header("(1000, 500)"), &[0; 2_000_000]);
    let packed = zip_file(&[("a.npy", &array)], CompressionMethod::Deflated);
    assert!(packed.len() < 4000);
    let read = gflow::io::load(&write(&packed)).unwrap();
    assert_eq!((read.n, read.d, read.data.iter().all(|v| *v == 0.0)), (1000, 500, true));

    refuses(&write(&claiming(packed.clone(), 4_000_000_000)), "unpack to 4.0 GB, which they cannot");
    refuses(&write(&claiming(packed.clone(), 2_000_000)), "takes 2000000 bytes, ");
    let more = claiming(packed.clone(), array.len() as u32 + 40);
    refuses(&write(&more), "it is damaged: it unpacks to fewer bytes than its directory says");
    refuses(&write(&overlapping()), "its members lie over each other");
    refuses(&write(&packed[..packed.len() - 1]), "it has no directory at its end");
    let stored = zip_file(&[("a.npy", &array)], CompressionMethod::Stored);
    let mut flipped = stored.clone();
    flipped[1_000_000] ^= 1;
    refuses(&write(&flipped), "it is damaged: its checksum is another");
    let behind = npy_file(&header("(2,)"), &[0; 12]);
    let behind = zip_file(&[("a.npy", &behind)], CompressionMethod::Stored);
    refuses(&write(&behind), "bytes follow behind the numbers of its shape [2]");
}

/// A flipped bit is noticed, unless it says nothing about the arrays.
#[test]
fn every_bit_of_an_archive_counts() {
    let numbers: Vec<u8> = (0..6).flat_map(|i| (i as f32 + 0.1).to_le_bytes()).collect();
    let [a, b] = ["(3, 2)", "(6,)"].map(|shape| npy_file(&header(shape), &numbers));
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let zip = zip_file(&[("a.npy", &a), ("b.npy", &b)], method);
        let file = File::new("npz");
        let whole = gflow::io::numpy::load_npz(&file.write(&zip)).unwrap();
        assert_eq!(whole.len(), 2);
        let mut noticed = 0;
        for bit in 0..8 * zip.len() {
            let mut damaged = zip.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            match gflow::io::numpy::load_npz(&file.write(&damaged)) {
                Ok(arrays) => assert_eq!(arrays, whole, "{method}, bit {bit} of {}", 8 * zip.len()),
                Err(_) => noticed += 1,
            }
        }
        // times, attributes and what the headers before members repeat are 60 of 500 bytes
        assert!(noticed > 6 * zip.len(), "{method}: {noticed} of {}", 8 * zip.len());
    }
}

/// A gigabyte of zeros and more, in a megabyte: what a machine unpacks before it notices is bounded by what is said.
#[test]
fn archives_that_unpack_to_the_thousandfold() {
    let folder = tempfile::tempdir().unwrap();
    let array = npy_file(&header("(5000, 1000)"), &vec![0; 20_000_000]);
    let one = zip_file(&[("a00.npy", &array)], CompressionMethod::Deflated);
    let path = folder.path().join("bomb.npz");
    std::fs::write(&path, copies(&one, 60)).unwrap();
    refuses(&path, "unpack to 1.2 GB: beyond 1.1 GB, more than 20 times the packed size is not read");

    let images: Vec<u8> = [0, 0, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF].into_iter().chain([0; 1000]).collect();
    let mut zip = GzEncoder::new(vec![], Compression::default());
    zip.write_all(&images).unwrap();
    let path = folder.path().join("images.gz");
    std::fs::write(&path, zip.finish().unwrap()).unwrap();
    let said = message(&path, idx::images);
    assert!(
        said.contains("its header says [4294967295], it says that") && said.contains("which they cannot"),
        "{said}"
    );
    std::fs::write(&path, &images).unwrap();
    let said = message(&path, idx::images);
    assert!(said.contains("its header says [4294967295], but the whole file has 1008 bytes"), "{said}");
}

/// Headers that speak of more than there is, in every other format.
#[test]
fn headers_of_other_formats_that_lie() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let tensors = |header: &str, body: &[u8]| {
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), body].concat();
        write("a.safetensors", &bytes)
    };
    let one = |shape: &str, from: u64, to: u64| {
        format!(r#"{{"x":{{"dtype":"F32","shape":{shape},"data_offsets":[{from},{to}]}}}}"#)
    };
    for (shape, from, to, why) in [
        ("[1000000000,1000]", 0, 4_000_000_000_000, "is at bytes 0 to 4000000000000, expected one from 0 on, within 8"),
        ("[1000000000,1000]", 0, 8, "takes other than its 8 bytes"),
        ("[18446744073709551615,18446744073709551615]", 0, 8, "takes other than its 8 bytes"),
        ("[2]", 4, 8, "expected one from 0 on"),
        ("[1]", 0, 4, "its tensors take 4 bytes, 8 follow the header"),
        ("[-1]", 0, 8, "its header is not as it should be"),
        ("[0,18446744073709551615]", 0, 0, "its tensors take 0 bytes, 8 follow the header"),
    ] {
        refuses(&tensors(&one(shape, from, to), &[0; 8]), why);
    }
    refuses(&write("a.safetensors", &u64::MAX.to_le_bytes()), "its header has 18446744073709551615 bytes, 0 follow");
    refuses(&tensors(&"[".repeat(1 << 20), &[]), "its header is not as it should be");
    refuses(&write("a.safetensors", b"short"), "it has no length of a header");

    // a shape of 10¹⁸ rows in a file of kilobytes, at every place where a size of 8 bytes stands
    let whole = std::fs::read(crate::truth::formats::file("one.h5")).unwrap();
    let mut seen = 0;
    for at in (0..whole.len() - 8).filter(|at| whole[*at..at + 8] == 6u64.to_le_bytes()) {
        let mut lying = whole.clone();
        lying[at..at + 8].copy_from_slice(&(1u64 << 60).to_le_bytes());
        let path = write("a.h5", &lying);
        let (loaded, peak) = allocations::peak(1 << 30, refused, || gflow::io::load(&path));
        assert!(peak < MEMORY, "{peak}");
        seen += usize::from(loaded.is_err());
    }
    assert!(seen > 0);
    for cut in (0..whole.len()).step_by(if super::long() { 1 } else { 13 }) {
        let e = gflow::io::load(&write("a.h5", &whole[..cut])).unwrap_err().to_string();
        assert!(["cut short", "it is no HDF5 file", "ends early"].iter().any(|w| e.contains(w)), "{cut}: {e}");
    }

    // 400 million pixels in a hundred bytes
    let mut png = std::fs::read(crate::truth::formats::file("grey.png")).unwrap();
    png[16..24].copy_from_slice(&[0, 0, 0x4E, 0x20, 0, 0, 0x4E, 0x20]);
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    let pictures = folder.path().join("pictures");
    std::fs::create_dir(&pictures).unwrap();
    std::fs::write(pictures.join("a.png"), &png).unwrap();
    let read = |path: &Path| gflow::dataset::images::read(path, &Default::default()).map(|l| l.0);
    let said = message(&pictures, read);
    assert!(said.contains("it has 20000×20000 pixels: it says that"), "{said}");
}

/// No reading begins that cannot end.
#[cfg(unix)]
#[test]
fn pipes_and_devices_are_no_files_of_points() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.npy");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    refuses(&pipe, "it is a pipe or a device, expected a regular file");
    for extension in ["npy", "npz", "csv", "tsv", "txt", "gz", "h5", "h5ad", "safetensors"] {
        let zero = folder.path().join(format!("zero.{extension}"));
        std::os::unix::fs::symlink("/dev/zero", &zero).unwrap();
        refuses(&zero, "it is a pipe or a device, expected a regular file");
        let inner = folder.path().join(format!("folder.{extension}"));
        std::fs::create_dir(&inner).unwrap();
        refuses(&inner, "it is a folder");
    }
    assert!(message(Path::new("/dev/zero"), idx::images).contains("it is a pipe or a device"));
}

/// A cut file is refused, wherever it is cut, unless it is a text, which may end anywhere.
#[test]
fn cut_files() {
    let numbers: Vec<u8> = (0..12).flat_map(|i| (i as f32 + 0.5).to_le_bytes()).collect();
    let npy = npy_file(&header("(2, 3, 2)").replace("False", "True"), &numbers);
    let zip = |method| zip_file(&[("a.npy", &npy), ("b.txt", b"text")], method);
    let (stored, packed) = (zip(CompressionMethod::Stored), zip(CompressionMethod::Deflated));
    for (extension, bytes) in [("npy", npy), ("npz", stored), ("npz", packed)] {
        let file = File::new(extension);
        assert_eq!(gflow::io::load(&file.write(&bytes)).unwrap().n, 2);
        for cut in 0..bytes.len() {
            assert!(
                gflow::io::load(&file.write(&bytes[..cut])).is_err(),
                "{extension}, {cut} of {} bytes",
                bytes.len()
            );
        }
    }
}

/// The most that reading a file holds at a time, beside a few pieces of it.
fn peak(name: &str, bytes: &[u8], wanted: &Wanted) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let (loaded, peak) = allocations::peak(1 << 30, refused, || gflow::io::load_with(&path, wanted));
    loaded.unwrap_or_else(|e| panic!("{name}: {e}"));
    peak
}

/// Four times the file where its numbers are as short as numbers can be, and eight bytes a number where they are one byte.
#[test]
fn reading_takes_the_memory_of_what_is_read() {
    const PIECES: usize = 3 << 20;
    let labels = Wanted { labels: Some(Wish::At(-1)), ..Wanted::default() };
    let rows = |line: &str| line.repeat(8_000_000 / line.len());
    for (name, text, wanted) in [
        ("digits.csv", rows("1,2\n3,4\n"), Wanted::default()),
        ("digits.txt", rows("1 2 3 4 5 6 7 8\n"), Wanted::default()),
        ("column.csv", rows("1\n"), Wanted::default()),
        ("semicolons.csv", rows("0,5;1,25\n"), Wanted::default()),
        ("labels.csv", rows("0.5,a\n1.5,longer\n"), labels.clone()),
        ("many.csv", (0..500_000).map(|i| format!("0.{i},id{i}\n")).collect(), labels),
    ] {
        let peak = peak(name, text.as_bytes(), &wanted);
        assert!(peak <= 4 * text.len() + PIECES, "{name}: {peak} bytes for {}", text.len());
    }
    let header = r#"{"x":{"dtype":"F32","shape":[1000,2000],"data_offsets":[0,8000000]}}"#;
    let tensors = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![1; 8_000_000]].concat();
    let held = peak("a.safetensors", &tensors, &Wanted::default());
    assert!(held <= 2 * tensors.len() + PIECES, "safetensors: {held} bytes for {}", tensors.len());
    for (descr, size) in [("|u1", 1), ("<f2", 2), ("<i4", 4), ("<f4", 4), ("<f8", 8)] {
        for order in ["False", "True"] {
            let count = 2_000_000;
            let head = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': (1000, 50, 40), }}\n");
            let file = npy_file(&head, &vec![1; count * size]);
            let peak = peak("a.npy", &file, &Wanted::default());
            assert!(peak <= 8 * count + PIECES, "{descr} {order}: {peak} bytes for {}", file.len());
        }
    }
}

/// What cannot fit is refused by its first lines, not after hours.
#[test]
fn texts_of_terabytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.csv");
    std::fs::write(&path, ["x,y\n", "0.5,1.25\n".repeat(10_000).as_str()].concat()).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_len(10 << 40).unwrap();
    refuses(&path, "its 10995.1 GB are about ");
}

/// A line of a megabyte is no part of a message, nor is what a terminal would obey.
#[test]
fn messages_about_files_are_short() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, format!("1,2\n3,\u{1b}[2J{}\n", "x".repeat(1 << 20))).unwrap();
    let said = message(&path, gflow::io::load);
    let shown = format!("line 2, column 2: `\\u{{1b}}[2J{}…` is not a number", "x".repeat(36));
    assert!(said.ends_with(&shown), "{said}");
}

/// Scripts that have no end, or are no text.
#[cfg(unix)]
#[test]
fn scripts_without_an_end() {
    // what is broken here would fill the memory of the machine
    let run = |command: &str| {
        let out = std::process::Command::new("sh")
            .arg("-c")
            .arg(format!("ulimit -v 8000000; {command}"))
            .env("G", env!("CARGO_BIN_EXE_gflow"))
            .output();
        let out = out.unwrap();
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    for (command, why) in [
        ("yes | \"$G\" run - --device cpu --quiet", "cannot read standard input as a script: it has more than 16.8 MB"),
        ("\"$G\" run /dev/zero --device cpu --quiet", "cannot read /dev/zero: it has more than 16.8 MB"),
        (
            "printf 'let a = 1;\\nlet b = \"\\377\";' | \"$G\" run - --device cpu --quiet",
            "it is not UTF-8 text: line 2",
        ),
    ] {
        let (code, said) = run(command);
        assert!(code == Some(2) && said.contains(why), "{command}: {code:?} {said}");
    }
    // a pipe that ends is a script as any other
    let (code, said) = run(
        "F=$(mktemp -u); mkfifo $F; (echo 'print(1)' > $F &); \"$G\" run $F --device cpu --quiet; R=$?; rm -f $F; exit $R",
    );
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

/// A bit that is flipped somewhere in a Parquet file is seen, or one of its values is another: nothing else happens, and the
/// file is not believed where it asks for memory.
#[test]
fn every_bit_of_a_parquet_file() {
    let texts = Column::texts((0..12).map(|i| (i % 4 != 1).then_some(["a", "bb", "c"][i % 3]))).unwrap();
    let numbers = Column::numbers((0..12).map(|i| if i == 5 { f64::NAN } else { f64::from(i) / 8.0 }).collect());
    let truths = Column::truths((0..12).map(|i| Some(i % 3 == 0)).collect());
    let t = Table::new(vec![("x".into(), numbers), ("g".into(), texts), ("b".into(), truths)]).unwrap();
    let file = File::new("parquet");
    let path = file.path().join("whole.parquet");
    gflow::io::save_table(&t, &path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut noticed = 0;
    for bit in 0..8 * whole.len() {
        let mut damaged = whole.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let path = file.write(&damaged);
        let (loaded, peak) = allocations::peak(1 << 30, refused, || gflow::io::load_table(&path, &Wanted::default()));
        assert!(peak < (1 << 20), "bit {bit} took {peak} bytes");
        match loaded {
            Ok(l) => assert!(l.table.rows() == 12 || l.table.rows() == 0, "bit {bit}: {} rows", l.table.rows()),
            Err(e) => {
                noticed += 1;
                assert!(!e.to_string().contains("fault"), "bit {bit}: {e}");
            }
        }
    }
    println!("{noticed} of {} bits were noticed", 8 * whole.len());
    assert!(noticed > 2 * whole.len());
}

/// A column of a Parquet file takes what it is in memory, and its pages.
#[test]
fn parquet_takes_the_memory_of_what_is_read() {
    let numbers = |k: u64| {
        Column::numbers((0..1_000_000u64).map(|i| ((i * 2_654_435_761 + k) % 1_000_003) as f64 / 7.0).collect())
    };
    let t = Table::new(vec![("x".into(), numbers(1)), ("y".into(), numbers(2))]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    gflow::io::save_table(&t, &path).unwrap();
    let size = std::fs::metadata(&path).unwrap().len() as usize;
    let (loaded, peak) = allocations::peak(1 << 30, refused, || gflow::io::load_table(&path, &Wanted::default()));
    assert_eq!(loaded.unwrap().table, t);
    assert!(peak <= 4 * size, "{peak} bytes for {size}");
    // what ends early, wherever
    let bytes = std::fs::read(&path).unwrap();
    for cut in (0..bytes.len()).step_by(bytes.len() / 50) {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        refuses(&path, "");
    }
}
