//! What is said when a session process has died.
use crate::protocol::Failure;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// The end of a session process.
pub struct Death {
    /// how it ended
    pub status: ExitStatus,
    /// why we ended it ourselves
    pub reason: Option<String>,
    /// the variables it had
    pub lost: Vec<String>,
}

impl Death {
    fn cause(&self) -> String {
        if let Some(reason) = &self.reason {
            return reason.clone();
        }
        match (self.status.signal(), self.status.code()) {
            (Some(libc::SIGSEGV | libc::SIGBUS), _) => {
                "it touched memory that is not its own (segmentation fault), or ran out of stack".into()
            }
            (Some(libc::SIGABRT), _) => {
                "it aborted: out of memory, a stack overflow, or a panic that could not be caught (see above)".into()
            }
            (Some(libc::SIGKILL), _) => "it was killed, by the system when memory ran out, or by somebody".into(),
            (Some(libc::SIGILL), _) => "it met an illegal instruction".into(),
            (Some(libc::SIGFPE), _) => "it divided an integer by zero in native code".into(),
            (Some(s), _) => format!("signal {s} ended it"),
            (None, Some(c)) => format!("a cell ended it with exit code {c}"),
            (None, None) => "it ended".into(),
        }
    }

    fn losses(&self) -> String {
        const SHOWN: usize = 12;
        if self.lost.is_empty() {
            return "No variables were lost".into();
        }
        let names: Vec<&str> = self.lost.iter().take(SHOWN).map(String::as_str).collect();
        let more =
            if self.lost.len() > SHOWN { format!(" and {} more", self.lost.len() - SHOWN) } else { String::new() };
        format!("Lost: {}{more}", names.join(", "))
    }

    /// What the cell that ran is answered.
    pub fn failure(&self) -> Failure {
        let value = format!("the session process ended: {}", self.cause());
        let traceback = vec![
            format!("\x1b[31mSessionDied\x1b[0m: {value}."),
            format!(
                "A fresh session is running. {}, with every function defined in this notebook: run the cells that define them again.",
                self.losses()
            ),
        ];
        Failure { name: "SessionDied".into(), value, traceback }
    }
}
