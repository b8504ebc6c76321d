//! Ranks that are threads of one process, for tests and for what is measured of a rank.
use gflow::error::{Error, Result};
use gflow::ranks::{Ranks, Team};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Longer than any rank waits for another here.
const PATIENCE: Duration = Duration::from_secs(100);

/// Where threads meet and leave bytes for each other.
struct Board {
    pieces: Mutex<Vec<Vec<u8>>>,
    /// of each rank, its pieces for all
    exchanged: Mutex<Vec<Vec<Vec<u8>>>>,
    /// how many have come, and to which meeting
    came: Mutex<(usize, usize)>,
    all: Condvar,
}

impl Board {
    fn wait(&self, size: usize) -> Result<()> {
        let mut came = self.came.lock().unwrap();
        let meeting = came.1;
        came.0 += 1;
        if came.0 == size {
            *came = (0, meeting + 1);
            self.all.notify_all();
            return Ok(());
        }
        let (_came, late) = self.all.wait_timeout_while(came, PATIENCE, |c| c.1 == meeting).unwrap();
        if late.timed_out() { Err(Error::data("ranks", "the others do not come")) } else { Ok(()) }
    }
}

/// What a rank has exchanged.
#[derive(Default)]
pub struct Traffic {
    pub meetings: AtomicUsize,
    /// those of pieces that differ in length: work that was shared
    pub shared: AtomicUsize,
    /// bytes of others
    pub received: AtomicUsize,
}

/// One of them.
struct Thread {
    board: Arc<Board>,
    rank: usize,
    size: usize,
    worth: usize,
    splits: usize,
    traffic: Arc<Traffic>,
}

impl Thread {
    fn note(&self, lengths: &[usize]) {
        self.traffic.meetings.fetch_add(1, Relaxed);
        self.traffic.shared.fetch_add(usize::from(lengths.iter().any(|n| *n != lengths[0])), Relaxed);
        self.traffic.received.fetch_add(lengths.iter().sum::<usize>() - lengths[self.rank], Relaxed);
    }
}

impl Ranks for Thread {
    fn rank(&self) -> usize {
        self.rank
    }
    fn size(&self) -> usize {
        self.size
    }
    fn gather(&self, lengths: &[usize], all: &mut [u8]) -> Result<()> {
        self.note(lengths);
        let before = |rank: usize| lengths[..rank].iter().sum::<usize>();
        let piece = |rank: usize| before(rank)..before(rank + 1);
        self.board.pieces.lock().unwrap()[self.rank] = all[piece(self.rank)].to_vec();
        self.board.wait(self.size)?;
        for (rank, bytes) in self.board.pieces.lock().unwrap().iter().enumerate() {
            all[piece(rank)].copy_from_slice(bytes);
        }
        self.board.wait(self.size)
    }
    fn exchange(&self, mine: &[u8], to: &[usize], from: &[usize], theirs: &mut [u8]) -> Result<()> {
        self.note(from);
        let pieces = to.iter().scan(0, |at, n| Some(&mine[std::mem::replace(at, *at + n)..][..*n]));
        self.board.exchanged.lock().unwrap()[self.rank] = pieces.map(<[u8]>::to_vec).collect();
        self.board.wait(self.size)?;
        let of_all = |all: &Vec<Vec<Vec<u8>>>| all.iter().flat_map(|p| p[self.rank].clone()).collect::<Vec<u8>>();
        theirs.copy_from_slice(&of_all(&self.board.exchanged.lock().unwrap()));
        self.board.wait(self.size)
    }
    fn worth(&self) -> usize {
        self.worth
    }
    fn splits(&self) -> usize {
        self.splits
    }
}

/// What f returns on each of so many ranks, to which what is worth so many multiplications is worth sharing, and which split samples of so many
/// numbers.
pub fn splitting<T: Send>(
    size: usize,
    (worth, splits): (usize, usize),
    f: impl Fn(Arc<Team>, &Traffic) -> T + Sync,
) -> Vec<T> {
    let board = Arc::new(Board {
        pieces: Mutex::new(vec![vec![]; size]),
        exchanged: Mutex::new(vec![vec![]; size]),
        came: Mutex::default(),
        all: Condvar::new(),
    });
    let (f, board) = (&f, &board);
    std::thread::scope(|s| {
        let begin = |rank: usize| {
            s.spawn(move || {
                let traffic = Arc::new(Traffic::default());
                let thread = Thread { board: board.clone(), rank, size, worth, splits, traffic: traffic.clone() };
                f(Arc::new(Team::new(Box::new(thread))), &traffic)
            })
        };
        let ranks: Vec<_> = (0..size).map(begin).collect();
        ranks.into_iter().map(|r| r.join().unwrap()).collect()
    })
}
