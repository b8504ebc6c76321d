//! The records: in memory as maps, in the file as one change after another.
//!
//! A record is its length and a checksum (eight bytes each, little-endian) and its bytes. Processes append under a lock of
//! the file; what another process appended is read before the next write. A record that was cut off or damaged ends the
//! file: it and what follows are dropped, which costs no more than tuning again.
use crate::{Error, Result, Value};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// The first bytes of a file of records.
const HEAD: &[u8; 16] = b"small records 1\n";

/// A namespace and a key in it.
pub(crate) type Key = (String, Vec<u8>);

pub(crate) struct Entry {
    pub value: Vec<u8>,
    /// 0 for what was found out here, 1 for what was brought along
    pub origin: i64,
}

/// One change of the tables.
pub(crate) enum Change {
    Meta(String, String),
    /// the entries are gone
    Clear,
    Purge(String),
    Delete(Key),
    /// unless `always`, an entry stays as it is, except that one found out here replaces one brought along
    Put {
        key: Key,
        value: Vec<u8>,
        origin: i64,
        always: bool,
    },
}

/// A set of records and its file.
pub struct Database {
    pub(crate) store: Arc<Mutex<Store>>,
}

pub(crate) struct Store {
    file: File,
    read_only: bool,
    /// how much of the file the maps hold
    read: u64,
    pub meta: BTreeMap<String, String>,
    pub entries: BTreeMap<Key, Entry>,
    /// the bytes of a transaction
    pub pending: Option<Vec<u8>>,
}

fn io(what: &'static str) -> impl Fn(std::io::Error) -> Error {
    move |e| Error::IoError(e.kind(), what)
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Database")
    }
}

impl Database {
    pub(crate) fn open(location: &str, read_only: bool) -> Result<Database> {
        let path = format!("{location}.records");
        let mut options = OpenOptions::new();
        options.read(true).write(!read_only).create(!read_only);
        let file = options.open(Path::new(&path)).map_err(io("opening the cache"))?;
        let mut store =
            Store { file, read_only, read: 0, meta: BTreeMap::new(), entries: BTreeMap::new(), pending: None };
        store.locked(|_| Ok(()))?;
        Ok(Database { store: Arc::new(Mutex::new(store)) })
    }
}

impl Store {
    /// Takes the file's lock, reads what others wrote meanwhile, and runs `f`.
    fn locked<T>(&mut self, f: impl FnOnce(&mut Store) -> Result<T>) -> Result<T> {
        let lock = if self.read_only { self.file.lock_shared() } else { self.file.lock() };
        lock.map_err(io("locking the cache"))?;
        let done = self.catch_up().and_then(|()| f(self));
        let unlocked = self.file.unlock().map_err(io("unlocking the cache"));
        done.and_then(|v| unlocked.map(|()| v))
    }

    fn catch_up(&mut self) -> Result<()> {
        let reading = io("reading the cache");
        self.file.seek(SeekFrom::Start(self.read)).map_err(&reading)?;
        let mut bytes = vec![];
        self.file.read_to_end(&mut bytes).map_err(&reading)?;
        let mut rest = &bytes[..];
        if self.read == 0 {
            match rest.strip_prefix(HEAD) {
                Some(after) => (rest, self.read) = (after, HEAD.len() as u64),
                None if self.read_only => return Err(Error::Error("the cache is no file of records".into())),
                None => return self.begin_anew(),
            }
        }
        while let Some((record, after)) = split(rest) {
            let Some(change) = decode(record) else { break };
            self.apply(&change);
            self.read += (rest.len() - after.len()) as u64;
            rest = after;
        }
        if !rest.is_empty() && !self.read_only {
            self.file.set_len(self.read).map_err(io("mending the cache"))?;
        }
        Ok(())
    }

    fn begin_anew(&mut self) -> Result<()> {
        let writing = io("writing the cache");
        self.file.set_len(0).map_err(&writing)?;
        self.file.seek(SeekFrom::Start(0)).map_err(&writing)?;
        self.file.write_all(HEAD).map_err(&writing)?;
        self.read = HEAD.len() as u64;
        Ok(())
    }

    /// Changes the maps, and the file unless a transaction is under way; how many rows changed.
    pub fn change(&mut self, change: &Change) -> Result<u64> {
        let record = encode(change);
        if let Some(pending) = &mut self.pending {
            pending.extend(record);
            return Ok(self.apply(change));
        }
        self.locked(|s| {
            let changed = s.apply(change);
            if changed > 0 {
                s.append(&record)?;
            }
            Ok(changed)
        })
    }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let writing = io("writing the cache");
        self.file.seek(SeekFrom::Start(self.read)).map_err(&writing)?;
        self.file.write_all(bytes).map_err(&writing)?;
        self.read += bytes.len() as u64;
        Ok(())
    }

    pub fn commit(&mut self) -> Result<()> {
        let bytes = self.pending.take().unwrap_or_default();
        if bytes.is_empty() { Ok(()) } else { self.locked(|s| s.append(&bytes)) }
    }

    /// Forgets a transaction: the file, which never heard of it, is read again.
    pub fn roll_back(&mut self) {
        self.pending = None;
        (self.meta, self.entries, self.read) = (BTreeMap::new(), BTreeMap::new(), 0);
        // a file that cannot be read leaves an empty cache
        let _ = self.locked(|_| Ok(()));
    }

    fn apply(&mut self, change: &Change) -> u64 {
        match change {
            Change::Meta(k, v) => {
                self.meta.insert(k.clone(), v.clone());
                1
            }
            Change::Clear => {
                self.entries.clear();
                1
            }
            Change::Purge(n) => {
                let before = self.entries.len();
                self.entries.retain(|(namespace, _), _| namespace != n);
                (before - self.entries.len()) as u64
            }
            Change::Delete(key) => u64::from(self.entries.remove(key).is_some()),
            Change::Put { key, value, origin, always } => {
                let stays = self.entries.get(key).is_some_and(|e| !(*always || e.origin == 1 && *origin == 0));
                if stays {
                    return 0;
                }
                self.entries.insert(key.clone(), Entry { value: value.clone(), origin: *origin });
                1
            }
        }
    }

    /// The entries of a namespace, by key.
    pub fn of(&self, namespace: &str) -> impl Iterator<Item = (&Vec<u8>, &Entry)> {
        self.entries.iter().filter(move |((n, _), _)| n == namespace).map(|((_, k), e)| (k, e))
    }

    /// Each namespace with the number of its entries and their bytes.
    pub fn summary(&self) -> Vec<Vec<Value>> {
        let mut all: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for ((n, k), e) in &self.entries {
            let (count, bytes) = all.entry(n).or_default();
            *count += 1;
            *bytes += (k.len() + e.value.len()) as i64;
        }
        all.into_iter().map(|(n, (c, b))| vec![n.into(), Value::Integer(c), Value::Integer(b)]).collect()
    }
}

/// FNV-1a: enough to tell a torn record from a whole one.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01B3))
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    bytes.split_first_chunk::<8>().map(|(n, rest)| (u64::from_le_bytes(*n), rest))
}

/// The first record of some bytes, if it is whole, and the rest.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = number(bytes)?;
    let (sum, rest) = number(rest)?;
    let (record, after) = rest.split_at_checked(usize::try_from(len).ok()?)?;
    (checksum(record) == sum).then_some((record, after))
}

fn encode(change: &Change) -> Vec<u8> {
    let (kind, parts): (u8, Vec<&[u8]>) = match change {
        Change::Meta(k, v) => (0, vec![k.as_bytes(), v.as_bytes()]),
        Change::Clear => (1, vec![]),
        Change::Purge(n) => (2, vec![n.as_bytes()]),
        Change::Delete((n, k)) => (3, vec![n.as_bytes(), k]),
        // two bits: brought along, whatever is there
        Change::Put { key: (n, k), value, origin, always } => {
            (4 + u8::from(*origin != 0) + 2 * u8::from(*always), vec![n.as_bytes(), k, value])
        }
    };
    let mut record = vec![kind];
    for part in parts {
        record.extend((part.len() as u64).to_le_bytes());
        record.extend(part);
    }
    [&(record.len() as u64).to_le_bytes()[..], &checksum(&record).to_le_bytes(), &record].concat()
}

fn decode(record: &[u8]) -> Option<Change> {
    let (kind, mut rest) = record.split_first()?;
    let mut parts = vec![];
    while !rest.is_empty() {
        let (len, after) = number(rest)?;
        let (part, after) = after.split_at_checked(usize::try_from(len).ok()?)?;
        parts.push(part.to_vec());
        rest = after;
    }
    let text = |part: &[u8]| String::from_utf8(part.to_vec()).ok();
    Some(match (kind, parts.as_slice()) {
        (0, [k, v]) => Change::Meta(text(k)?, text(v)?),
        (1, []) => Change::Clear,
        (2, [n]) => Change::Purge(text(n)?),
        (3, [n, k]) => Change::Delete((text(n)?, k.clone())),
        (4..=7, [n, k, v]) => Change::Put {
            key: (text(n)?, k.clone()),
            value: v.clone(),
            origin: i64::from((kind - 4) & 1),
            always: (kind - 4) & 2 != 0,
        },
        _ => return None,
    })
}
