//! The one table of the language: functions, methods and properties with their names, their pages and what they do. Operators and
//! elementary functions of numbers and lists (`arithmetic.rs`) and of symbols (`trace.rs`) are registered beside it.
//!
//! To give the language a name: write its `Entry` in the room's list, then in the room's file of `script/bind`
//!
//! ```text
//! l.expose("metric::energy", |call, (p, q): (Dynamic, Dynamic)| {
//!     let (p, q) = call.samples("energy", &p, &q)?;
//!     Ok(Energy::default().evaluate(&p, &q)?)
//! });
//! ```
//!
//! The tuple says the arguments: `Dynamic` takes anything, and the functions of `convert` read it with errors that say
//! what was expected; a type of `values` takes only that, and a call that fits no function is answered with the
//! signature. A function whose entry has options is registered with and without a map of them; the map is checked
//! against the entry before the function runs, which reads it from `call.options`. Several `expose` of one name are
//! overloads. Errors of the domain become errors of the script at the call. Methods and properties are rows of their
//! type:
//!
//! ```text
//! let mut p = l.kind::<Points>(text);                           // how a value prints
//! p.property("name", "one line about it", |_, p| Ok(…));
//! p.method("rows(from, to)", "one line", |_, p, (from, to): (Dynamic, Dynamic)| …).example("p.rows(0, 3)");
//! p.expose("estimate", |call, d, (p, q): (Dynamic, Dynamic)| …); // a method that has an entry, and so options
//! ```
//!
//! The page of the type, `help Points`, lists them: its `Kind` says what it is (`ABOUT`) and begins their examples (`SAMPLE`, here
//! `let p = data::ring(6);`). What an argument of a signature is stands in `arguments.rs`.
//!
//! A file that adds rows to a type of another file starts with `l.of::<Points>()`.
use super::call::{Arguments, Call, Outcome, Run, changing, function, method};
use super::index::{Index, Name, Type, split};
use super::kind::Kind;
use super::options::Options;
use crate::catalogue::Entry;
use rhai::{Engine, Map};
use std::any::TypeId;
use std::marker::PhantomData;

/// How the interpreter calls what sets an entry.
const SET: &str = "index$set$";

/// One overload as the interpreter sees it.
pub struct Function {
    /// as the interpreter knows it: `ring`, `get$len`, `+`
    pub name: String,
    /// the module it is in; empty for none
    pub module: &'static str,
    /// the types of the arguments
    pub types: Vec<TypeId>,
    /// whether the first argument is the value itself, and no copy
    pub method: bool,
    /// whether that value is changed
    pub changes: bool,
    /// whether it takes large points as ranks hold them, some rows each
    pub parts: bool,
    /// what the option map that ends the arguments is checked against; none where there is no map
    pub entry: Option<Entry>,
    /// what it does
    pub run: Run,
}

impl Function {
    /// As a script writes it: `plot::hist`, `.len`.
    pub fn shown(&self) -> String {
        match self.name.split_once('$') {
            Some(("get", property)) => format!(".{property}"),
            Some(_) => "an index".into(),
            None if self.module.is_empty() => self.name.clone(),
            None => format!("{}::{}", self.module, self.name),
        }
    }
}

/// What tells the interpreter a type's name and how its values print.
type Printing = Box<dyn Fn(&mut Engine) + Send + Sync>;

/// Every function of the language, and the index of their names.
pub struct Library {
    /// what people see
    pub index: Index,
    /// what the interpreter sees
    pub functions: Vec<Function>,
    /// the types of values
    pub printing: Vec<Printing>,
    /// the options of calls without a map
    pub none: Options,
}

impl Library {
    /// A library of catalogue entries, still without functions.
    pub fn new(entries: Vec<Entry>) -> Library {
        Library { index: Index::new(entries), functions: vec![], printing: vec![], none: Options::default() }
    }

    /// A function with a catalogue entry of this name, with and without options if the entry has some.
    pub fn expose<A: Arguments, T: Kind>(
        &mut self,
        name: &'static str,
        f: impl Fn(&Call, A) -> Outcome<T> + Send + Sync + 'static,
    ) {
        let entry = self.record("", name, T::NAME);
        let (module, name) = split(name);
        self.add(Function {
            name: name.into(),
            module,
            types: A::types(),
            method: false,
            changes: false,
            parts: false,
            entry,
            run: function(f),
        });
    }

    /// A function that is not called without its options.
    pub fn expose_with_options<A: Arguments, T: Kind>(
        &mut self,
        name: &'static str,
        f: impl Fn(&Call, A) -> Outcome<T> + Send + Sync + 'static,
    ) {
        self.expose(name, f);
        self.functions.pop();
    }

    /// An operator: a function that no page names.
    pub fn operator<A: Arguments, T: Kind>(
        &mut self,
        name: &'static str,
        f: impl Fn(&Call, A) -> Outcome<T> + Send + Sync + 'static,
    ) {
        let run = function(f);
        self.add(Function {
            name: name.into(),
            module: "",
            types: A::types(),
            method: false,
            changes: false,
            parts: false,
            entry: None,
            run,
        });
    }

    /// A type of values with how it prints, ready for its methods and properties.
    pub fn kind<R: Kind>(&mut self, text: fn(&R) -> String) -> Of<'_, R> {
        self.index.note_type(Type { name: R::NAME, about: R::ABOUT, sample: R::SAMPLE, page: R::PAGE });
        self.printing.push(Box::new(move |engine| {
            engine.register_type_with_name::<R>(R::NAME);
            engine.register_fn("to_string", move |v: &mut R| text(v));
            engine.register_fn("to_debug", move |v: &mut R| text(v));
        }));
        self.of()
    }

    /// More methods and properties of a type.
    pub fn of<R: Kind>(&mut self) -> Of<'_, R> {
        Of { library: self, kind: PhantomData }
    }

    /// Another spelling of a function, which nobody is told of.
    pub fn alias(&mut self, spelling: &'static str, name: &'static str) {
        let again = |f: &Function| Function {
            name: spelling.into(),
            module: f.module,
            types: f.types.clone(),
            method: f.method,
            changes: f.changes,
            parts: f.parts,
            entry: f.entry,
            run: f.run.clone(),
        };
        let more: Vec<Function> = self.functions.iter().filter(|f| f.name == name).map(again).collect();
        self.functions.extend(more);
        self.spelled(spelling, name);
    }

    /// Notes another spelling of a name, whose page is that of the name.
    pub fn spelled(&mut self, spelling: &'static str, name: &'static str) {
        self.index.spellings.push((spelling, name));
    }

    /// Notes a name with the signature and the line of its entry, which is returned.
    fn record(&mut self, owner: &'static str, name: &'static str, gives: &'static str) -> Option<Entry> {
        let entry = self.index.entry(name).copied();
        let (signature, doc) = entry.map_or((name, ""), |e| (e.signature, e.doc));
        self.index.note(Name { owner, name, signature, doc, gives, example: "" });
        entry
    }

    /// The function, and where its entry has options the same with a map of them.
    fn add(&mut self, f: Function) {
        if f.entry.is_some_and(|e| !e.options.is_empty()) {
            let types = f.types.iter().copied().chain([TypeId::of::<Map>()]).collect();
            self.functions.push(Function { name: f.name.clone(), types, run: f.run.clone(), ..f });
        }
        self.functions.push(Function { entry: None, ..f });
    }
}

/// A name whose page can say more.
pub struct Noted<'l>(&'l mut Name);

impl Noted<'_> {
    /// How it is called, behind the sample of its type: `p.rows(0, 3)`.
    pub fn example(self, script: &'static str) {
        self.0.example = script;
    }
}

/// The rows of one type.
pub struct Of<'l, R> {
    library: &'l mut Library,
    kind: PhantomData<fn() -> R>,
}

impl<R: Kind> Of<'_, R> {
    /// A property: what `value.name` gives.
    pub fn property<T: Kind>(
        &mut self,
        name: &'static str,
        doc: &'static str,
        f: impl Fn(&Call, &R) -> Outcome<T> + Send + Sync + 'static,
    ) -> Noted<'_> {
        self.add::<()>(format!("get${name}"), None, method(move |call, me, ()| f(call, me)));
        self.noted(Name { owner: R::NAME, name, signature: name, doc, gives: T::NAME, example: "" })
    }

    /// A method, by its signature behind the dot: `rows(from, to)`. One with arguments says by `.example(…)` how it is called.
    pub fn method<A: Arguments, T: Kind>(
        &mut self,
        signature: &'static str,
        doc: &'static str,
        f: impl Fn(&Call, &R, A) -> Outcome<T> + Send + Sync + 'static,
    ) -> Noted<'_> {
        let name = signature.split('(').next().unwrap_or(signature);
        self.add::<A>(name.into(), None, method(f));
        self.noted(Name { owner: R::NAME, name, signature, doc, gives: T::NAME, example: "" })
    }

    /// A method with a catalogue entry of this name, with and without options if the entry has some.
    pub fn expose<A: Arguments, T: Kind>(
        &mut self,
        name: &'static str,
        f: impl Fn(&Call, &R, A) -> Outcome<T> + Send + Sync + 'static,
    ) {
        let entry = self.library.record(R::NAME, name, T::NAME);
        self.add::<A>(name.into(), entry, method(f));
    }

    /// The same for a method that takes large points as ranks hold them, some rows each.
    pub fn expose_to_parts<A: Arguments, T: Kind>(
        &mut self,
        name: &'static str,
        f: impl Fn(&Call, &R, A) -> Outcome<T> + Send + Sync + 'static,
    ) {
        let before = self.library.functions.len();
        self.expose(name, f);
        self.library.functions[before..].iter_mut().for_each(|f| f.parts = true);
    }

    /// A method that nobody is told of: it says what to write instead.
    pub fn hidden<A: Arguments, T: Kind>(
        &mut self,
        name: &'static str,
        f: impl Fn(&Call, &R, A) -> Outcome<T> + Send + Sync + 'static,
    ) {
        self.add::<A>(name.into(), None, method(f));
    }

    /// What `value[index]` gives.
    pub fn index<A: Arguments, T: Kind>(&mut self, f: impl Fn(&Call, &R, A) -> Outcome<T> + Send + Sync + 'static) {
        self.add::<A>("index$get$".into(), None, method(f));
    }

    fn noted(&mut self, name: Name) -> Noted<'_> {
        let at = self.library.index.note(name);
        Noted(&mut self.library.index.names[at])
    }

    /// What `value[index] = …` does, and `value.name = …` where no property is called so; a constant is not changed.
    pub fn set_index<A: Arguments>(&mut self, f: impl Fn(&Call, &mut R, A) -> Outcome<()> + Send + Sync + 'static) {
        self.add_changing::<A>(SET.into(), None, true, changing(f));
    }

    /// What `value[index] = …` says of values that do not change; it is also asked where an entry was only looked at.
    pub fn kept_index<A: Arguments>(&mut self, f: impl Fn(&Call, &R, A) -> Outcome<()> + Send + Sync + 'static) {
        self.add::<A>(SET.into(), None, method(f));
    }

    fn add<A: Arguments>(&mut self, name: String, entry: Option<Entry>, run: Run) {
        self.add_changing::<A>(name, entry, false, run);
    }
    fn add_changing<A: Arguments>(&mut self, name: String, entry: Option<Entry>, changes: bool, run: Run) {
        let types = [TypeId::of::<R>()].into_iter().chain(A::types()).collect();
        self.library.add(Function { name, module: "", types, method: true, changes, parts: false, entry, run });
    }
}
