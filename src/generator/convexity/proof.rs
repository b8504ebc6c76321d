//! A proof that f'' ≥ 0 on all of (0, ∞), piece by piece, and that slopes rise where pieces meet.
use super::cover::smooth;
use super::jet::Jet;
use super::pieces::{Piece, Place, is_unchanging, pieces, places};
use super::refute::{Kind, Refuter};
use super::study::Study;
use crate::generator::expr::{Expr, Kind as Node};
use crate::generator::interval::Interval;
use crate::generator::tape::{Branch, Tape};

/// Looks at f with pieces between these places; whatever is found wrong is shown with `refuter`.
pub fn study(f: &Expr, breaks: &[f64], refuter: &Refuter) -> Study {
    let tape = Tape::new(std::slice::from_ref(f));
    let mut s = Study::begin(&tape);
    if f.has_native() || s.is_beyond(&tape, breaks.len()) {
        // no piece is looked at, but conditions may leave jumps
        if f.any(&|k| matches!(k, Node::Where(..))) {
            s.violation = breaks.iter().find_map(|b| refuter.across(*b));
        }
        s.miss(1.0);
        return s;
    }
    // a pole between finite values, or a value that stands alone
    s.violation = breaks.iter().find_map(|b| refuter.undefined(*b).or_else(|| refuter.alone(*b)));
    if s.violation.is_some() {
        return s;
    }
    let places = places(&tape, breaks);
    let parts = pieces(&tape, &places);
    for (i, p) in parts.iter().enumerate() {
        if !is_unchanging(&parts, &places, i, &mut s.left) {
            s.miss(1.0);
        }
        if p.is_infinite() {
            s.violation = refuter.gap(p.from.lo, p.to.hi);
        } else if let Some(b) = &p.branch {
            smooth(p, &b.tape, refuter, &mut s);
        }
        if s.violation.is_some() {
            return s;
        }
    }
    for (i, place) in places.iter().enumerate() {
        let sides = [&parts[i], &parts[i + 1]];
        if !place.is_certain(sides) {
            s.miss(1.0);
        }
        let [Some(left), Some(right)] = [&sides[0].branch, &sides[1].branch] else {
            s.miss(1.0);
            continue;
        };
        if sides.iter().any(|p| p.is_infinite()) {
            border(&tape, &parts, i, refuter, &mut s);
        } else {
            joint(&tape, place, [left, right], refuter, &mut s);
        }
        if s.violation.is_some() {
            return s;
        }
    }
    s
}

/// What an f may be below its limit at its end and still be that of whoever wrote it: there the limit is what is kept.
const ROUNDED: f64 = 1e-12;

/// Where f becomes +∞ it must stay so, and at the border be no less than its limit, which is what is kept there.
fn border(tape: &Tape, parts: &[Piece], i: usize, refuter: &Refuter, s: &mut Study) {
    let place = parts[i].to;
    let outside = |p: &[Piece]| p.iter().all(Piece::is_infinite);
    let inner = if outside(&parts[..=i]) { &parts[i + 1] } else { &parts[i] };
    let limit = inner.branch.as_ref().map(|b| b.tape.over(&place)[0]);
    let mut registers = vec![];
    tape.eval(place.lo, &mut registers);
    let own = tape.out(0, &registers);
    let exact = place.lo == place.hi;
    let reaches = |l: Interval| l.defined && own >= l.hi - ROUNDED * (1.0 + l.magnitude());
    // a pole of the formula at the border: a convex f does not fall to −∞ there
    let mut pole = || {
        let inside = inner.branch.as_ref().map_or(f64::NAN, |b| {
            b.tape.eval(place.lo, &mut registers);
            b.tape.out(0, &registers)
        });
        own == f64::NEG_INFINITY && inside == own && tape.over(&Interval::point(place.lo)).iter().all(|v| !v.defined)
    };
    let above = own == f64::INFINITY || own.is_nan() || limit.is_some_and(reaches) || pole();
    if (outside(&parts[..=i]) || outside(&parts[i + 1..])) && exact && above {
        let side = if outside(&parts[..=i]) { "below" } else { "beyond" };
        let open = limit.is_some_and(|l| own.is_finite() && l.defined && own > l.hi + ROUNDED * (1.0 + l.magnitude()));
        let written = if open { format!(", and {own} there as written: its limit is kept") } else { String::new() };
        s.steps.push(format!("f is +inf {side} x = {}{written}", place.lo));
    } else {
        // below its limit it is no value of a convex f
        s.violation = if exact && own.is_finite() { refuter.around(place.lo) } else { None };
        s.miss(1.0);
    }
}

/// Two pieces meet: f is continuous and its slope does not fall.
fn joint(tape: &Tape, place: &Place, sides: [&Branch; 2], refuter: &Refuter, s: &mut Study) {
    let x = 0.5 * (place.x.lo + place.x.hi);
    let [left, right] = sides.map(|b| b.tape.over(&Jet::variable(place.x)).remove(0));
    let own = tape.over(&place.x)[0];
    let scale = refuter.scale(x);
    let same = |a: &Interval, b: &Interval| a.defined && b.defined && a.lo == a.hi && a == b;
    let mut gap = 0.0;
    if place.may_jump() && !(same(&left.0, &right.0) && same(&own, &left.0)) {
        let apart = |a: &Interval, b: &Interval| if b.defined { a.sub(b).magnitude() } else { f64::INFINITY };
        gap = (apart(&left.0, &right.0) + apart(&left.0, &own)) / scale;
    }
    let fall = if same(&left.1, &right.1) || left.1.hi <= right.1.lo { 0.0 } else { left.1.hi - right.1.lo };
    let defined = left.0.defined && right.0.defined && left.1.defined && right.1.defined;
    let missed = if defined { gap + (fall * x / scale).max(0.0) } else { 1.0 };
    if missed == 0.0 {
        let (before, behind) = (left.1.hi, right.1.lo);
        s.steps.push(format!("at x = {x}: f is continuous and its slope goes from {before:.6} to {behind:.6}"));
        return;
    }
    if let Some(mut v) = refuter.around(x).or_else(|| refuter.undefined(x)) {
        if gap > 1e-9 && !left.0.sub(&right.0).has_zero() && v.kind == Kind::Dent {
            v.kind = Kind::Jump { before: left.0.lo, after: right.0.lo };
        }
        s.violation = Some(v);
    }
    s.miss(missed);
}
