//! The small commands: list, help, info, completions, man.
use super::Exit;
use super::streams::{answer, say};
use crate::script::names;

/// `gflow list [room]`
pub fn list(room: Option<&str>, json: bool) -> Exit {
    let mut rooms = names::rooms();
    if json {
        rooms.push(TYPES);
    }
    if let Some(r) = room.filter(|r| !rooms.contains(r)) {
        let hint = crate::catalogue::nearest(r, rooms.iter().copied())
            .map_or(String::new(), |n| format!("; did you mean {n}?"));
        say(format_args!("error: there is no room `{r}`: the rooms are {}{hint}", rooms.join(", ")));
        return Exit::Usage;
    }
    if json {
        return answer(pages(|r| room.is_none_or(|wanted| wanted == r)));
    }
    let mut text = String::new();
    for r in rooms.into_iter().filter(|r| room.is_none_or(|wanted| wanted == *r)) {
        text += &format!("{r}\n");
        for e in names::all().iter().filter(|e| e.room == r) {
            let first = e.doc.split(". ").next().unwrap_or(e.doc).trim_end_matches('.');
            text += &format!("  {:<22} {first}\n", e.name);
        }
    }
    answer(text.trim_end())
}

/// The room of the types, in what other programs read.
const TYPES: &str = "types";

/// Every page of some rooms, for another program.
fn pages(wanted: impl Fn(&str) -> bool) -> String {
    let entries = names::all().iter().map(|e| (e.room, e.name));
    let types = names::types().into_iter().map(|t| (TYPES, t.0));
    let all = entries.chain(types).filter(|(room, _)| wanted(room));
    let page = |(room, name)| {
        let page = names::page(name)?;
        Some(serde_json::json!({ "room": room, "name": name, "doc": page.doc, "page": page.markdown() }))
    };
    serde_json::json!(all.filter_map(page).collect::<Vec<_>>()).to_string()
}

/// `gflow help NAME`
pub fn help(name: Option<&str>) -> Exit {
    let Some(name) = name else {
        return answer(
            "gflow run SCRIPT        run a script\ngflow list [ROOM]       what the language knows\ngflow help NAME         explain a name: gpa, Points, list.push, plot\ngflow help types        the types of values, each with a page of what it can do\ngflow --help            every command and option",
        );
    };
    match names::page(name) {
        Some(page) => answer(page.text().trim_end()),
        None => {
            say(format_args!("error: there is no page for `{name}`{}", names::instead(name)));
            Exit::Usage
        }
    }
}

/// `gflow info`
pub fn info() -> Exit {
    let mut text = format!("gflow {}\n", env!("CARGO_PKG_VERSION"));
    for (name, what) in crate::device::survey() {
        text += &format!("  {name:<8} {what}\n");
    }
    let chosen = crate::device::open(crate::device::Choice::Auto).map_or("none".to_string(), |c| c.name.to_string());
    text += &format!(
        "  auto     chooses {chosen}\n  limits   exact transport: 400,000,000 pairs of points; figures: 30,000 pixels a side\n"
    );
    answer(text.trim_end())
}

/// `gflow completions SHELL`
pub fn completions(shell: clap_complete::Shell) -> Exit {
    use clap::CommandFactory;
    let mut bytes = vec![];
    clap_complete::generate(shell, &mut super::args::Cli::command(), "gflow", &mut bytes);
    answer(String::from_utf8_lossy(&bytes).trim_end())
}

/// `gflow man [COMMAND]`
pub fn manual(name: Option<&str>) -> Exit {
    use clap::CommandFactory;
    let mut all = super::args::Cli::command();
    all.build();
    let page = match name {
        None => all,
        Some(name) => {
            let names: Vec<String> = all.get_subcommands().map(|c| c.get_name().to_string()).collect();
            let Some(command) = all.find_subcommand(name) else {
                let hint = crate::catalogue::nearest(name, names.iter().map(String::as_str))
                    .map_or(String::new(), |n| format!("; did you mean {n}?"));
                say(format_args!("error: there is no command `{name}`: the commands are {}{hint}", names.join(", ")));
                return Exit::Usage;
            };
            command.clone()
        }
    };
    let mut bytes = vec![];
    match clap_mangen::Man::new(page).render(&mut bytes) {
        Ok(()) => answer(String::from_utf8_lossy(&bytes).trim_end()),
        Err(e) => super::streams::lost(&e),
    }
}
