//! What a file holds, read in the plainest way: points that a damaged file gives must be numbers that stand in it.
use gflow::dataset::Rows;

fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
}

const MISSING: &[&str] = &["", "na", "n/a", "nan", "-nan", "+nan", "null", "none", "?", "<na>"];

fn number(text: &str, comma: bool) -> Option<f64> {
    if MISSING.iter().any(|m| text.eq_ignore_ascii_case(m)) {
        return Some(f64::NAN);
    }
    match text {
        "True" | "TRUE" | "true" => return Some(1.0),
        "False" | "FALSE" | "false" => return Some(0.0),
        _ if comma && text.contains('.') => return None,
        _ => {}
    }
    let text = if comma { text.replacen(',', ".", 1) } else { text.into() };
    text.parse().ok()
}

/// Whether a line may be left out as names: it has no number, or nothing but those that count columns.
fn may_be_names(fields: &[&str], comma: bool) -> bool {
    let is_number = |f: &&&str| number(f, comma).is_some_and(|x| !x.is_nan());
    let numbers: Vec<&&str> = fields.iter().filter(is_number).collect();
    let counted = numbers.iter().enumerate().all(|(i, f)| ***f == i.to_string());
    numbers.is_empty() || counted && (numbers.len() > 2 || fields[0].is_empty())
}

/// Whether the points are one of the readings of a text in which none of its numbers is lost but those of an index.
fn reading(lines: &[&str], separator: char, comma: bool, rows: &Rows) -> bool {
    let split = |line: &&str| -> Vec<String> {
        match separator {
            ' ' => line.split_ascii_whitespace().map(String::from).collect(),
            s => line.split(s).map(|f| f.trim_matches([' ', '\t']).to_string()).collect(),
        }
    };
    let table: Vec<Vec<String>> = lines.iter().map(split).collect();
    let first: Vec<&str> = table[0].iter().map(String::as_str).collect();
    for (names, index, open) in (0..8).map(|k| (k & 1 == 1, k & 2 == 2, k & 4 == 4)) {
        let body = &table[usize::from(names)..];
        let Some(columns) = body.first().map(Vec::len) else { continue };
        let unnamed = first[0].is_empty() || first[0] == "Unnamed: 0" || first.len() + 1 == columns;
        let wrong = names && !may_be_names(&first, comma) || index && !(names && unnamed);
        let empty = |line: &Vec<String>| line.last().is_some_and(String::is_empty);
        if wrong || open && !body.iter().all(empty) || body.iter().any(|l| l.len() != columns) {
            continue;
        }
        let of_line = |line: &Vec<String>| line[usize::from(index)..columns - usize::from(open)].to_vec();
        let numbers: Option<Vec<f64>> = body.iter().flat_map(of_line).map(|f| number(&f, comma)).collect();
        if numbers.is_some_and(|n| body.len() == rows.n && same(&n, &rows.data)) {
            return true;
        }
    }
    false
}

/// Panics if points do not stand in a text. Texts with quotes, comments and more than ASCII are taken on trust.
pub fn check_text(input: &[u8], rows: &Rows) {
    let Ok(text) = str::from_utf8(input) else { return };
    if !text.is_ascii() || text.contains(['"', '#', '\r', '\u{b}', '\u{c}']) {
        return;
    }
    let lines: Vec<&str> = text.split('\n').filter(|l| !l.trim_matches([' ', '\t']).is_empty()).collect();
    let of_tabs: Vec<&str> = text.split('\n').filter(|l| !l.trim_matches(' ').is_empty()).collect();
    let found = [',', ';', '\t', '|', ' '].into_iter().any(|separator| {
        let lines = if separator == '\t' { &of_tabs } else { &lines };
        [false, true].into_iter().any(|comma| !lines.is_empty() && reading(lines, separator, comma, rows))
    });
    assert!(found, "a wrong value: {rows:?} of {text:?}");
}

/// A float of 16 bits by way of one of 32.
fn half(bits: u16) -> f64 {
    let magnitude = u32::from(bits & 0x7FFF);
    let value = match magnitude >> 10 {
        31 if magnitude & 1023 == 0 => f32::INFINITY,
        31 => f32::NAN,
        _ => f32::from_bits(magnitude << 13) * 2f32.powi(112),
    };
    f64::from(if bits >> 15 == 1 { -value } else { value })
}

fn element(kind: &str, bytes: &[u8], big: bool) -> f64 {
    let mut b = [0; 8];
    for (i, byte) in bytes.iter().enumerate() {
        b[if big { bytes.len() - 1 - i } else { i }] = *byte;
    }
    let (wide, empty) = (u64::from_le_bytes(b), 64 - 8 * bytes.len() as u32);
    match kind {
        "f8" => f64::from_bits(wide),
        "f4" => f64::from(f32::from_bits(wide as u32)),
        "f2" => half(wide as u16),
        _ if kind.starts_with('i') => ((wide << empty) as i64 >> empty) as f64,
        _ => wide as f64,
    }
}

/// Panics if points are not the numbers of an npy file, by its header as another parser reads it.
pub fn check_npy(input: &[u8], rows: &Rows) {
    let Ok(header) = npyz::NpyHeader::from_reader(input) else { return };
    let kind = header.dtype().descr().trim_matches(['\'', '"']).to_string();
    let (big, kind) = (kind.starts_with('>'), kind.trim_start_matches(['<', '>', '|', '=']).to_string());
    let shape: Vec<usize> = header.shape().iter().map(|n| *n as usize).collect();
    let size: usize = kind[1..].parse().unwrap();
    let body = &input[input.len() - size * rows.data.len()..];
    let fortran = header.order() == npyz::Order::Fortran;
    let mut expected = vec![];
    for i in 0..rows.data.len() {
        // the indices of the i-th number in row-major order, and where the file has them
        let (mut rest, mut index) = (i, vec![0; shape.len()]);
        for axis in (0..shape.len()).rev() {
            (index[axis], rest) = (rest % shape[axis], rest / shape[axis]);
        }
        let mut axes: Vec<usize> = (0..shape.len()).collect();
        if fortran {
            axes.reverse();
        }
        let at = axes.iter().fold(0, |at, axis| at * shape[*axis] + index[*axis]);
        expected.push(element(&kind, &body[at * size..(at + 1) * size], big));
    }
    assert!(rows.n == shape[0] && same(&expected, &rows.data), "a wrong value: {rows:?}, expected {expected:?}");
}
