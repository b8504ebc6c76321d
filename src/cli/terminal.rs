//! The front end of a terminal: results on stdout, progress and remarks on stderr, figures as files.
use super::Exit;
use super::picture::{self, Protocol};
use super::streams::{self, hint, say};
use crate::input;
use crate::interrupt::Interrupt;
use crate::plot::{Figure, render};
use crate::script::{Event, FrontEnd};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{ErrorKind, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

/// What to show, and where figures go.
pub struct Terminal {
    /// no progress, no remarks
    pub quiet: bool,
    /// one JSON object a line
    pub json: bool,
    /// where figures that are shown are written
    pub folder: PathBuf,
    /// how their names start
    pub stem: String,
    figures: usize,
    /// how figures are shown in the terminal itself
    pictures: Option<Protocol>,
    /// whether a line editor owns the keyboard
    editor: bool,
    bar: Option<ProgressBar>,
    /// whether something meant for standard output, or a figure that was shown, was lost
    lost: Arc<AtomicBool>,
    /// whether there is nobody to ask
    alone: bool,
    /// whether a script goes on when nobody reads its results: it keeps them in a folder
    keeps: bool,
}

impl Terminal {
    /// Nothing shown yet.
    pub fn new(quiet: bool, json: bool, folder: PathBuf, stem: String) -> Terminal {
        Terminal {
            quiet,
            json,
            folder,
            stem,
            figures: 0,
            pictures: None,
            editor: false,
            bar: None,
            lost: Arc::default(),
            alone: false,
            keeps: false,
        }
    }

    /// Says, also once the session has it, whether something meant for standard output was lost.
    pub fn losses(&self) -> Arc<AtomicBool> {
        self.lost.clone()
    }

    /// For someone who sits in front of it: figures are shown where the terminal can, questions asked by the line editor.
    pub fn interactive(self) -> Terminal {
        Terminal { pictures: picture::protocol(), editor: true, ..self }
    }

    /// Where nobody reads on, a script that keeps what it does in a folder comes to its end; others end quietly.
    pub fn keeping(self, keeps: bool) -> Terminal {
        Terminal { keeps, ..self }
    }

    /// Where standard input is none, nobody is asked.
    pub fn alone(self, alone: bool) -> Terminal {
        Terminal { alone, ..self }
    }

    /// One line on stdout. Where it is lost that is said once, and the script goes on: it may write files. Where nobody reads on,
    /// as in front of `| head`, it ends.
    fn line(&mut self, text: &str) {
        let write = || streams::written(text);
        let done = match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        };
        if done.as_ref().is_err_and(|e| e.kind() == ErrorKind::BrokenPipe) {
            if !self.keeps {
                self.close();
                std::process::exit(Exit::Unheard as i32);
            }
            return;
        }
        if let Err(e) = done
            && !self.lost.swap(true, Ordering::Relaxed)
        {
            streams::lost(&e);
        }
    }

    fn remark(&mut self, text: &str) {
        if self.quiet {
            return;
        }
        let write = || say(text);
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn event_json(&mut self, kind: &str, value: serde_json::Value) {
        let line = serde_json::json!({ "event": kind, "value": value }).to_string();
        self.line(&line);
    }

    fn figure(&mut self, f: &Figure, name: &str) {
        let name: String =
            name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
        let path = self.folder.join(format!("{}-{name}.png", self.stem));
        match render::save(f, &path) {
            Ok(()) if self.json => self.event_json("figure", serde_json::json!(path.display().to_string())),
            Ok(()) => self.remark(&format!("figure {name}: {}", path.display())),
            Err(e) => {
                say(format_args!("error: {e}"));
                self.lost.store(true, Ordering::Relaxed);
            }
        }
        if let Some(p) = self.pictures
            && let Ok(png) = std::fs::read(&path)
        {
            picture::show(p, &png, f.width);
        }
    }

    fn progress(&mut self, r: &crate::observer::progress::Report) {
        if self.json {
            let value = serde_json::json!({ "label": r.label, "done": r.done, "total": r.total, "steps_per_second": r.steps_per_second, "divergence": r.divergence });
            return self.event_json("progress", value);
        }
        if self.quiet {
            return;
        }
        let total = r.total as u64;
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(20));
            if let Ok(style) = ProgressStyle::with_template("{bar:28.cyan/dim} {pos}/{len}  {msg}  {eta} left") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_length(total);
        bar.set_position(r.done as u64);
        let divergence = r.divergence.map_or(String::new(), |d| format!("  D {d:.5}"));
        bar.set_message(format!("{:.0} steps/s{divergence}", r.steps_per_second));
        if r.finished {
            self.close();
        }
    }

    /// Removes the bar; what it last said is in the history.
    pub fn close(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// A line by the editor that also reads cells: two readers of one keyboard would share out what is typed.
fn edited(prompt: &str, stop: &Interrupt) -> Option<String> {
    use reedline::{DefaultPrompt, DefaultPromptSegment, Reedline, Signal};
    let prompt = DefaultPrompt::new(DefaultPromptSegment::Basic(prompt.to_string()), DefaultPromptSegment::Empty);
    match Reedline::create().read_line(&prompt) {
        Ok(Signal::Success(line)) => Some(line),
        Ok(Signal::CtrlC) => {
            stop.request();
            None
        }
        _ => None,
    }
}

/// Reads on a thread of its own, so that an interrupt does not wait for the return key.
fn read(password: bool, stop: &Interrupt) -> Option<String> {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let line = if password && std::io::stdin().is_terminal() {
            rpassword::read_password().ok()
        } else {
            let line = input::read_line(&mut std::io::stdin().lock(), input::SCRIPT);
            line.unwrap_or_else(|reason| {
                eprintln!("error: cannot read the answer: {reason}");
                None
            })
        };
        let _ = send.send(line);
    });
    loop {
        match receive.recv_timeout(Duration::from_millis(50)) {
            Ok(line) => return line,
            Err(RecvTimeoutError::Timeout) if !stop.is_requested() => {}
            Err(_) => return None,
        }
    }
}

impl FrontEnd for Terminal {
    fn ask(&mut self, prompt: &str, password: bool, stop: &Interrupt) -> Option<String> {
        self.close();
        if self.alone {
            return None;
        }
        if self.editor && !password && std::io::stdin().is_terminal() {
            return edited(prompt, stop);
        }
        hint(prompt);
        read(password, stop)
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Text(t) if self.json => self.event_json("text", serde_json::json!(t)),
            Event::Result(r) if self.json => self.event_json("result", serde_json::json!(r.text)),
            Event::Display(r) if self.json => self.event_json("display", serde_json::json!(r.text)),
            Event::Text(t) => self.line(&t),
            Event::Result(r) | Event::Display(r) => self.line(&r.text),
            Event::Figure(f) => {
                self.figures += 1;
                let name = self.figures.to_string();
                self.figure(&f, &name);
            }
            // where figures cannot move, the last one stands for all
            Event::Animation(a) => {
                if let Some(f) = a.frames.last() {
                    self.figures += 1;
                    let name = self.figures.to_string();
                    self.figure(f, &name);
                }
            }
            Event::Live { name, figure } => self.figure(&figure, &name),
            // no display changes here
            Event::Clear { .. } | Event::Changing { .. } => {}
            Event::Progress(r) => self.progress(&r),
            Event::Note(n) if self.json => self.event_json("note", serde_json::json!(n)),
            Event::Note(n) => self.remark(&n),
            Event::Error(d) => {
                self.close();
                if self.json {
                    let place = d
                        .place
                        .as_ref()
                        .map(|p| serde_json::json!({ "source": p.source, "line": p.line, "column": p.column }));
                    self.event_json(
                        "error",
                        serde_json::json!({ "message": d.message, "hint": d.hint, "place": place }),
                    );
                }
            }
        }
    }
}
