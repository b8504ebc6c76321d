//! Safetensors, the tensors of neural networks: a header in JSON, then the numbers one behind the other, in rows.
//! The format: <https://github.com/huggingface/safetensors>, section Format.
use super::element::{Element, Numbers};
use super::format::Format;
use super::wanted::{Column, Labels, Loaded, Wanted};
use super::write::write_atomically;
use crate::catalogue::nearest;
use crate::dataset::Rows;
use crate::error::Result;
use crate::input::{self, Input, PIECE, excerpt};
use crate::{interrupt, memory};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

pub(super) const SAFETENSORS: Format =
    Format { extension: "safetensors", takes: &["array", "labels"], load, save: Some(save), tables: None };

/// The longest header, by the format.
const HEADER: u64 = 100_000_000;

/// A tensor as the header describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tensor {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// The tensors of a header, in its order.
struct Header(Vec<(String, Tensor)>);

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Header, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Header;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a map of tensors")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Header, A::Error> {
                let mut out = vec![];
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        out.push((name, map.next_value()?));
                    }
                }
                Ok(Header(out))
            }
        }
        from.deserialize_map(Entries)
    }
}

/// An element: those of NumPy, and bfloat16, which is the first half of an f32.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    Plain(Element),
    Brain,
}

const TYPES: &[(&str, Of)] = &[
    ("BOOL", Of::Plain(Element::B1)),
    ("F16", Of::Plain(Element::F2)),
    ("BF16", Of::Brain),
    ("F32", Of::Plain(Element::F4)),
    ("F64", Of::Plain(Element::F8)),
    ("I8", Of::Plain(Element::I1)),
    ("I16", Of::Plain(Element::I2)),
    ("I32", Of::Plain(Element::I4)),
    ("I64", Of::Plain(Element::I8)),
    ("U8", Of::Plain(Element::U1)),
    ("U16", Of::Plain(Element::U2)),
    ("U32", Of::Plain(Element::U4)),
    ("U64", Of::Plain(Element::U8)),
];

impl Tensor {
    fn of(&self) -> std::result::Result<(Of, usize), String> {
        let found = TYPES.iter().find(|(n, _)| *n == self.dtype).map(|(_, of)| *of);
        let of = found.ok_or_else(|| {
            let known: Vec<&str> = TYPES.iter().map(|(n, _)| *n).collect();
            format!("its elements are `{}`, expected one of {}", excerpt(&self.dtype), known.join(", "))
        })?;
        let size = if let Of::Plain(e) = of { e.size() } else { 2 };
        Ok((of, size))
    }
    fn described(&self) -> String {
        let sizes: Vec<String> = self.shape.iter().map(u64::to_string).collect();
        let sizes = if sizes.is_empty() { "a single number".into() } else { sizes.join("×") };
        format!("{} of {}", input::clip(&sizes, 60), excerpt(&self.dtype))
    }
    fn bytes(&self) -> u128 {
        let empty = self.shape.contains(&0);
        let count = self.shape.iter().fold(1u128, |n, s| n.saturating_mul(u128::from(*s)));
        if empty { 0 } else { count }
    }
}

/// An open file.
struct Tensors {
    file: Input,
    /// where the numbers begin
    begin: u64,
    named: Vec<(String, Tensor)>,
}

impl Tensors {
    fn open(mut file: Input, len: u64) -> std::result::Result<Tensors, String> {
        let no = |why: String| format!("not a valid safetensors file: {why}");
        let mut head = [0; 8];
        file.read_exact(&mut head).map_err(|_| no("it has no length of a header".into()))?;
        let header = u64::from_le_bytes(head);
        if header > HEADER || header.saturating_add(8) > len {
            return Err(no(format!("its header has {header} bytes, {} follow", len - 8)));
        }
        let text = input::read_text((&mut file).take(header), header)?;
        let Header(named) = serde_json::from_str(&text)
            .map_err(|e| no(format!("its header is not as it should be ({})", excerpt(&e.to_string()))))?;
        let out = Tensors { file, begin: 8 + header, named };
        out.apart(len - 8 - header).map_err(no)?;
        Ok(out)
    }

    /// Tensors lie one behind the other and fill the file.
    fn apart(&self, len: u64) -> std::result::Result<(), String> {
        let mut order: Vec<&(String, Tensor)> = self.named.iter().collect();
        order.sort_by_key(|(_, t)| t.data_offsets);
        let mut at = 0;
        for (name, t) in order {
            let [from, to] = t.data_offsets;
            if from != at || to < from || to > len {
                let name = excerpt(name);
                return Err(format!(
                    "its tensor `{name}` is at bytes {from} to {to}, expected one from {at} on, within {len}"
                ));
            }
            at = to;
        }
        if at != len {
            return Err(format!("its tensors take {at} bytes, {len} follow the header"));
        }
        let mut names: Vec<&str> = self.named.iter().map(|(n, _)| n.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|w| w[0] == w[1]) {
            Some(two) => Err(format!("it holds two tensors `{}`", excerpt(two[0]))),
            None => Ok(()),
        }
    }

    fn find(&self, option: &str, name: &str) -> std::result::Result<usize, String> {
        self.named.iter().position(|(n, _)| n == name).ok_or_else(|| {
            let hint = nearest(name, self.named.iter().take(1000).map(|(n, _)| n.as_str()));
            let hint = hint.map_or(String::new(), |n| format!("; did you mean `{}`?", excerpt(n)));
            let names: Vec<String> = self.named.iter().map(|(n, _)| format!("`{}`", excerpt(n))).collect();
            format!("{option}: it holds no tensor `{}`, but {}{hint}", excerpt(name), super::numpy::few(&names))
        })
    }

    fn only(&self, labels: Option<usize>) -> std::result::Result<usize, String> {
        let usable = |t: &Tensor| t.of().is_ok() && !t.shape.is_empty();
        let all = self.named.iter().enumerate().filter(|(i, _)| Some(*i) != labels);
        let (good, bad): (Vec<_>, Vec<_>) = all.partition(|(_, (_, t))| usable(t));
        let listed = |of: &[(usize, &(String, Tensor))]| {
            let words: Vec<String> =
                of.iter().map(|(_, (n, t))| format!("`{}` ({})", excerpt(n), t.described())).collect();
            super::numpy::few(&words)
        };
        match good[..] {
            [(i, _)] => Ok(i),
            [] if bad.is_empty() => Err("it holds no tensors".into()),
            [] => Err(format!("it holds no tensor of points: {}", listed(&bad))),
            [(_, (first, _)), ..] => {
                let (n, first) = (good.len(), excerpt(first));
                Err(format!("it holds {n} tensors, {}: array: \"{first}\" takes that one", listed(&good)))
            }
        }
    }

    fn read(&mut self, i: usize) -> std::result::Result<Loaded, String> {
        let (name, t) = self.named[i].clone();
        let fail = |e: String| format!("its tensor `{}`: {e}", excerpt(&name));
        let (of, size) = t.of().map_err(fail)?;
        let [from, to] = t.data_offsets;
        if t.bytes().saturating_mul(size as u128) != u128::from(to - from) {
            return Err(fail(format!("{} takes other than its {} bytes", t.described(), to - from)));
        }
        let count = (to - from) as usize / size;
        if let Some(reason) = memory::refusal(8 * count as u128) {
            return Err(fail(format!("{} {reason}", t.described())));
        }
        self.file.seek(SeekFrom::Start(self.begin + from)).map_err(|e| e.to_string())?;
        let data = numbers(&mut self.file, (of, size), count).map_err(fail)?;
        let n = match t.shape[..] {
            [] => 1,
            // of nothing there may be 2^64 rows
            _ if count == 0 => 0,
            [n, ..] => n as usize,
        };
        let d = data.len().checked_div(n).unwrap_or(0);
        let rounds = matches!(of, Of::Plain(e) if e.rounds());
        let large = data.iter().find(|v| rounds && v.abs() >= 9_007_199_254_740_992.0);
        let note = large.map(|v| format!("whole numbers beyond 2^53 are rounded to 53 bits: there is about {v:e}"));
        Ok(Loaded { rows: Rows { data, n, d }, labels: None, notes: note.into_iter().collect() })
    }
}

fn numbers(from: &mut impl Read, (of, size): (Of, usize), count: usize) -> std::result::Result<Vec<f64>, String> {
    let mut out = Numbers::Double(vec![]);
    out.reserve(count)?;
    let mut piece = vec![0; PIECE.min(count * size)];
    let mut wide = vec![];
    let mut left = count;
    while left > 0 {
        interrupt::poll().map_err(|e| e.to_string())?;
        let n = left.min(PIECE / size);
        let piece = &mut piece[..n * size];
        from.read_exact(piece).map_err(|e| e.to_string())?;
        match of {
            Of::Plain(e) => e.numbers(piece, false, &mut out)?,
            Of::Brain => {
                wide.clear();
                wide.extend(piece.chunks_exact(2).flat_map(|b| [0, 0, b[0], b[1]]));
                Element::F4.numbers(&wide, false, &mut out)?;
            }
        }
        left -= n;
    }
    out.double()
}

fn load(path: &Path, wanted: &Wanted) -> Result<Loaded> {
    let (file, len) = input::open(path)?;
    read(file, len, wanted).map_err(|reason| input::failed(path, reason))
}

fn read(file: Input, len: u64, wanted: &Wanted) -> std::result::Result<Loaded, String> {
    let mut tensors = Tensors::open(file, len)?;
    let labels = match &wanted.labels {
        Some(Column::Named(name)) => Some(tensors.find("labels", name)?),
        Some(Column::At(i)) => return Err(format!("labels: expected the name of a tensor, got {i}")),
        None => None,
    };
    let at = match &wanted.array {
        Some(name) => tensors.find("array", name)?,
        None => tensors.only(labels)?,
    };
    let mut out = tensors.read(at)?;
    if let Some(i) = labels {
        let found = tensors.read(i)?;
        if (found.rows.n, found.rows.d) != (out.rows.n, 1) {
            let (name, t, n) = (excerpt(&tensors.named[i].0), tensors.named[i].1.described(), out.rows.n);
            return Err(format!("labels: `{name}` is {t}, expected {n} numbers, one per point"));
        }
        out.labels = Some(Labels::Numbers(found.rows.data));
        out.notes.extend(found.notes);
    }
    Ok(out)
}

/// Points as the one tensor of a file, in F64.
fn save(rows: &Rows, path: &Path) -> Result<()> {
    memory::check_points("io::save", [rows.n, rows.d], 8)?;
    let len = 8 * rows.data.len();
    let tensor =
        serde_json::json!({ "points": { "dtype": "F64", "shape": [rows.n, rows.d], "data_offsets": [0, len] } });
    let mut header = tensor.to_string();
    // numbers begin at a multiple of eight
    header.push_str(&" ".repeat(header.len().next_multiple_of(8) - header.len()));
    let mut bytes = Vec::with_capacity(8 + header.len() + len);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header.as_bytes());
    for piece in rows.data.chunks(PIECE / 8) {
        interrupt::poll()?;
        bytes.extend(piece.iter().flat_map(|v| v.to_le_bytes()));
    }
    write_atomically(path, &bytes)
}
