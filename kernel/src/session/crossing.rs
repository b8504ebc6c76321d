//! Values between the session and another program: what is large goes through a file in memory.
use super::descriptors::memory;
use super::held;
use crate::protocol::{Crossing, Element};
use bytemuck::{Pod, cast_slice, cast_slice_mut};
use gflow::script::{Rows, Shared, Value, kind_of};
use gflow::table::{Cell, Column, Table};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Arrays begin at multiples of it.
const ALIGNED: u64 = 64;

/// Values on their way out, and the file for their arrays.
pub struct Outgoing {
    /// that of the other program, or one of ours; none before the first array
    pub file: Option<File>,
    theirs: bool,
    end: u64,
}

impl Outgoing {
    /// Into the file of another program, whose own values have been read by then, or into one that is made when it is needed.
    pub fn into(file: Option<File>) -> Outgoing {
        Outgoing { theirs: file.is_some(), file, end: 0 }
    }
    /// The file, if it was made here.
    pub fn fresh(self) -> Option<File> {
        self.file.filter(|_| !self.theirs)
    }

    fn array(&mut self, bytes: &[u8], shape: Vec<usize>, of: Element) -> Result<Crossing, String> {
        let fail = |e: std::io::Error| format!("the values do not fit into memory: {e}");
        let file = match self.file.take() {
            Some(file) => file,
            None => memory().map_err(fail)?,
        };
        let at = self.end.next_multiple_of(ALIGNED);
        file.write_all_at(bytes, at).map_err(fail)?;
        (self.file, self.end) = (Some(file), at + bytes.len() as u64);
        Ok(Crossing::Array { at, shape, of })
    }

    fn numbers(&mut self, v: &[f64], shape: Vec<usize>) -> Result<Crossing, String> {
        self.array(cast_slice(v), shape, Element::F64)
    }

    fn column(&mut self, c: &Column) -> Result<Crossing, String> {
        if let Column::Numbers(v) = c {
            return self.numbers(v, vec![v.len()]);
        }
        let one = |i| match c.cell(i) {
            Cell::Missing => Crossing::Nothing,
            Cell::Number(x) => Crossing::Number(format!("{x:?}")),
            Cell::Truth(b) => Crossing::Bool(b),
            Cell::Text(t) => Crossing::Text(t.into()),
        };
        Ok(Crossing::List((0..c.len()).map(one).collect()))
    }

    /// A value in the form in which it leaves; what cannot leave is held.
    ///
    /// # Errors
    /// No memory for it.
    pub fn value(&mut self, v: Shared) -> Result<Crossing, String> {
        Ok(match v {
            Shared::Plain(Value::Nothing) => Crossing::Nothing,
            Shared::Plain(Value::Bool(b)) => Crossing::Bool(b),
            Shared::Plain(Value::Integer(i)) => Crossing::Integer(i),
            Shared::Plain(Value::Number(x)) => Crossing::Number(format!("{x:?}")),
            Shared::Plain(Value::Text(t)) => Crossing::Text(t),
            Shared::Plain(Value::Numbers(v)) => self.numbers(&v, vec![v.len()])?,
            Shared::Plain(Value::Points(r)) => self.numbers(&r.data, vec![r.n, r.d])?,
            Shared::Points(p) => self.array(p.bytes(), vec![p.n, p.d], Element::F64)?,
            Shared::Integers(v) => self.array(cast_slice(&v), vec![v.len()], Element::I64)?,
            Shared::List(all) => Crossing::List(all.into_iter().map(|v| self.value(v)).collect::<Result<_, _>>()?),
            Shared::Map(all) => {
                let mut one = |(k, v)| Ok::<_, String>((k, self.value(v)?));
                Crossing::Map(all.into_iter().map(&mut one).collect::<Result<_, _>>()?)
            }
            Shared::Table(t) => {
                let mut one = |(k, c): &(Arc<str>, Column)| Ok::<_, String>((k.to_string(), self.column(c)?));
                Crossing::Table(t.columns().iter().map(&mut one).collect::<Result<_, _>>()?)
            }
            Shared::Held(v) => {
                let kind = kind_of(&v);
                Crossing::Held { id: held::hold(v), kind }
            }
        })
    }
}

/// Numbers of a file from a byte on.
fn read<T: Pod>(file: &File, at: u64, count: usize) -> Result<Vec<T>, String> {
    let missing = |why: &dyn std::fmt::Display| format!("the values did not come through: {why}");
    let bytes = count.checked_mul(size_of::<T>()).and_then(|b| at.checked_add(b as u64));
    let length = file.metadata().map_err(|e| missing(&e))?.len();
    if bytes.is_none_or(|end| end > length) {
        return Err(missing(&"the file ends before them"));
    }
    let mut out = vec![T::zeroed(); count];
    file.read_exact_at(cast_slice_mut(&mut out), at).map_err(|e| missing(&e))?;
    Ok(out)
}

fn column(c: Crossing, file: Option<&File>) -> Result<Column, String> {
    match c {
        Crossing::Array { of: Element::I64, at, shape } => {
            let all = Crossing::Array { of: Element::I64, at, shape };
            match value(all, file)? {
                Shared::Integers(v) => Ok(Column::numbers(v.into_iter().map(|i| i as f64).collect())),
                _ => Err("a column is a list".into()),
            }
        }
        Crossing::Array { .. } => match value(c, file)? {
            Shared::Plain(Value::Numbers(v)) => Ok(Column::numbers(v)),
            _ => Err("a column is a list".into()),
        },
        Crossing::List(all) => {
            let truths: Option<Vec<Option<bool>>> = all
                .iter()
                .map(|v| match v {
                    Crossing::Bool(b) => Some(Some(*b)),
                    Crossing::Nothing => Some(None),
                    _ => None,
                })
                .collect();
            if let Some(truths) = truths {
                return Ok(Column::truths(truths));
            }
            let text = |v: &Crossing| match v {
                Crossing::Text(t) => Ok(Some(t.clone())),
                Crossing::Nothing => Ok(None),
                _ => Err("a column has numbers, truths or texts, not several of them".to_string()),
            };
            let texts = all.iter().map(text).collect::<Result<Vec<_>, _>>()?;
            Column::texts(texts.iter().map(Option::as_deref)).map_err(|e| e.to_string())
        }
        _ => Err("a column is a list".into()),
    }
}

/// A value that comes in, with the file of its arrays.
///
/// # Errors
/// Arrays that the file has not, or of another shape than points; columns that are none.
pub fn value(v: Crossing, file: Option<&File>) -> Result<Shared, String> {
    Ok(match v {
        Crossing::Nothing => Shared::Plain(Value::Nothing),
        Crossing::Bool(b) => Shared::Plain(Value::Bool(b)),
        Crossing::Integer(i) => Shared::Plain(Value::Integer(i)),
        Crossing::Number(x) => Shared::Plain(Value::Number(x.parse().map_err(|_| format!("{x} is no number"))?)),
        Crossing::Text(t) => Shared::Plain(Value::Text(t)),
        Crossing::Array { at, shape, of } => {
            let file = file.ok_or("the values did not come with the message")?;
            let count = shape.iter().try_fold(1usize, |n, s| n.checked_mul(*s)).ok_or("an array that large is none")?;
            if of == Element::I64 && shape.len() == 1 {
                return Ok(Shared::Integers(read(file, at, count)?));
            }
            let data = match of {
                Element::F64 => read(file, at, count)?,
                Element::F32 => read::<f32>(file, at, count)?.into_iter().map(f64::from).collect(),
                Element::I64 => read::<i64>(file, at, count)?.into_iter().map(|i| i as f64).collect(),
            };
            match shape[..] {
                [_] => Shared::Plain(Value::Numbers(data)),
                [n, d] => Shared::Plain(Value::Points(Rows { data, n, d })),
                _ => return Err(format!("an array of {} dimensions is neither a list nor points", shape.len())),
            }
        }
        Crossing::List(all) => Shared::List(all.into_iter().map(|v| value(v, file)).collect::<Result<_, _>>()?),
        Crossing::Map(all) => {
            let one = |(k, v)| Ok::<_, String>((k, value(v, file)?));
            Shared::Map(all.into_iter().map(one).collect::<Result<_, _>>()?)
        }
        Crossing::Table(all) => {
            let one = |(k, c): (String, Crossing)| Ok::<_, String>((Arc::from(k), column(c, file)?));
            let columns = all.into_iter().map(one).collect::<Result<_, _>>()?;
            Shared::Table(Table::new(columns).map_err(|e| e.to_string())?)
        }
        Crossing::Held { id, .. } => Shared::Held(held::get(id).ok_or("the value belongs to another session")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What goes out comes in as it was.
    #[test]
    fn values_come_back() {
        let rows = Rows { data: (0..70_000).map(|i| f64::from(i) / 7.0).collect(), n: 35_000, d: 2 };
        let odd = vec![f64::NAN, f64::INFINITY, -0.0, 5e-324];
        let texts = Column::texts([Some("a"), None, Some("λ")]).unwrap();
        let truths = Column::truths(vec![Some(true), None, Some(false)]);
        let columns = vec![
            (Arc::from("x"), Column::numbers(vec![1.0, f64::NAN, 3.0])),
            (Arc::from("t"), texts),
            (Arc::from("b"), truths),
        ];
        let all = Shared::List(vec![
            Shared::Plain(Value::Points(rows)),
            Shared::Map(vec![("odd".into(), Shared::Plain(Value::Numbers(odd)))]),
            Shared::Integers(vec![i64::MAX, -1]),
            Shared::Plain(Value::Number(f64::NEG_INFINITY)),
            Shared::Table(Table::new(columns).unwrap()),
        ]);
        let told = format!("{all:?}");
        let mut outgoing = Outgoing::into(None);
        let crossing = outgoing.value(all).unwrap();
        let text = serde_json::to_string(&crossing).unwrap();
        let back = value(serde_json::from_str(&text).unwrap(), outgoing.file.as_ref()).unwrap();
        assert!(format!("{back:?}") == told, "{back:?}");
    }

    /// Arrays that are not there are errors, not memory.
    #[test]
    fn what_is_not_there_is_an_error() {
        let file = memory().unwrap();
        for shape in [vec![1], vec![usize::MAX], vec![usize::MAX, 2], vec![1 << 40, 1 << 20], vec![1, 1, 1]] {
            for of in [Element::F64, Element::F32, Element::I64] {
                assert!(value(Crossing::Array { at: 8, shape: shape.clone(), of }, Some(&file)).is_err());
                assert!(value(Crossing::Array { at: u64::MAX, shape: shape.clone(), of }, Some(&file)).is_err());
            }
        }
        assert!(value(Crossing::Array { at: 0, shape: vec![1], of: Element::F64 }, None).is_err());
        assert!(value(Crossing::Held { id: 99, kind: String::new() }, None).is_err());
    }
}
