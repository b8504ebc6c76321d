//! From a name to its page: functions, methods and properties, types, options.
use super::arguments;
use super::builtin;
use super::help::{Described, Page, Section};
use super::index::{Index, Name, Type, split};
use super::rich::Rich;
use super::statements;
use crate::catalogue::{Entry, Opt};

/// Names of functions at most that a page of a type lists as those that make its values.
const MAKERS: usize = 16;

impl Page {
    /// In all its forms.
    pub fn rich(&self) -> Rich {
        Rich { text: self.text(), markdown: Some(self.markdown()), ..Rich::default() }
    }
}

/// The page of whatever somebody asks for: `ring`, `data::ring`, `Points`, `Points.rows`, `list.push`, `push`, `data`.
pub fn find(index: &Index, asked: &str) -> Option<Page> {
    let asked = asked.trim().trim_end_matches("()").trim_matches(':');
    let asked = if asked == "try" { "catch" } else { asked };
    let asked = index.spellings.iter().find(|s| s.0 == asked).map_or(asked, |s| s.1);
    if asked == "types" {
        return Some(types(index));
    }
    if let Some((owner, name)) = asked.rsplit_once('.') {
        let kind = called(index, owner)?;
        return index.member(kind.name, name).map(|n| of_name(index, n));
    }
    if let Some(e) = index.entry(asked) {
        let mut page = of_entry(index, e);
        page.sections.extend(methods_named(index, asked, e.signature));
        return Some(page);
    }
    if let Some(n) = index.function(asked) {
        let mut page = of_name(index, n);
        page.sections.extend(methods_named(index, asked, n.signature));
        // `range` and `blob` are types, too
        if let Some(t) = index.kind(asked) {
            let kind = of_type(index, t);
            page.doc = format!("{} {}", page.doc, kind.doc);
            page.sections.extend(kind.sections);
        }
        return Some(page);
    }
    if let Some(t) = called(index, asked) {
        return Some(of_type(index, t));
    }
    if let Some(e) = index.find(asked) {
        return Some(of_entry(index, e));
    }
    let statement = statements::page(asked);
    statement.or_else(|| of_members(index, asked)).or_else(|| of_room(index, asked))
}

/// A type by its name, whatever the size of its letters, or by what other languages call it.
fn called<'i>(index: &'i Index, name: &str) -> Option<&'i Type> {
    const ELSEWHERE: [(&str, &str); 8] = [
        ("array", "list"),
        ("lists", "list"),
        ("string", "text"),
        ("texts", "text"),
        ("maps", "map"),
        ("closure", "function"),
        ("functions", "function"),
        ("numbers", "number"),
    ];
    let lower = name.to_lowercase();
    let name = ELSEWHERE.iter().find(|e| e.0 == lower).map_or(name, |e| e.1);
    let exact = index.kind(name);
    // `points`, `critic` and `run` are functions or options, too: only a name that nothing else has is read so freely
    exact.or_else(|| index.types.iter().find(|t| t.name.to_lowercase() == lower))
}

/// The page of an entry.
pub fn of_entry(index: &Index, e: &Entry) -> Page {
    let defaults = (e.defaults)();
    let mut sections: Vec<Section> = vec![];
    sections.extend(listed_arguments(e.name, e.signature));
    Page {
        head: e.signature.into(),
        doc: e.doc.into(),
        equation: e.equation,
        cite: e.cite,
        sections,
        options: e.options.iter().map(|o| Described::new(o, &defaults)).collect(),
        example: e.example.into(),
        see: beside_entry(index, e),
    }
}

/// A section about the arguments of a signature that stand for something.
fn listed_arguments(name: &str, signature: &str) -> Option<Section> {
    let known = arguments::words(name, signature).into_iter();
    let known = known.filter_map(|w| Some((w.to_string(), arguments::meaning(name, w)?.doc.to_string())));
    let rows: Vec<(String, String)> = known.collect();
    (!rows.is_empty()).then_some(Section { title: "arguments", rows })
}

/// The type of what an entry gives, and its neighbours in the room.
fn beside_entry(index: &Index, e: &Entry) -> Vec<String> {
    const NEAR: usize = 4;
    let mut out: Vec<String> = vec![];
    let gives = index.names.iter().find(|n| n.name == e.name).map_or("", |n| n.gives);
    out.extend(
        index.kind(gives).filter(|t| !builtin::TYPES.iter().any(|b| b.name == t.name)).map(|t| t.name.to_string()),
    );
    let room: Vec<&Entry> =
        index.entries.iter().filter(|o| o.room == e.room && split(o.name).0 == split(e.name).0).collect();
    let at = room.iter().position(|o| o.name == e.name).unwrap_or(0);
    let from = at.saturating_sub(NEAR / 2);
    out.extend(room.iter().skip(from).take(NEAR + 1).filter(|o| o.name != e.name).map(|o| o.name.to_string()));
    out
}

/// The page of a function without an entry, a method or a property.
pub fn of_name(index: &Index, n: &Name) -> Page {
    if let Some(e) = index.entry(n.name).filter(|e| e.signature == n.signature) {
        return of_entry(index, e);
    }
    let head = if n.owner.is_empty() { n.signature.to_string() } else { format!("{}.{}", n.owner, n.signature) };
    let mut sections: Vec<Section> = vec![];
    sections.extend(listed_arguments(n.name, n.signature));
    let what = match (n.owner, n.is_called()) {
        ("", _) => "",
        (_, true) => "A method: ",
        (_, false) => "A property: ",
    };
    let gives = match n.gives {
        "" | "nothing" => String::new(),
        gives => format!(" Gives: {gives}."),
    };
    let line = n.doc.trim_end_matches('.');
    let mut see: Vec<String> = vec![];
    if !n.owner.is_empty() {
        see.push(n.owner.to_string());
        see.extend(index.entry(n.name).map(|e| e.name.to_string()));
    } else if builtin::is_elementary(n.name) {
        see.push("number".into());
    }
    Page {
        head,
        doc: format!("{}{gives}", capital(&format!("{what}{line}."))),
        sections,
        example: index.example(n),
        see,
        ..Page::default()
    }
}

/// Methods and properties that are called like a function.
fn methods_named(index: &Index, name: &str, signature: &str) -> Option<Section> {
    let named = index.names.iter().filter(|n| !n.owner.is_empty() && n.name == name && n.signature != signature);
    let rows: Vec<(String, String)> =
        named.map(|n| (format!("{}.{}", n.owner, n.signature), first_sentence(n.doc).to_string())).collect();
    (!rows.is_empty()).then_some(Section { title: "behind a dot", rows })
}

/// A method that several types have: that of the first, and the others.
fn of_members(index: &Index, name: &str) -> Option<Page> {
    let all: Vec<&Name> = index.names.iter().filter(|n| !n.owner.is_empty() && n.name == name).collect();
    let (first, others) = all.split_first()?;
    let mut page = of_name(index, first);
    if !others.is_empty() {
        let rows = others.iter().map(|n| (format!("{}.{}", n.owner, n.signature), n.doc.to_string())).collect();
        page.sections.push(Section { title: "of other types", rows });
    }
    Some(page)
}

/// What a value of a type can do, and how one is made.
pub fn of_type(index: &Index, t: &Type) -> Page {
    let members: Vec<&Name> = index.names.iter().filter(|n| n.owner == t.name).collect();
    let rows = |of: &dyn Fn(&Name) -> bool| -> Vec<(String, String)> {
        members.iter().filter(|n| of(n)).map(|n| (behind_dot(index, n), first_sentence(n.doc).to_string())).collect()
    };
    let makers: Vec<&str> =
        index.names.iter().filter(|n| n.gives == t.name && n.owner.is_empty()).map(|n| n.name).collect();
    let mut sections = vec![];
    if !makers.is_empty()
        && index.entries.iter().any(|e| makers.contains(&e.name))
        && !builtin::TYPES.iter().any(|b| b.name == t.name)
    {
        let more = makers.len().saturating_sub(MAKERS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown = makers[..makers.len().min(MAKERS)].join(", ");
        sections.push(Section { title: "given by", rows: vec![("functions".into(), format!("{shown}{more}"))] });
    }
    for (title, rows) in [("properties", rows(&|n| !n.is_called())), ("methods", rows(&|n| n.is_called()))] {
        if !rows.is_empty() {
            sections.push(Section { title, rows });
        }
    }
    let takes = members.iter().find(|n| !n.example.is_empty()).map(|n| format!("{}.{}", t.name, n.name));
    let see = [Some(t.page.to_string()).filter(|p| !p.is_empty()), takes, Some("types".to_string())];
    Page {
        head: t.name.into(),
        doc: t.about.into(),
        sections,
        example: t.sample.into(),
        see: see.into_iter().flatten().collect(),
        ..Page::default()
    }
}

/// A signature as it is written behind the dot. That of an entry has the value before it, `d.estimate(p, q)`, or as its first
/// argument, `split(x, share)`.
fn behind_dot(index: &Index, n: &Name) -> String {
    let calls = arguments::calls(n.name, n.signature);
    let Some(last) = calls.last().filter(|_| n.is_called()) else { return n.signature.to_string() };
    let dotted = n.signature.contains(&format!(".{}(", n.name));
    // those of tables are written without their table
    let of_table = |e: &Entry| e.room == "tables" && n.owner == "Table";
    let of_function = !dotted && index.entry(n.name).is_some_and(|e| e.signature == n.signature && !of_table(e));
    let shown = if of_function { last.get(1..).unwrap_or_default() } else { &calls[0][..] };
    format!("{}({})", n.name, shown.join(", "))
}

/// A line as a sentence.
fn capital(line: &str) -> String {
    let mut c = line.chars();
    c.next().map_or(String::new(), |first| first.to_uppercase().chain(c).collect())
}

fn first_sentence(text: &str) -> &str {
    text.split(". ").next().unwrap_or(text).trim_end_matches('.')
}

/// The types, a line each.
fn types(index: &Index) -> Page {
    let line = |t: &Type| (t.name.to_string(), first_sentence(t.about).to_string());
    Page {
        head: "types".into(),
        doc: "The types of values. help(\"Points\") lists what points can do, help(v) what the value v can.".into(),
        sections: vec![Section { title: "types", rows: index.types.iter().map(line).collect() }],
        ..Page::default()
    }
}

/// What a room or a module holds.
fn of_room(index: &Index, name: &str) -> Option<Page> {
    let of = |e: &&Entry| e.room == name || split(e.name).0 == name;
    let rows: Vec<(String, String)> =
        index.entries.iter().filter(of).map(|e| (e.name.to_string(), first_sentence(e.doc).to_string())).collect();
    let section = Section { title: "names", rows };
    (!section.rows.is_empty()).then(|| Page {
        head: name.into(),
        doc: "help(\"name\") explains one of them.".into(),
        sections: vec![section],
        ..Page::default()
    })
}

/// The page of an option of an entry.
pub fn of_option(e: &Entry, o: &Opt) -> Page {
    Page {
        head: format!("{}: an option of {}", o.name, e.name),
        doc: Described::new(o, &(e.defaults)()).line(),
        see: vec![e.name.to_string()],
        ..Page::default()
    }
}
