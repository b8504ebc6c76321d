//! Files of h5py, anndata, safetensors, numpy and Pillow, read as they read them: `reference_formats.py` wrote both the files
//! and the numbers. And what of them has to be refused, by name.
use gflow::dataset::pixels::ColourOptions;
use gflow::dataset::{Classes, cifar, idx, images};
use gflow::io::{self, Column, Labels, Loaded, Wanted};
use serde_json::Value;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The files, unpacked once, and what they hold.
struct Held {
    folder: tempfile::TempDir,
    numbers: Value,
}

fn held() -> &'static Held {
    static HELD: OnceLock<Held> = OnceLock::new();
    HELD.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats.zip");
        zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap().extract(folder.path()).unwrap();
        let numbers = serde_json::from_str(&std::fs::read_to_string(folder.path().join("formats.json")).unwrap());
        Held { folder, numbers: numbers.unwrap() }
    })
}

/// A file of the references.
pub fn file(name: &str) -> PathBuf {
    held().folder.path().join(name)
}

/// Numbers in JSON, and words for those that it has none for.
fn numbers(v: &Value) -> Vec<f64> {
    let one = |v: &Value| v.as_f64().unwrap_or_else(|| v.as_str().map_or(f64::NAN, |t| t.parse().unwrap()));
    v.as_array().unwrap().iter().map(one).collect()
}

fn map(kind: &str) -> impl Iterator<Item = (&'static String, &'static Value)> {
    held().numbers[kind].as_object().unwrap().iter()
}

#[track_caller]
fn same(what: &str, got: &[f64], expected: &[f64]) {
    let alike = |a: &f64, b: &f64| a == b || a.is_nan() && b.is_nan();
    let all = got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| alike(a, b));
    assert!(all, "{what}: {got:?}, expected {expected:?}");
}

fn array(name: &str) -> Wanted {
    Wanted { array: Some(name.into()), ..Wanted::default() }
}

fn labels(name: &str) -> Wanted {
    Wanted { labels: Some(Column::Named(name.into())), ..Wanted::default() }
}

fn load(name: &str, wanted: &Wanted) -> Loaded {
    io::load_with(&file(name), wanted).unwrap_or_else(|e| panic!("{e}"))
}

#[track_caller]
fn refuses(name: &str, wanted: &Wanted, why: &str) {
    let said = io::load_with(&file(name), wanted).map(|l| l.rows).unwrap_err().to_string();
    assert!(said.starts_with("cannot read `") && said.contains(why), "{said}");
}

fn texts(l: &Labels) -> Vec<String> {
    match l {
        Labels::Texts(t) => t.iter().map(String::from).collect(),
        Labels::Numbers(v) => v.iter().map(f64::to_string).collect(),
    }
}

/// Types, byte orders, chunks of all shapes, filters, kinds of groups, old files and new ones.
#[test]
fn datasets_of_h5py() {
    let mut seen = 0;
    for (name, all) in map("h5") {
        for (path, expected) in all.as_object().unwrap() {
            let rows = load(name, &array(path)).rows;
            let values = numbers(&expected["numbers"]);
            let n = expected["shape"].get(0).map_or(1, |n| n.as_u64().unwrap() as usize);
            assert_eq!((rows.n, rows.d), (n, values.len() / n), "{name} {path}");
            same(&format!("{name} {path}"), &rows.data, &values);
            seen += 1;
        }
    }
    assert_eq!(seen, 86 + 86 + 1);
}

#[test]
fn parts_of_hdf5_by_name() {
    assert_eq!(load("one.h5", &Wanted::default()).rows.data, (0..12).map(f64::from).collect::<Vec<_>>());
    let named = load("one.h5", &labels("names"));
    assert_eq!(named.labels.map(|l| texts(&l)), Some(["a", "b", "a", "b", "c", "c"].map(String::from).to_vec()));
    for old in ["matrix_earliest_v108.h5", "matrix_latest_latest.h5"] {
        for (of, red) in [("texts/any", "Grün"), ("texts/fixed", "")] {
            let wanted = Wanted { array: Some("texts/any".into()), ..labels(of) };
            // texts are labels, no points
            refuses(old, &wanted, "its `texts/any`: its elements are text, expected numbers");
            let wanted = Wanted { array: Some("big/n000".into()), ..labels(of) };
            refuses(old, &wanted, &format!("labels: `{of}` has 5 values, expected 2, one per point"));
            let wanted = Wanted { array: Some("types/line".into()), ..labels(of) };
            refuses(old, &wanted, "array: it holds no `types/line`");
            let wanted = Wanted { array: Some("unwritten/five".into()), ..labels(of) };
            refuses(old, &wanted, "did you mean");
            assert!(red.len() < 6);
        }
        refuses(old, &Wanted::default(), "datasets of numbers, `big/n000` (2 of f8)");
        refuses(old, &array("compct"), "did you mean `compact`?");
        refuses(old, &array("big"), "its `big`: it is a group, expected a dataset of numbers");
        refuses(old, &array("outside"), "`outside` is a link to another file, which is not followed");
        refuses(old, &array("empty"), "it holds no points");
        refuses(old, &array("record"), "its elements are 4 fields, expected numbers");
        same("a link", &load(old, &array("soft")).rows.data, &load(old, &array("compact")).rows.data);
        same("a relative link", &load(old, &array("types/soft")).rows.data, &load(old, &array("types/bool")).rows.data);
    }
    refuses("refused.h5", &array("complex"), "its elements are 2 fields, expected numbers");
    refuses("refused.h5", &array("scaled"), "it is packed by filter 6 (scale-offset), expected gzip, lzf or none");
    refuses("refused.h5", &array("vlen"), "its elements are lists of i4, expected numbers");
    let e = io::save(&load("one.h5", &Wanted::default()).rows, &file("saved.h5")).unwrap_err().to_string();
    assert!(e.contains("files of this kind are read, not written"), "{e}");
}

/// Dense, packed, LZF, CSR and CSC; every kind of column of obs as labels.
#[test]
fn cells_of_anndata() {
    for (name, expected) in map("h5ad") {
        if expected["X"].is_null() {
            refuses(name, &Wanted::default(), "array: it holds no `X`, but `layers/counts`, `obsm/X_pca`");
        } else {
            let x = load(name, &Wanted::default()).rows;
            assert_eq!((x.n, x.d), (6, 4), "{name}");
            same(name, &x.data, &numbers(&expected["X"]));
            same(name, &load(name, &array("raw/X")).rows.data, &x.data);
            let gene = Wanted { columns: vec![Column::Named("LYZ".into()), Column::At(-1)], ..Wanted::default() };
            let chosen: Vec<f64> = x.data.chunks(4).flat_map(|row| [row[1], row[3]]).collect();
            same(name, &load(name, &gene).rows.data, &chosen);
        }
        for part in ["obsm/X_pca", "layers/counts"] {
            same(part, &load(name, &array(part)).rows.data, &numbers(&expected[part]));
        }
        refuses(name, &array("X_pca"), "did you mean `obsm/X_pca`?");
        for (column, values) in expected["obs"].as_object().unwrap() {
            let wanted = Wanted { array: Some("obsm/X_pca".into()), ..labels(column) };
            let loaded = load(name, &wanted);
            let given = loaded.labels.unwrap();
            if values.as_array().unwrap().iter().any(Value::is_string) {
                let expected: Vec<&str> = values.as_array().unwrap().iter().map(|v| v.as_str().unwrap_or("")).collect();
                assert_eq!(texts(&given), expected, "{name} {column}");
            } else {
                let Labels::Numbers(given) = given else { panic!("{name} {column}: {given:?}") };
                same(column, &given, &numbers(values));
            }
            // a missing category is said, a missing number is NaN
            let gaps = values.as_array().unwrap().iter().filter(|v| v.is_null()).count();
            let coded = matches!(column.as_str(), "louvain" | "maybe" | "surely");
            assert_eq!(loaded.notes.len(), usize::from(gaps > 0 && coded), "{:?}", loaded.notes);
        }
        let wanted = Wanted { array: Some("obsm/X_pca".into()), ..labels("lovain") };
        refuses(name, &wanted, "did you mean `louvain`?");
    }
    let old = load("seven.h5ad", &labels("louvain"));
    assert_eq!(old.labels.map(|l| texts(&l)), Some(["T", "B", "", "T", "B", "T"].map(String::from).to_vec()));
    refuses(
        "dense.h5ad",
        &Wanted { columns: vec![Column::Named("CD3E".into())], ..Wanted::default() },
        "did you mean `CD3D`?",
    );
}

#[test]
fn tensors_of_safetensors() {
    for (name, expected) in held().numbers["safetensors"]["matrix.safetensors"].as_object().unwrap() {
        let rows = load("matrix.safetensors", &array(name)).rows;
        same(name, &rows.data, &numbers(&expected["numbers"]));
        let n = expected["shape"].get(0).map_or(1, |n| n.as_u64().unwrap() as usize);
        assert_eq!(rows.n, n, "{name}");
    }
    refuses("matrix.safetensors", &Wanted::default(), "it holds 15 tensors, ");
    refuses("matrix.safetensors", &array("t_f9"), "did you mean `t_f8`?");
    let two = load("two.safetensors", &Wanted { array: Some("points".into()), ..labels("labels") });
    assert_eq!(two.labels, Some(Labels::Numbers(vec![0.0, 1.0, 2.0, 3.0])));
    assert_eq!(load("two.safetensors", &labels("labels")).rows, two.rows);
    let rows = load("one.safetensors", &Wanted::default()).rows;
    // what is written is what is read, and as safetensors writes it
    let again = file("again.safetensors");
    io::save(&rows, &again).unwrap();
    assert_eq!(io::load(&again).unwrap(), rows);
    assert_eq!(std::fs::read(&again).unwrap()[136 - 64..], std::fs::read(file("one.safetensors")).unwrap()[136 - 64..]);
}

#[test]
fn arrays_of_idx() {
    let folder = tempfile::tempdir().unwrap();
    for (name, expected) in map("idx") {
        let hex = expected["hex"].as_str().unwrap();
        let bytes: Vec<u8> =
            (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
        let path = folder.path().join("a.idx");
        std::fs::write(&path, &bytes).unwrap();
        let rows = idx::images(&path).unwrap();
        same(name, &rows.data, &numbers(&expected["numbers"]));
        assert_eq!(rows.n as u64, expected["shape"][0].as_u64().unwrap(), "{name}");
        if rows.d == 1 {
            assert_eq!(idx::labels(&path).unwrap().len(), rows.n);
        }
        // a member that is cut off is missed
        if name == "members" {
            std::fs::write(&path, &bytes[..bytes.len() - 30]).unwrap();
            assert!(idx::images(&path).is_err());
        }
    }
}

fn folder_of(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let to = folder.path().join(name.replace(':', "/"));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(file(name.rsplit(':').next().unwrap()), to).unwrap();
    }
    folder
}

fn colour(colour: &str, scale: bool) -> ColourOptions {
    ColourOptions { colour: colour.into(), scale }
}

/// PNG to the bit, JPEG within what decoders differ by.
#[test]
fn images_of_pillow() {
    for (name, expected) in map("images") {
        let folder = folder_of(&[name]);
        let (rows, labels) = images::read(folder.path(), &colour("as they are", false)).unwrap();
        let values = numbers(&expected["numbers"]);
        assert_eq!((rows.n, rows.d, labels), (1, values.len(), None), "{name}");
        let apart = rows.data.iter().zip(&values).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        // the standard allows decoders to differ by one, and chroma is filtered in ways of their own
        let allowed = match name.as_str() {
            "sub.jpg" | "progressive.jpg" => 12.0,
            n if n.ends_with("jpg") => 2.0,
            _ => 0.0,
        };
        assert!(apart <= allowed, "{name}: {apart}");
        let top = if expected["depth"] == "u2" { 65535.0 } else { 255.0 };
        let scaled = images::read(folder.path(), &colour("as they are", true)).unwrap().0;
        let expected: Vec<f64> = rows.data.iter().map(|v| v / top).collect();
        same(name, &scaled.data, &expected);
    }
}

#[test]
fn folders_of_images() {
    let read = |names: &[&str], c: &str| images::read(folder_of(names).path(), &colour(c, false));
    let classes = read(&["dogs:rgb.png", "cats:palette.png", "cats:opaque.png"], "as they are").unwrap();
    let names = vec!["cats".to_string(), "dogs".into()];
    assert_eq!((classes.0.n, classes.0.d, classes.1), (3, 60, Some(Classes::Names(names, vec![0, 0, 1]))));
    assert_eq!(classes.0.data[..60], [[1.0; 20], [2.0; 20], [3.0; 20]].concat());
    let grey = read(&["opaque.png"], "grey").unwrap().0;
    assert_eq!((grey.d, grey.data[0]), (20, 0.299 + 0.587 * 2.0 + 0.114 * 3.0));
    let both = read(&["grey.png", "rgb.png"], "rgb").unwrap().0;
    assert_eq!((both.n, both.d, both.data[..20] == both.data[40..60]), (2, 60, true));
    for (names, why) in [
        (
            &["grey.png", "rgb.png"][..],
            "`grey.png` before it 5×4 pixels, grey; colour: \"grey\" or \"rgb\" makes them alike",
        ),
        (
            &["grey.jpg", "grey.png"],
            "it has 5×4 pixels, grey, `grey.jpg` before it 16×8 pixels, grey; all have to have one size",
        ),
        (&["transparent.png"], "it is transparent in parts"),
        (&["grey.png", "dogs:rgb.png"], "it holds images and the folder"),
        (&["animals:dogs:rgb.png"], "it is a folder inside a class"),
        (&["one.h5"], "it holds no PNG or JPEG"),
    ] {
        let said = read(names, "as they are").unwrap_err().to_string();
        assert!(said.contains(why), "{said}");
    }
    let folder = folder_of(&["grey.png"]);
    std::fs::write(folder.path().join("b.webp"), "x").unwrap();
    std::fs::write(folder.path().join("c.png"), "no image").unwrap();
    let said = images::read(folder.path(), &colour("grey", true)).unwrap_err().to_string();
    assert!(said.contains("b.webp") && said.contains("expected PNG or JPEG"), "{said}");
    std::fs::remove_file(folder.path().join("b.webp")).unwrap();
    let said = images::read(folder.path(), &colour("grey", true)).unwrap_err().to_string();
    assert!(said.contains("c.png") && said.contains("it is no PNG or JPEG"), "{said}");
    let said = images::read(Path::new("/nowhere"), &colour("grey", true)).unwrap_err().to_string();
    assert!(said.contains("there is no such folder"), "{said}");
}

/// Records as the page of CIFAR describes them.
fn record(labels: &[u8], seed: u32) -> Vec<u8> {
    let pixels = (0..3072u32).map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 24) as u8);
    labels.iter().copied().chain(pixels).collect()
}

/// A tar of these files, each with a header of its own.
fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut out = vec![];
    for (name, bytes) in files {
        let mut head = vec![0u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        head[156] = if name.ends_with('/') { b'5' } else { b'0' };
        head[148..156].fill(b' ');
        let sum: u32 = head.iter().map(|b| u32::from(*b)).sum();
        head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        out.extend(head);
        out.extend(bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

#[test]
fn batches_of_cifar() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let of = |name: &str, hundred: bool, o: &cifar::CifarOptions| cifar::read(&folder.path().join(name), hundred, o);
    let plain = cifar::CifarOptions::default();
    let (one, two) = ([record(&[3], 1), record(&[9], 2)].concat(), [record(&[0], 3), record(&[4], 4)].concat());
    write("data_batch_1.bin", &one);
    write("data_batch_2.bin", &two);
    write("test_batch.bin", &record(&[5], 5));
    let (rows, labels) = of("", false, &plain).unwrap();
    assert_eq!((rows.n, rows.d, labels), (4, 3072, Some(Classes::Numbers(vec![3.0, 9.0, 0.0, 4.0]))));
    let expected: Vec<f64> = [&one[1..3073], &one[3074..], &two[1..3073], &two[3074..]]
        .concat()
        .iter()
        .map(|b| f64::from(*b) / 255.0)
        .collect();
    same("pixels", &rows.data, &expected);
    let test = cifar::CifarOptions { part: "test".into(), scale: false, ..plain.clone() };
    assert_eq!(of("", false, &test).unwrap().1, Some(Classes::Numbers(vec![5.0])));
    let grey = cifar::CifarOptions { colour: "grey".into(), ..plain.clone() };
    let g = of("data_batch_1.bin", false, &grey).unwrap().0;
    let mixed = 0.299 * rows.data[7] + 0.587 * rows.data[1024 + 7] + 0.114 * rows.data[2048 + 7];
    assert_eq!((g.d, g.data[7]), (1024, mixed));
    // the published archive does not have them in order
    let files = [
        ("c/", vec![]),
        ("c/data_batch_2.bin", two),
        ("c/test_batch.bin", record(&[5], 5)),
        ("c/data_batch_1.bin", one),
    ];
    let mut zip = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
    zip.write_all(&tar(&files)).unwrap();
    let archive = zip.finish().unwrap();
    write("cifar-10-binary.tar.gz", &archive);
    assert_eq!(of("cifar-10-binary.tar.gz", false, &plain).unwrap().0, rows);
    write("cut.tar.gz", &archive[..archive.len() - 9]);
    assert!(of("cut.tar.gz", false, &plain).is_err());
    write("train.bin", &[record(&[19, 99], 6), record(&[1, 2], 7)].concat());
    let coarse = cifar::CifarOptions { labels: "coarse".into(), ..plain.clone() };
    assert_eq!(of("train.bin", true, &plain).unwrap().1, Some(Classes::Numbers(vec![99.0, 2.0])));
    assert_eq!(of("", true, &coarse).unwrap().1, Some(Classes::Numbers(vec![19.0, 1.0])));
    for (name, hundred, why) in [
        ("train.bin", false, "its 6148 bytes are no whole number of images, which take 3073 each"),
        ("nothing.bin", false, "cannot read"),
        ("bad.bin", false, "image 0 has the label 10, expected less than 10; data::cifar100 reads the other set"),
        ("empty.bin", false, "it holds no images"),
    ] {
        if name == "bad.bin" {
            write(name, &record(&[10], 1));
        }
        if name == "empty.bin" {
            write(name, &[]);
        }
        let said = of(name, hundred, &plain).unwrap_err().to_string();
        assert!(said.contains(why), "{said}");
    }
}

/// Texts may be gzipped, also in several members; what else is gzipped is named.
#[test]
fn gzipped_texts() {
    let folder = tempfile::tempdir().unwrap();
    let zip = |bytes: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    let load = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        io::load(&path)
    };
    let members = [zip(b"x,y\n1,2\n3"), zip(b",4\n5,6\n")].concat();
    for name in ["a.csv.gz", "a.gz", "a.csv"] {
        assert_eq!(load(name, &members).unwrap().data, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "{name}");
    }
    let long: String = (0..300_000).map(|i| format!("{i} 0.5\n")).collect();
    assert_eq!(load("long.txt.gz", &zip(long.as_bytes())).unwrap().n, 300_000);
    assert!(load("cut.csv.gz", &members[..members.len() - 4]).is_err());
    let said = load("images.gz", &zip(&[0, 0, 8, 3, 0, 0, 0, 1])).unwrap_err().to_string();
    assert!(said.contains("data::idx(images, labels) reads it"), "{said}");
    let mut whole = vec![];
    std::fs::File::open(file("one.h5")).unwrap().read_to_end(&mut whole).unwrap();
    let said = load("one.h5.gz", &zip(&whole)).unwrap_err().to_string();
    assert!(said.contains("it is a gzipped HDF5 file: unpack it"), "{said}");
}
