//! Ctrl-C, SIGTERM and SIGHUP while a script runs. The first stops the script, and what it left is written. The second no
//! longer waits for the script; the third not even for the writing.
use super::Exit;
use super::crew::Crew;
use super::keep::Keeper;
use super::signals::{self, Signal};
use super::streams::say;
use crate::interrupt::Interrupt;
use crate::script::context::lock;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// Signals that come together are one: a wrapper passes on what the terminal has already sent to all.
const TOGETHER: Duration = Duration::from_secs(1);

/// How long a script without --out has to stop by itself, and to say where it was.
const GRACE: Duration = Duration::from_millis(120);

/// How long ranks have to stop together, before rank 0 keeps what there is without the script, and before the others leave: mpirun
/// ends them a second after it has told them.
const TOGETHER_BY: [Duration; 2] = [Duration::from_millis(600), Duration::from_millis(900)];

/// What to do at a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// ask the script to stop
    Ask,
    /// the same signal again
    Nothing,
    /// say that the run is being written
    Patience,
    /// write what there is, without the script, and end
    Leave,
    /// end at once
    End,
}

/// What was heard so far.
#[derive(Default)]
struct Heard {
    /// the last signal that counted
    last: Option<Instant>,
    impatient: bool,
}

impl Heard {
    fn signal(&mut self, now: Instant, writing: bool) -> Answer {
        if self.last.is_some_and(|t| now.duration_since(t) < TOGETHER) {
            return Answer::Nothing;
        }
        if self.last.replace(now).is_none() {
            return Answer::Ask;
        }
        if std::mem::replace(&mut self.impatient, true) {
            return Answer::End;
        }
        if writing { Answer::Patience } else { Answer::Leave }
    }
}

/// Listens from now on; says which signal was the first. None where signals cannot be caught. The end of standard input counts as one
/// where that is a pipe from the program that started this one.
pub fn listen(
    interrupt: Interrupt,
    keeper: Arc<Keeper>,
    crew: Crew,
    with_parent: bool,
) -> Option<Arc<OnceLock<Signal>>> {
    let first = Arc::new(OnceLock::new());
    let answer = Arc::new(Mutex::new(answering(first.clone(), interrupt, keeper, crew)));
    if with_parent {
        let answer = answer.clone();
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            lock(&answer)(Signal::Terminate);
        });
    }
    let listening = signals::listen(move |signal| lock(&answer)(signal));
    listening.then_some(first)
}

/// What is done at a signal.
fn answering(
    noted: Arc<OnceLock<Signal>>,
    interrupt: Interrupt,
    keeper: Arc<Keeper>,
    crew: Crew,
) -> impl FnMut(Signal) + Send + 'static {
    let mut heard = Heard::default();
    move |signal| {
        let exit = noted.get_or_init(|| signal).exit();
        crew.ask(&interrupt);
        match heard.signal(Instant::now(), keeper.writing().is_some()) {
            Answer::Ask if crew.is_several() => {
                let (keeper, speaks) = (keeper.clone(), crew.speaks());
                std::thread::spawn(move || {
                    std::thread::sleep(TOGETHER_BY[usize::from(!speaks)]);
                    leave(&keeper, exit)
                });
            }
            // where nothing is kept, nothing has to be waited for
            Answer::Ask if keeper.out.is_none() => {
                std::thread::spawn(move || {
                    std::thread::sleep(GRACE);
                    say("interrupted");
                    std::process::exit(exit as i32);
                });
            }
            Answer::Ask | Answer::Nothing => {}
            Answer::Patience => {
                let folder = keeper.writing().map_or(String::new(), |f| format!(" to {}", f.display()));
                say(format_args!("still writing{folder}; Ctrl-C once more gives it up"));
            }
            Answer::Leave => {
                let keeper = keeper.clone();
                // on a thread of its own, so that a third signal is heard
                std::thread::spawn(move || leave(&keeper, exit));
            }
            Answer::End => std::process::exit(exit as i32),
        }
    }
}

/// Writes what there is, without the script, and ends.
fn leave(keeper: &Keeper, exit: Exit) {
    if let Err(e) = keeper.leave(exit) {
        say(format_args!("error: {e}"));
    }
    std::process::exit(exit as i32);
}

#[cfg(test)]
mod tests {
    use super::{Answer, Heard};
    use std::time::{Duration, Instant};

    #[test]
    fn one_press_is_one_press_and_the_third_ends() {
        let begin = Instant::now();
        let at = |ms: u64| begin + Duration::from_millis(ms);
        for writing in [false, true] {
            let mut heard = Heard::default();
            assert_eq!(heard.signal(at(0), writing), Answer::Ask);
            for passed_on in [1, 300, 600, 900] {
                assert_eq!(heard.signal(at(passed_on), writing), Answer::Nothing);
            }
            let second = if writing { Answer::Patience } else { Answer::Leave };
            assert_eq!(heard.signal(at(1500), writing), second);
            assert_eq!(heard.signal(at(1600), writing), Answer::Nothing);
            assert_eq!(heard.signal(at(3000), writing), Answer::End);
        }
    }
}
