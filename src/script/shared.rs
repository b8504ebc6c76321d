//! Values for a program that takes more of them than numbers and points: lists, maps and tables cross, everything else stays here and
//! is asked by name.
use super::bind::library;
use super::convert::type_of;
use super::diagnostic::Diagnostic;
use super::exchange::{Value, check_name, check_points, enter, leave};
use super::front_end::Event;
use super::picture::picture;
use super::session::Session;
use super::values::TableValue;
use crate::dataset::Rows;
use crate::device::{Points, Reading};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::table::Table;
use rhai::{Array, Dynamic, Map};
use std::sync::Arc;

/// A value that crosses, or one that cannot and is held.
#[derive(Clone, Debug)]
pub enum Shared {
    /// one that every program takes
    Plain(Value),
    /// points [n, d]
    Points(Reading),
    /// a list of whole numbers
    Integers(Vec<i64>),
    /// any other list
    List(Vec<Shared>),
    /// a map, by its keys
    Map(Vec<(String, Shared)>),
    /// a table
    Table(Table),
    /// what only the session can use
    Held(Dynamic),
}

/// How deep lists and maps may lie in each other; the interpreter itself allows no deeper ones.
const DEEPEST: usize = 64;

impl Shared {
    /// A value of the language, by what it is.
    ///
    /// # Errors
    /// Points that cannot be read from their device; an interrupt.
    pub fn of(v: &Dynamic) -> Result<Shared> {
        Shared::within(v, DEEPEST)
    }

    fn within(v: &Dynamic, depth: usize) -> Result<Shared> {
        let v = v.flatten_clone();
        if let Some(t) = v.read_lock::<TableValue>() {
            return Ok(Shared::Table(Table::clone(&t)));
        }
        if depth == 0 {
            return Ok(Shared::Held(v.clone()));
        }
        if let Some(map) = v.read_lock::<Map>() {
            let one = |(k, v): (&_, &Dynamic)| Ok((format!("{k}"), Shared::within(v, depth - 1)?));
            return Ok(Shared::Map(map.iter().map(one).collect::<Result<_>>()?));
        }
        if let Some(all) = v.read_lock::<Array>() {
            return Shared::list(&all, depth - 1);
        }
        if let Some(p) = v.read_lock::<Points>()
            && let Some(points) = Reading::of(&p)?
        {
            return Ok(Shared::Points(points));
        }
        let simple = v.is_unit() || v.is_bool() || v.is_int() || v.is_float() || v.is_string() || v.is::<Points>();
        Ok(if simple { Shared::Plain(leave("the value", &v)?) } else { Shared::Held(v.clone()) })
    }

    fn list(all: &Array, depth: usize) -> Result<Shared> {
        if !all.is_empty() && all.iter().all(Dynamic::is_int) {
            return Ok(Shared::Integers(all.iter().filter_map(|v| v.as_int().ok()).collect()));
        }
        if !all.is_empty() && all.iter().all(|v| v.is_int() || v.is_float()) {
            let number = |v: &Dynamic| v.as_float().or_else(|_| v.as_int().map(|i| i as f64)).ok();
            return Ok(Shared::Plain(Value::Numbers(all.iter().filter_map(number).collect())));
        }
        let mut out = Vec::with_capacity(all.len());
        for (i, v) in all.iter().enumerate() {
            interrupt::poll_each(i)?;
            out.push(Shared::within(v, depth)?);
        }
        Ok(Shared::List(out))
    }

    /// The value of the language.
    fn enter(self) -> Result<Dynamic> {
        Ok(match self {
            Shared::Plain(v) => {
                check_points(&v)?;
                enter(v)
            }
            Shared::Points(p) => enter(Value::Points(Rows { data: p.rows(), n: p.n, d: p.d })),
            Shared::Integers(all) => Dynamic::from(all.into_iter().map(Dynamic::from).collect::<Array>()),
            Shared::List(all) => Dynamic::from(all.into_iter().map(Shared::enter).collect::<Result<Array>>()?),
            Shared::Map(all) => {
                let one = |(k, v): (String, Shared)| Ok((k.into(), v.enter()?));
                Dynamic::from(all.into_iter().map(one).collect::<Result<Map>>()?)
            }
            Shared::Table(t) => Dynamic::from(Arc::new(t) as TableValue),
            Shared::Held(v) => v,
        })
    }
}

/// What there was before values were lent.
struct Lent {
    variables: usize,
    before: Vec<(String, Option<Dynamic>)>,
}

/// The variable that an expression about a held value names it by.
pub const IT: &str = "it";

impl Session {
    /// A value as it is shown where it ends a cell: a picture, or every form of text that it has.
    pub fn shown(&self, value: &Dynamic) -> Event {
        picture(value).unwrap_or_else(|| Event::Result(self.rich(value)))
    }

    /// Sets a variable, new or old.
    ///
    /// # Errors
    /// A name that cannot be one, or is a constant's; points without a shape.
    pub fn take(&mut self, name: &str, v: Shared) -> Result<()> {
        check_name(name)?;
        let v = v.enter()?;
        self.put(name, v)
    }

    /// What `param(name, …)` gives from now on instead of its default; not its text, but the value.
    ///
    /// # Errors
    /// Points without a shape.
    pub fn give(&mut self, name: &str, v: Shared) -> Result<()> {
        let v = v.enter()?;
        self.context().give(name, v);
        Ok(())
    }

    /// The value of an expression, with other values by names that it has while it is evaluated, and that are as before
    /// afterwards.
    ///
    /// # Errors
    /// What the script reports.
    pub fn ask(&mut self, expression: &str, given: Vec<(String, Shared)>) -> std::result::Result<Dynamic, Diagnostic> {
        let one = |(name, v): (String, Shared)| check_name(&name).and_then(|()| Ok((name, v.enter()?)));
        let values = given.into_iter().map(one).collect::<Result<Vec<_>>>();
        let lent = self.lend(values.map_err(|e: Error| Diagnostic::from_error(&e))?);
        let result = self.evaluate("Python", expression);
        self.take_back(lent);
        result
    }

    /// Values by names for what is evaluated next, in front of those that have the names.
    fn lend(&mut self, values: Vec<(String, Dynamic)>) -> Lent {
        let context = self.context().clone();
        let globals = context.globals.read().unwrap_or_else(|p| p.into_inner());
        let before = values.iter().map(|(name, _)| (name.clone(), globals.get(name).cloned())).collect();
        let lent = Lent { variables: self.scope.len(), before };
        drop(globals);
        for (name, value) in values {
            self.scope.push_dynamic(name, value);
        }
        self.share_globals(None);
        lent
    }
    /// Their end: everything has its own name again.
    fn take_back(&mut self, lent: Lent) {
        self.scope.rewind(lent.variables);
        self.settled = lent.variables;
        let context = self.context().clone();
        let mut globals = context.globals.write().unwrap_or_else(|p| p.into_inner());
        for (name, before) in lent.before {
            match before {
                Some(value) => globals.insert(name, value),
                None => globals.remove(&name),
            };
        }
        drop(globals);
        self.tell_assistant();
    }
}

/// What a type has behind a dot: names, and whether they are called.
pub fn members(kind: &str) -> Vec<(&'static str, bool)> {
    let all = library().index.names.iter().filter(|n| n.owner == kind);
    let mut all: Vec<(&str, bool)> = all.map(|n| (n.name, n.is_called())).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The type of a value, as messages call it.
pub fn kind_of(v: &Dynamic) -> String {
    type_of(v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Choice, open};
    use crate::script::{Nobody, SessionOptions};

    fn session() -> Session {
        Session::new(SessionOptions::new(open(Choice::Cpu).unwrap(), Nobody))
    }

    fn told(s: &mut Session, code: &str) -> String {
        format!("{:?}", Shared::of(&s.evaluate("t", code).unwrap()).unwrap())
    }

    /// Each kind crosses as what it is, and comes back as it was.
    #[test]
    fn kinds_cross_both_ways() {
        let mut s = session();
        for (code, form) in [
            ("1", "Plain(Integer(1))"),
            ("1.5", "Plain(Number(1.5))"),
            ("true", "Plain(Bool(true))"),
            ("\"a\"", "Plain(Text(\"a\"))"),
            ("()", "Plain(Nothing)"),
            ("[1, 2]", "Integers([1, 2])"),
            ("[1, 2.5]", "Plain(Numbers([1.0, 2.5]))"),
            ("[]", "List([])"),
            ("[1, \"a\"]", "List([Plain(Integer(1)), Plain(Text(\"a\"))])"),
            ("#{ b: [true], a: 1 }", "Map([(\"a\", Plain(Integer(1))), (\"b\", List([Plain(Bool(true))]))])"),
        ] {
            assert_eq!(told(&mut s, code), form, "{code}");
            let v = Shared::of(&s.evaluate("t", code).unwrap()).unwrap();
            s.take("back", v).unwrap();
            assert_eq!(told(&mut s, "back"), form, "{code}");
        }
        assert!(told(&mut s, "table(#{ x: [1, 2], y: [\"a\", \"b\"] })").starts_with("Table("));
        assert!(told(&mut s, "kl()").starts_with("Held("));
        assert!(told(&mut s, "data::ring(5)").starts_with("Points("));
    }

    /// Values lent to an expression are gone after it, and what they hid is there again.
    #[test]
    fn lent_values_are_taken_back() {
        let mut s = session();
        assert!(s.evaluate("t", "let it = 7; let f = kl(); fn g() { it }").is_ok());
        let f = s.evaluate("t", "f").unwrap();
        let x = Shared::Plain(Value::Number(2.0));
        let at = s.ask("it.f(a0)", vec![(IT.into(), Shared::Held(f)), ("a0".into(), x)]).unwrap();
        assert!((at.as_float().unwrap() - (2.0 * 2f64.ln() - 1.0)).abs() < 1e-15);
        assert_eq!(s.variables(), ["f", "it"]);
        assert_eq!(told(&mut s, "[it, g()]"), "Integers([7, 7])");
        assert!(s.evaluate("t", "a0").is_err());
        // an error takes them back, too
        assert!(s.ask("it.nothing", vec![(IT.into(), Shared::Integers(vec![1]))]).is_err());
        assert_eq!(told(&mut s, "it"), "Plain(Integer(7))");
    }

    /// A parameter can be any value, where its default is one of its type.
    #[test]
    fn parameters_can_be_points() {
        let mut s = session();
        s.give("p", Shared::Plain(Value::Points(crate::dataset::Rows { data: vec![1.0, 2.0], n: 1, d: 2 }))).unwrap();
        assert!(told(&mut s, "param(\"p\", data::ring(5))").contains("n: 1, d: 2"));
        let e = s.evaluate("t", "param(\"p\", 3)").unwrap_err();
        assert!(e.message.contains("the default of `p` is a number"), "{}", e.message);
        s.give("n", Shared::Plain(Value::Integer(3))).unwrap();
        assert_eq!(told(&mut s, "param(\"n\", 0.5)"), "Plain(Number(3.0))");
        assert_eq!(s.parameters_read(), ["n", "p"]);
    }
}
