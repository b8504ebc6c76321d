//! How much memory can still be had: what a user or a file asks for is measured against it before it is asked for.
//!
//! A request that the system cannot grant ends the program (its allocator aborts), or, where memory is promised more often
//! than there is, whatever else runs on the machine. Sizes are products of numbers that somebody typed or wrote into a
//! header, so they are formed in 128 bits that saturate.
use crate::error::{Error, Result};

/// Requests below this are made without a look at the machine: they are a hot path's, and a machine has that much.
const SMALL: u128 = 64 << 20;

/// The product of sizes, saturating.
pub fn product(sizes: &[usize]) -> u128 {
    if sizes.contains(&0) { 0 } else { sizes.iter().fold(1, |all: u128, n| all.saturating_mul(*n as u128)) }
}

/// A number of bytes as a reader takes it in: `512 MB`, `6.7 GB`.
pub fn amount(bytes: u128) -> String {
    let b = bytes as f64;
    match b {
        _ if b < 1e3 => format!("{bytes} bytes"),
        _ if b < 1e6 => format!("{:.1} kB", b / 1e3),
        _ if b < 1e9 => format!("{:.1} MB", b / 1e6),
        _ if b < 1e15 => format!("{:.1} GB", b / 1e9),
        _ => format!("{:.1e} GB", b / 1e9),
    }
}

/// Bytes that this process can still get: the least of what the machine has free, what its control group leaves, and what
/// its own limit (`ulimit -v`) leaves. None where the system does not say.
pub fn free() -> Option<u128> {
    [machine(), group(), limit()].into_iter().flatten().min()
}

/// Bytes that this process has. None where the system does not say.
pub fn used() -> Option<u64> {
    u64::try_from(kilobytes(&read("/proc/self/status")?, "VmRSS:")?).ok()
}

/// Why `bytes` cannot be had with an eighth of what is free to spare; none if they can.
pub fn refusal(bytes: u128) -> Option<String> {
    if bytes <= SMALL {
        return None;
    }
    // without a word from the system, what no address can name is still too much
    let free = free().unwrap_or(1 << 47);
    let fits = bytes <= free - free / 8;
    (!fits).then(|| format!("would take {} of memory, {} is free", amount(bytes), amount(free)))
}

/// Errors if `bytes` cannot be had with an eighth of what is free to spare; `what` begins the message.
///
/// # Errors
/// Names what asks, how much it would take and how much is free.
pub fn check(what: &str, bytes: u128) -> Result<()> {
    refusal(bytes).map_or(Ok(()), |reason| Err(Error::data(what, reason)))
}

/// Makes room for `more` entries, in steps that double, as [`Vec::reserve`] does, but never beyond what is free.
///
/// # Errors
/// Says how much it would take and how much is free.
pub fn reserve<T>(list: &mut Vec<T>, more: usize) -> std::result::Result<(), String> {
    if list.capacity() - list.len() >= more {
        return Ok(());
    }
    let least = list.len().saturating_add(more);
    let wanted = least.max(list.capacity().saturating_mul(2));
    // while it moves, the list may be there twice
    let now = list.len();
    let bytes = |n: usize| product(&[n, size_of::<T>()]).saturating_add(product(&[now, size_of::<T>()]));
    let size = if refusal(bytes(wanted)).is_none() { wanted } else { least };
    if let Some(reason) = refusal(bytes(size)) {
        return Err(reason);
    }
    let extra = size - list.len();
    list.try_reserve_exact(extra)
        .map_err(|_| format!("would take {} of memory, more than there is", amount(bytes(size))))
}

/// The same for n points of dimension d at so many bytes a coordinate: 8 of those that users hold, 4 more of their copy that
/// networks and flows work with. The words are made only for an error.
///
/// # Errors
/// Names what asks, how many points, how much they would take and how much is free.
pub fn check_points(what: &str, [n, d]: [usize; 2], bytes: usize) -> Result<()> {
    let all = product(&[n, d, bytes]);
    if all <= SMALL { Ok(()) } else { check(&format!("{what}, {n} points in dimension {d}"), all) }
}

/// The number of kB behind a name in a table of the kernel.
fn kilobytes(table: &str, name: &str) -> Option<u128> {
    let line = table.lines().find_map(|l| l.strip_prefix(name))?;
    line.split_whitespace().next()?.parse::<u128>().ok().map(|kb| kb << 10)
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn number(path: &str) -> Option<u128> {
    read(path)?.trim().parse().ok()
}

fn machine() -> Option<u128> {
    kilobytes(&read("/proc/meminfo")?, "MemAvailable:")
}

/// What the control groups of this process leave, of both generations; pages that only cache files can be taken back.
fn group() -> Option<u128> {
    let groups = read("/proc/self/cgroup")?;
    let mut least = None;
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(kinds), Some(path)) = (parts.next(), parts.next()) else { continue };
        let (root, most, used, cached) = match kinds {
            "" => ("/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file "),
            k if k.split(',').any(|k| k == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ")
            }
            _ => continue,
        };
        // inside a container the path may be that of the outside; every group above limits as well
        for at in std::path::Path::new(path).ancestors() {
            let folder = format!("{root}{}", at.display());
            let folder = folder.trim_end_matches('/');
            let (Some(most), Some(used)) = (number(&format!("{folder}/{most}")), number(&format!("{folder}/{used}")))
            else {
                continue;
            };
            let stat = read(&format!("{folder}/memory.stat")).unwrap_or_default();
            let cached = stat.lines().find_map(|l| l.strip_prefix(cached)).and_then(|n| n.trim().parse().ok());
            let left = most.saturating_sub(used.saturating_sub(cached.unwrap_or(0)));
            least = Some(least.map_or(left, |l: u128| l.min(left)));
        }
    }
    least
}

/// What `ulimit -v` leaves.
fn limit() -> Option<u128> {
    let limits = read("/proc/self/limits")?;
    let most: u128 =
        limits.lines().find_map(|l| l.strip_prefix("Max address space"))?.split_whitespace().next()?.parse().ok()?;
    let used = kilobytes(&read("/proc/self/status")?, "VmSize:")?;
    Some(most.saturating_sub(used))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_saturate_and_are_said_in_words() {
        assert_eq!(product(&[3, 4, 5]), 60);
        assert_eq!(product(&[usize::MAX, usize::MAX, usize::MAX]), u128::MAX);
        assert_eq!(product(&[usize::MAX, usize::MAX, 0, usize::MAX]), 0);
        assert_eq!(product(&[]), 1);
        for (bytes, words) in [(17, "17 bytes"), (64_000, "64.0 kB"), (6_700_000_000, "6.7 GB"), (1 << 80, "1.2e15 GB")]
        {
            assert_eq!(amount(bytes), words);
        }
    }

    #[test]
    fn what_fits_passes_and_what_does_not_is_refused_with_both_numbers() {
        assert!(check("a list", 1 << 20).is_ok());
        let e = check("a list", 1 << 60).map_err(|e| e.to_string()).err().unwrap_or_default();
        assert!(e.starts_with("a list: would take 1.2e9 GB of memory, ") && e.ends_with(" is free"), "{e}");
        let mut list = vec![0u8; 10];
        assert!(reserve(&mut list, 1 << 20).is_ok() && list.capacity() >= 10 + (1 << 20) && list.len() == 10);
        assert!(reserve(&mut list, usize::MAX).is_err() && reserve(&mut Vec::<f32>::new(), 1 << 61).is_err());
        let free = free();
        assert!(free.is_none_or(|f| f > 0 && check("a list", f).is_err()));
    }
}
