//! `gflow repl`: one session, cell by cell, in a terminal.
mod leaving;
mod prompt;
mod syntax;
mod words;

use super::Exit;
use super::args::ReplArgs;
use super::streams::{answer, hint, say};
use super::terminal::Terminal;
use super::worker::worker;
use crate::device;
use crate::script::{Session, SessionOptions, colours, help, names};
use leaving::Leaving;
use prompt::CellPrompt;
use reedline::{
    ColumnarMenu, DefaultHinter, Emacs, FileBackedHistory, KeyCode, KeyModifiers, MenuBuilder, Reedline, ReedlineEvent,
    ReedlineMenu, Signal, default_emacs_keybindings,
};
use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

const MENU: &str = "completion";

/// `~/.local/share/gflow`, or what the environment says.
fn data_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let data = variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|h| h.join(".local/share")))?;
    Some(data.join("gflow"))
}

/// What leaves the prompt, as people type it elsewhere.
const LEAVE: [&str; 8] = ["exit", "quit", "exit()", "quit()", ":q", ":q!", ":quit", "q()"];

/// Whether a cell asks to leave: not where the script has given the name to something.
fn leaves(session: &Session, cell: &str) -> bool {
    let cell = cell.trim().trim_end_matches(';').trim_end();
    LEAVE.contains(&cell) && !session.defines(cell.trim_end_matches("()"))
}

/// Runs until Ctrl-D or `exit`.
pub fn repl(args: &ReplArgs) -> Exit {
    let compute = match args.device.parse::<device::Choice>().and_then(device::open) {
        Ok(c) => c,
        Err(e) => {
            say(format_args!("error: {e}"));
            return Exit::Device;
        }
    };
    say(format_args!(
        "gflow {} on {} ({}). ?name explains a name, Tab completes, Ctrl-R searches, exit leaves.",
        env!("CARGO_PKG_VERSION"),
        compute.name,
        compute.description
    ));
    let (seed, out) = (args.seed, args.out.clone());
    let run = move || {
        let terminal = Terminal::new(false, false, out.clone().unwrap_or_default(), "figure".into()).interactive();
        let lost = terminal.losses();
        let session = Session::new(SessionOptions {
            compute,
            seed,
            params: Default::default(),
            out,
            folder: None,
            front: Box::new(terminal),
            worker: worker().ok(),
        });
        cells(session, &lost)
    };
    match crate::threads::spawn("session", run) {
        Ok(thread) => thread.join().unwrap_or(Exit::Script),
        Err(e) => {
            say(format_args!("error: cannot start a thread: {e}"));
            Exit::Usage
        }
    }
}

fn editor(session: &Session) -> Reedline {
    let mut keys = default_emacs_keybindings();
    keys.add_binding(
        KeyModifiers::NONE,
        KeyCode::Tab,
        ReedlineEvent::UntilFound(vec![ReedlineEvent::Menu(MENU.into()), ReedlineEvent::MenuNext]),
    );
    keys.add_binding(KeyModifiers::SHIFT, KeyCode::BackTab, ReedlineEvent::MenuPrevious);
    // a line break wherever the cell could be run
    keys.add_binding(
        KeyModifiers::ALT,
        KeyCode::Enter,
        ReedlineEvent::Edit(vec![reedline::EditCommand::InsertNewline]),
    );
    let assistant = session.assistant().clone();
    let mut editor = Reedline::create()
        .with_edit_mode(Box::new(Emacs::new(keys)))
        .with_completer(Box::new(words::Words(assistant.clone())))
        .with_ansi_colors(colours(true))
        .with_quick_completions(true)
        .with_partial_completions(true)
        .with_menu(ReedlineMenu::EngineCompleter(Box::new(ColumnarMenu::default().with_name(MENU))))
        .with_highlighter(Box::new(syntax::Syntax))
        .with_validator(Box::new(words::Whole(assistant)))
        .with_hinter(Box::new(
            DefaultHinter::default().with_style(nu_ansi_term::Style::new().fg(nu_ansi_term::Color::DarkGray)),
        ));
    if let Some(folder) = data_folder()
        && std::fs::create_dir_all(&folder).is_ok()
        && crate::io::append_private(&folder.join("repl_history.txt")).is_ok()
        && let Ok(history) = FileBackedHistory::with_file(10_000, folder.join("repl_history.txt"))
    {
        editor = editor.with_history(Box::new(history));
    }
    editor
}

fn cells(mut session: Session, lost: &AtomicBool) -> Exit {
    let leaving = Leaving::watch(&session.interrupt());
    let seen = std::io::stdin().is_terminal();
    // a terminal that knows no control codes gets lines as they come
    let plain = std::env::var("TERM").is_ok_and(|t| t == "dumb");
    let mut editor = (seen && !plain)
        .then(|| editor(&session).with_break_signal(leaving.prompt()).with_poll_interval(Leaving::SOON));
    let mut count = 1;
    loop {
        let cell = match &mut editor {
            Some(editor) => match editor.read_line(&CellPrompt(count)) {
                Ok(Signal::Success(text)) => text,
                Ok(Signal::CtrlC) => continue,
                Ok(_) => break,
                Err(e) => {
                    say(format_args!("error: {e}"));
                    return leaving.exit().unwrap_or(Exit::Usage);
                }
            },
            None => match piped(&session, seen.then_some(count)) {
                Some(text) => text,
                None => break,
            },
        };
        if cell.trim().is_empty() {
            continue;
        }
        if let Some(editor) = &mut editor {
            // whatever ends the session, what was typed is kept
            let _ = editor.sync_history();
        }
        if leaves(&session, &cell) {
            break;
        }
        if !explain(&session, &cell) {
            let color = colours(std::io::stderr().is_terminal());
            if let Err(d) = session.eval(&format!("cell {count}"), &cell) {
                hint(session.render(&d, color));
            }
            count += 1;
        }
        if leaving.exit().is_some() || session.left() {
            break;
        }
    }
    leaving.exit().unwrap_or(if lost.load(Ordering::Relaxed) { Exit::Usage } else { Exit::Ok })
}

/// Lines of a pipe or of a terminal without control codes, as many as make a whole cell; the prompt has its number.
fn piped(session: &Session, prompt: Option<usize>) -> Option<String> {
    let mut cell = String::new();
    loop {
        if let Some(n) = prompt {
            hint(if cell.is_empty() { format!("[{n}] ") } else { "… ".into() });
        }
        let mut line = vec![];
        if std::io::stdin().lock().read_until(b'\n', &mut line).ok()? == 0 {
            return (!cell.is_empty()).then_some(cell);
        }
        cell += &String::from_utf8_lossy(&line);
        if session.completeness(&cell) != crate::script::Completeness::Incomplete {
            return Some(cell);
        }
    }
}

/// `?name` and `name?`: the page of a name or the value of a variable. False for anything else.
fn explain(session: &Session, cell: &str) -> bool {
    if cell.trim() == "?" {
        answer(format_args!("?name explains a name; the rooms are {}", names::rooms().join(", ")));
        return true;
    }
    let Some(name) = help::question(cell) else { return false };
    match session.inspect(name, name.chars().count()) {
        Some(page) => {
            answer(page.text.trim_end());
        }
        None => say(format_args!("there is nothing named `{name}`")),
    }
    true
}
