//! The old trees: of chunks, and of the names of a group.
use super::bytes::{Cursor, Source};

/// A node: its level, and its entries, each the bytes of its key and where it leads.
struct Node {
    level: u8,
    entries: Vec<(Vec<u8>, u64)>,
}

/// Levels below a root.
const LEVELS: u8 = 32;

fn node(source: &mut Source, at: u64, kind: u8, key: usize) -> Result<Node, String> {
    let head = 8 + 2 * source.offsets;
    let bytes = source.piece(at, head as u64)?;
    let mut c = Cursor::new(&bytes);
    c.sign(b"TREE", "a tree")?;
    let (found, level, count) = (c.byte()?, c.byte()?, c.size(2)?);
    if found != kind || level > LEVELS {
        return Err("it is damaged: a tree is not what it should be".into());
    }
    let offsets = source.offsets;
    let bytes = source.piece(at + head as u64, (count * (key + offsets)) as u64)?;
    let mut c = Cursor::new(&bytes);
    let entries = (0..count).map(|_| Ok((c.take(key)?.to_vec(), c.uint(offsets)?))).collect::<Result<_, String>>()?;
    Ok(Node { level, entries })
}

/// Every leaf of a tree: its key and where it leads, in order.
///
/// # Errors
/// Says what is damaged.
pub fn leaves(source: &mut Source, root: u64, kind: u8, key: usize) -> Result<Vec<(Vec<u8>, u64)>, String> {
    let mut out = vec![];
    // nodes still to be read, the next one last, with the level that they should have
    let mut open = vec![(root, None)];
    while let Some((at, expected)) = open.pop() {
        let node = node(source, at, kind, key)?;
        if expected.is_some_and(|l| l != node.level) {
            return Err("it is damaged: the levels of a tree do not follow each other".into());
        }
        if node.level == 0 {
            crate::memory::reserve(&mut out, node.entries.len())?;
            out.extend(node.entries);
        } else {
            let below = Some(node.level - 1);
            open.extend(node.entries.into_iter().rev().map(|(_, at)| (at, below)));
        }
    }
    Ok(out)
}
