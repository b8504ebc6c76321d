//! The trees of version 2: records of one length, in order.
use super::bytes::{Cursor, Source, checked};

/// What the header of a tree says.
struct Tree {
    node: usize,
    record: usize,
    /// for each level above the leaves, the bytes of the counts of a child: records in it, and records below
    counts: Vec<[usize; 2]>,
}

/// Levels above the leaves.
const LEVELS: usize = 16;

fn bytes_for(n: u64) -> usize {
    (u64::BITS - n.leading_zeros()).div_ceil(8).max(1) as usize
}

/// How many bytes the counts of children take: what a node below holds at most decides.
fn counts(offsets: usize, node: usize, record: usize, depth: usize) -> Result<Vec<[usize; 2]>, String> {
    let small = || "it is damaged: the nodes of a tree are too small".to_string();
    // sign, version, kind and checksum
    let room = node.checked_sub(10).ok_or_else(small)?;
    let mut most = (room / record) as u64;
    let mut below = most;
    let width = bytes_for(most);
    let mut out = vec![];
    for level in 0..depth {
        let all = if level == 0 { 0 } else { bytes_for(below) };
        out.push([width, all]);
        let pointer = offsets + width + all;
        most = (room.checked_sub(pointer).ok_or_else(small)? / (record + pointer)) as u64;
        below = most.saturating_add(1).saturating_mul(below).saturating_add(most);
    }
    Ok(out)
}

/// Every record of a tree of a kind, in order.
///
/// # Errors
/// Says what is damaged.
pub fn records(source: &mut Source, at: u64, kind: u8) -> Result<Vec<Vec<u8>>, String> {
    let len = 22 + source.offsets + source.lengths;
    let bytes = source.piece(at, len as u64)?;
    let mut c = Cursor::new(checked(&bytes, "a tree")?);
    c.sign(b"BTHD", "a tree")?;
    let (version, found) = (c.byte()?, c.byte()?);
    let (node, record, depth) = (c.size(4)?, c.size(2)?, c.size(2)?);
    c.take(2)?;
    let (root, count) = (c.uint(source.offsets)?, c.size(2)?);
    if version != 0 || found != kind || record == 0 || depth > LEVELS {
        return Err("it is damaged: a tree is not what it should be".into());
    }
    let tree = Tree { node, record, counts: counts(source.offsets, node, record, depth)? };
    let mut out = vec![];
    if count > 0 {
        walk(source, &tree, (root, count, depth), &mut out)?;
    }
    Ok(out)
}

fn walk(
    source: &mut Source,
    tree: &Tree,
    (at, count, level): (u64, usize, usize),
    out: &mut Vec<Vec<u8>>,
) -> Result<(), String> {
    let pointer = level.checked_sub(1).map(|l| tree.counts[l]);
    let children = pointer.map_or(0, |[n, all]| count.saturating_add(1).saturating_mul(source.offsets + n + all));
    let len = count.saturating_mul(tree.record).saturating_add(children).saturating_add(10);
    if len > tree.node {
        return Err("it is damaged: a node of a tree holds more than it can".into());
    }
    let bytes = source.piece(at, len as u64)?;
    let mut c = Cursor::new(checked(&bytes, "a node of a tree")?);
    c.sign(if level == 0 { b"BTLF" } else { b"BTIN" }, "a node of a tree")?;
    c.take(2)?;
    let records: Vec<Vec<u8>> =
        (0..count).map(|_| c.take(tree.record).map(<[u8]>::to_vec)).collect::<Result<_, String>>()?;
    let Some([n, all]) = pointer else {
        out.extend(records);
        return Ok(());
    };
    let mut records = records.into_iter();
    for _ in 0..=count {
        let (at, count) = (c.uint(source.offsets)?, c.size(n)?);
        c.take(all)?;
        walk(source, tree, (at, count, level - 1), out)?;
        out.extend(records.next());
    }
    Ok(())
}
