//! The statements that cubecl-environment sends, word for word, and what happens to damaged and shared files.
use std::future::Future;
use std::task::{Context, Poll, Waker};
use turso::transaction::TransactionBehavior;
use turso::{Builder, Connection, Error};

fn now<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(v) => v,
        Poll::Pending => panic!("nothing here waits"),
    }
}

const INSERT: &str = "INSERT INTO entries (namespace, key, value, origin) \
                      VALUES (?1, ?2, ?3, ?4) \
                      ON CONFLICT(namespace, key) DO UPDATE \
                      SET value = excluded.value, origin = excluded.origin \
                      WHERE entries.origin = 1 AND excluded.origin = 0";
const REPLACE: &str = "INSERT INTO entries (namespace, key, value, origin) \
                       VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT(namespace, key) DO UPDATE \
                       SET value = excluded.value, origin = excluded.origin";
const SELECT: &str = "SELECT value FROM entries WHERE namespace = ?1 AND key = ?2";
const SCAN: &str = "SELECT key, value, origin FROM entries WHERE namespace = ?1";

fn open(location: &str) -> Connection {
    now(Builder::new_local(location).experimental_multiprocess_wal(true).build()).unwrap().connect().unwrap()
}

fn put(c: &Connection, sql: &str, key: u8, value: u8, origin: i64) -> u64 {
    now(c.execute(sql, ("tune", vec![key], vec![value], origin))).unwrap()
}

fn get(c: &Connection, key: u8) -> Option<u8> {
    let mut rows = now(c.query(SELECT, ("tune", vec![key]))).unwrap();
    now(rows.next()).unwrap().map(|r| r.get::<Vec<u8>>(0).unwrap()[0])
}

fn location(dir: &tempfile::TempDir) -> String {
    dir.path().join("cache.db").display().to_string()
}

#[test]
fn entries_stay_and_local_ones_replace_imported_ones() {
    let dir = tempfile::tempdir().unwrap();
    let c = open(&location(&dir));
    assert_eq!(put(&c, INSERT, 1, 10, 1), 1);
    assert_eq!(put(&c, INSERT, 1, 11, 1), 0);
    assert_eq!(put(&c, INSERT, 1, 12, 0), 1);
    assert_eq!(put(&c, INSERT, 1, 13, 0), 0);
    assert_eq!(put(&c, REPLACE, 1, 14, 0), 1);
    assert_eq!(put(&c, INSERT, 2, 20, 0), 1);
    let again = open(&location(&dir));
    assert_eq!((get(&again, 1), get(&again, 2), get(&again, 3)), (Some(14), Some(20), None));
    let mut rows = now(again.query(SCAN, ("tune",))).unwrap();
    let mut seen = vec![];
    while let Some(r) = now(rows.next()).unwrap() {
        seen.push((r.get::<Vec<u8>>(0).unwrap(), r.get::<Vec<u8>>(1).unwrap(), r.get::<i64>(2).unwrap()));
    }
    assert_eq!(seen, [(vec![1], vec![14], 0), (vec![2], vec![20], 0)]);
    let summary = "SELECT namespace, COUNT(*), SUM(length(key) + length(value)) \
                   FROM entries GROUP BY namespace ORDER BY namespace";
    let row = now(now(again.query(summary, ())).unwrap().next()).unwrap().unwrap();
    assert_eq!((row.get::<String>(0).unwrap().as_str(), row.get::<i64>(1), row.get::<i64>(2)), ("tune", Ok(2), Ok(4)));
}

#[test]
fn two_connections_of_two_processes_share_a_file() {
    let dir = tempfile::tempdir().unwrap();
    // two databases of one file, as two processes have them
    let (a, b) = (open(&location(&dir)), open(&location(&dir)));
    assert_eq!(put(&a, INSERT, 1, 10, 0), 1);
    assert_eq!(put(&b, INSERT, 1, 11, 0), 0, "b reads what a wrote before it writes");
    assert_eq!(put(&b, INSERT, 2, 20, 0), 1);
    assert_eq!(put(&a, INSERT, 3, 30, 0), 1);
    let c = open(&location(&dir));
    assert_eq!((get(&c, 1), get(&c, 2), get(&c, 3)), (Some(10), Some(20), Some(30)));
}

#[test]
fn transactions_land_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let mut c = open(&location(&dir));
    let t = now(c.transaction_with_behavior(TransactionBehavior::Immediate)).unwrap();
    put(&t, INSERT, 1, 10, 0);
    drop(t);
    assert_eq!(get(&c, 1), None);
    let t = now(c.transaction_with_behavior(TransactionBehavior::Immediate)).unwrap();
    now(t.execute("INSERT INTO meta (k, v) VALUES (?1, ?2) ON CONFLICT(k) DO UPDATE SET v = excluded.v", ("v", "3")))
        .unwrap();
    put(&t, INSERT, 1, 10, 0);
    assert_eq!(get(&open(&location(&dir)), 1), None, "nothing is in the file before the commit");
    now(t.commit()).unwrap();
    let again = open(&location(&dir));
    assert_eq!(get(&again, 1), Some(10));
    let meta = now(now(again.query("SELECT v FROM meta WHERE k = ?1", ("v",))).unwrap().next()).unwrap().unwrap();
    assert_eq!(meta.get::<String>(0).unwrap(), "3");
}

/// Cut or changed anywhere, a file opens with the records before the damage, and goes on.
#[test]
fn damage_costs_what_follows_it() {
    let dir = tempfile::tempdir().unwrap();
    let c = open(&location(&dir));
    for k in 0..5 {
        put(&c, INSERT, k, 10 + k, 0);
    }
    let path = format!("{}.records", location(&dir));
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x40;
        for damaged in [&whole[..at], &flipped[..]] {
            std::fs::write(&path, damaged).unwrap();
            let c = open(&location(&dir));
            let seen: Vec<Option<u8>> = (0..5).map(|k| get(&c, k)).collect();
            let whole_ones = seen.iter().take_while(|v| v.is_some()).count();
            assert!(seen[whole_ones..].iter().all(Option::is_none), "damage at {at}: {seen:?}");
            assert!(seen[..whole_ones].iter().enumerate().all(|(k, v)| *v == Some(10 + k as u8)));
            put(&c, REPLACE, 9, 99, 0);
            assert_eq!(get(&open(&location(&dir)), 9), Some(99));
        }
    }
}

#[test]
fn other_statements_and_read_only_files_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let c = open(&location(&dir));
    assert!(matches!(now(c.execute("VACUUM", ())), Err(Error::Misuse(_))));
    assert!(matches!(now(c.query("SELECT 1", ())), Err(Error::Misuse(_))));
    put(&c, INSERT, 1, 10, 0);
    let reader = now(Builder::new_local(&location(&dir)).read_only(true).build()).unwrap().connect().unwrap();
    assert_eq!(get(&reader, 1), Some(10));
    assert!(now(reader.execute(INSERT, ("tune", vec![2], vec![2], 0))).is_err());
    assert!(now(Builder::new_local("/nowhere/at/all").build()).is_err());
}
