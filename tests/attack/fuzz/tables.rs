//! Targets that read tables from files.
use super::engine::Target;
use super::files::File;
use super::mutate::Mutator;
use gflow::io::{self, Wanted};
use gflow::table::{Column, Table};
use std::io::Read;

/// What loading gave: a table whose columns are whole.
fn said(loaded: gflow::error::Result<io::LoadedTable>) -> String {
    match loaded {
        Ok(l) => {
            for (name, column) in l.table.columns() {
                assert_eq!(column.len(), l.table.rows(), "{name}");
                (0..column.len()).for_each(|i| drop(format!("{:?}", column.cell(i))));
            }
            let _ = l.table.view(100).text();
            "a table".into()
        }
        Err(e) => {
            let said = e.to_string();
            assert!(said.chars().count() < 900 && !said.contains('\u{1b}'), "an error message of: {said:?}");
            assert!(!said.contains("a fault inside"), "{said}");
            // what stands in the file is no kind of its own
            said.split('`').step_by(2).collect()
        }
    }
}

pub struct Parquet(pub File);

impl Parquet {
    fn written(&self) -> Vec<u8> {
        let texts = Column::texts((0..40).map(|i| (i % 5 != 1).then_some(["a", "bb", "ccc"][i % 3]))).unwrap();
        let t = Table::new(vec![
            (
                "x".into(),
                Column::numbers((0..40).map(|i| if i % 7 == 3 { f64::NAN } else { f64::from(i) / 3.0 }).collect()),
            ),
            ("g".into(), texts),
            ("b".into(), Column::truths((0..40).map(|i| Some(i % 2 == 0)).collect())),
        ]);
        let path = self.0.path().join("seed.parquet");
        io::save_table(&t.unwrap(), &path).unwrap();
        std::fs::read(path).unwrap()
    }
}

impl Target for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        let mut out = vec![self.written()];
        let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tables/parquet.zip");
        let mut zip = zip::ZipArchive::new(std::fs::File::open(fixtures).unwrap()).unwrap();
        for i in 0..zip.len() {
            let mut bytes = vec![];
            zip.by_index(i).unwrap().read_to_end(&mut bytes).unwrap();
            out.push(bytes);
        }
        out
    }
    fn words(&self) -> &'static [&'static str] {
        &["PAR1", "PARE", "\u{15}", "\u{0}", "\u{1c}", "\u{19}", "\u{7f}", "\u{1}\u{2}\u{3}"]
    }
    /// The length of the description is what it was, mostly, and the file ends as it should.
    fn mend(&self, m: &mut Mutator, mut input: Vec<u8>) -> Vec<u8> {
        if input.len() > 12 && !m.chance(4) {
            let end = input.len();
            input[..4].copy_from_slice(b"PAR1");
            input[end - 4..].copy_from_slice(b"PAR1");
        }
        input
    }
    // what packs well unpacks to a thousandfold, and a run of entries that are all one may be long
    fn allowance(&self, input: usize) -> usize {
        16 * 1032 * input + (24 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        let path = self.0.write(input);
        let _ = io::load(&path);
        said(io::load_table(&path, &Wanted::default()))
    }
}

pub struct Text(pub File);

impl Target for Text {
    fn name(&self) -> &'static str {
        "table"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        [
            "name,x,ok\na,1,true\n\"b, c\",NA,false\n",
            "x,x\n1,2\n",
            ",a\n0,1\n1,b\n",
            "g;x\né;1,5\nü;2\n",
            "a b\nx 1\n",
            "only\n",
        ]
        .map(|t| t.as_bytes().to_vec())
        .to_vec()
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            ",",
            ";",
            "\n",
            "\r\n",
            "\"",
            "#",
            "NA",
            "true",
            "False",
            "1e400",
            "\u{feff}",
            "é",
            "\t",
            " ",
            "x",
            "x.1",
            "\u{1b}[2J",
        ]
    }
    // a field may be one byte: its entry is eight, a column of one has a list and a table of words
    fn allowance(&self, input: usize) -> usize {
        400 * input + (1 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        said(io::load_table(&self.0.write(input), &Wanted::default()))
    }
}
