//! An HDF5 file: its objects by their paths, and what they hold.
use super::attributes::{self, Value, fixed, pointed};
use super::bytes::Source;
use super::dataset::Dataset;
use super::groups::{Link, links};
use super::header::{Message, read};
use super::heaps::Global;
use super::kinds::{Kind, Type};
use super::superblock;
use crate::catalogue::nearest;
use crate::input::{Input, excerpt};
use crate::io::element::Numbers;
use crate::io::wanted::Texts;
use crate::memory;
use std::collections::HashSet;

/// An open file.
pub struct File {
    source: Source,
    root: u64,
}

/// Soft links after each other, and groups inside each other.
const DEEP: usize = 32;
/// Objects that are listed.
const MANY: usize = 10_000;

/// An object of a file.
pub struct Object {
    messages: Vec<Message>,
    /// what it holds, if it is a group
    pub links: Option<Vec<(String, Link)>>,
}

/// A place for what is read of a dataset: all of an element, or a field of a record.
pub type Part<'a> = Option<&'a str>;

impl File {
    /// Opens a file of so many bytes.
    ///
    /// # Errors
    /// Says why it is no HDF5 file.
    pub fn open(file: Input, len: u64) -> Result<File, String> {
        let mut source = Source::new(file, len);
        let root = superblock::open(&mut source)?;
        Ok(File { source, root })
    }

    /// The object at a place.
    ///
    /// # Errors
    /// Says what is damaged.
    pub fn object(&mut self, at: u64) -> Result<Object, String> {
        let messages = read(&mut self.source, at)?;
        let links = links(&mut self.source, &messages)?;
        Ok(Object { messages, links })
    }

    /// The object at a path; none if there is nothing.
    ///
    /// # Errors
    /// Says what is damaged, or not followed.
    pub fn find(&mut self, path: &str) -> Result<Option<Object>, String> {
        self.follow(path, 0)
    }

    fn follow(&mut self, path: &str, depth: usize) -> Result<Option<Object>, String> {
        if depth > DEEP {
            return Err("it is damaged: its links lead in circles".into());
        }
        let mut at = self.object(self.root)?;
        let mut before = String::new();
        for step in path.split('/').filter(|s| !s.is_empty()) {
            let link = at.links.iter().flatten().find(|(n, _)| n == step).map(|(_, l)| l.clone());
            at = match link {
                None => return Ok(None),
                Some(Link::Hard(place)) => self.object(place)?,
                Some(Link::Elsewhere) => {
                    return Err(format!("`{}` is a link to another file, which is not followed", excerpt(step)));
                }
                Some(Link::Soft(target)) => {
                    let target = if target.starts_with('/') { target } else { format!("{before}/{target}") };
                    match self.follow(&target, depth + 1)? {
                        Some(object) => object,
                        None => return Ok(None),
                    }
                }
            };
            before = format!("{before}/{step}");
        }
        Ok(Some(at))
    }

    /// What a dataset is, if it is one.
    ///
    /// # Errors
    /// Says what is damaged.
    pub fn dataset(&mut self, object: &Object) -> Result<Option<Dataset>, String> {
        Dataset::read(&mut self.source, &object.messages)
    }

    /// An attribute of an object.
    ///
    /// # Errors
    /// Says what is damaged.
    pub fn attribute(&mut self, object: &Object, name: &str) -> Result<Option<Value>, String> {
        attributes::find(&mut self.source, &object.messages, name)
    }

    /// The numbers of a dataset, or of one field of its records, and how many there are in an element.
    ///
    /// # Errors
    /// Says what is damaged, or that they are no numbers.
    pub fn numbers(&mut self, dataset: &Dataset, part: Part) -> Result<(Vec<f64>, usize), String> {
        let (at, of) = part_of(&dataset.of, part)?;
        let not = || format!("its elements are {}, expected numbers", excerpt(&of.described()));
        let (each, element, big) = of.numbers().ok_or_else(not)?;
        let (whole, size) = (dataset.of.size, of.size);
        let count = dataset.count()?;
        if let Some(reason) = memory::refusal(memory::product(&[count, each, 8])) {
            return Err(format!("its shape {:?} {reason}", dataset.shape));
        }
        let mut out = Numbers::Double(vec![]);
        let mut picked = vec![];
        dataset.each(&mut self.source, &mut |bytes| {
            out.reserve(bytes.len() / whole * each)?;
            if size == whole {
                return element.numbers(bytes, big, &mut out);
            }
            picked.clear();
            bytes.chunks_exact(whole).for_each(|e| picked.extend_from_slice(&e[at..at + size]));
            element.numbers(&picked, big, &mut out)
        })?;
        Ok((out.double()?, each))
    }

    /// The texts of a dataset, or of one field of its records.
    ///
    /// # Errors
    /// Says what is damaged, or that they are no texts.
    pub fn texts(&mut self, dataset: &Dataset, part: Part) -> Result<Texts, String> {
        let (at, of) = part_of(&dataset.of, part)?;
        let (whole, size) = (dataset.of.size, of.size);
        let heap = match of.kind {
            Kind::Text => false,
            Kind::Texts => true,
            _ => return Err(format!("its elements are {}, expected texts", excerpt(&of.described()))),
        };
        let mut out = Texts::default();
        let mut places = vec![];
        dataset.each(&mut self.source, &mut |bytes| {
            for e in bytes.chunks_exact(whole) {
                if heap {
                    memory::reserve(&mut places, size)?;
                    places.extend_from_slice(&e[at..at + size]);
                } else {
                    out.push(&fixed(&e[at..at + size]));
                }
            }
            Ok(())
        })?;
        let (mut heap, mut all) = (Global::default(), 0u64);
        for (i, place) in places.chunks_exact(size.max(1)).enumerate() {
            crate::interrupt::poll_each(i).map_err(|e| e.to_string())?;
            let text = pointed(&mut self.source, &mut heap, place)?;
            // each stands in the file
            all += text.len() as u64;
            if all > self.source.len {
                return Err("it is damaged: its texts are longer than the file".into());
            }
            out.push(&text);
        }
        Ok(out)
    }

    /// The paths and places of all datasets, and of groups that `leaf` says are to be taken as one.
    ///
    /// # Errors
    /// Says what is damaged.
    pub fn walk(&mut self, leaf: fn(&[(String, Link)]) -> bool) -> Result<Vec<(String, u64)>, String> {
        let (mut out, mut seen) = (vec![], HashSet::from([self.root]));
        let mut open = vec![(String::new(), self.root, 0)];
        while let Some((path, at, depth)) = open.pop() {
            crate::interrupt::poll().map_err(|e| e.to_string())?;
            let object = self.object(at)?;
            match &object.links {
                Some(links) if !leaf(links) => {
                    for (name, link) in links.iter().rev() {
                        if let Link::Hard(at) = link
                            && seen.insert(*at)
                            && depth < DEEP
                        {
                            let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
                            open.push((path, *at, depth + 1));
                        }
                    }
                }
                _ => out.push((path, at)),
            }
            if out.len() + open.len() > MANY {
                return Err(format!("it holds more than {MANY} objects"));
            }
        }
        Ok(out)
    }
}

/// The bytes of an element that are a field of it, and their type.
fn part_of<'a>(of: &'a Type, part: Part) -> Result<(usize, &'a Type), String> {
    let Some(name) = part else { return Ok((0, of)) };
    let Kind::Record(fields) = &of.kind else {
        return Err(format!("its elements are {}, which have no field `{}`", excerpt(&of.described()), excerpt(name)));
    };
    let found = fields.iter().find(|f| f.name == name).map(|f| (f.at, &f.of));
    found.ok_or_else(|| {
        let names: Vec<&str> = fields.iter().map(|f| f.name.as_str()).collect();
        let hint =
            nearest(name, names.iter().copied()).map_or(String::new(), |n| format!("; did you mean `{}`?", excerpt(n)));
        let shown: Vec<String> = names.iter().take(12).map(|n| format!("`{}`", excerpt(n))).collect();
        format!("it has no field `{}`, but {}{hint}", excerpt(name), shown.join(", "))
    })
}
