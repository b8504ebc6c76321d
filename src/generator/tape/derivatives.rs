//! Code for f, f' and f'' of a long formula, instruction by instruction.
//!
//! The derivative of a formula is another formula, which grows with the square of a chain: f'' of a loop of two thousand turns
//! would have millions of factors. Code for the derivatives of each instruction is a few times as long as the code for f.
use super::code::{Lowering, Op, Tape};
use crate::generator::diff::diff;
use crate::generator::expr::{Expr, constant, coordinate, mul, native_derivative, pow, scale, unary};
use crate::generator::scalar::{Binary, Relation, Unary};
use crate::interrupt;
use std::collections::HashMap;

/// Where f' and f'' of an instruction are; none where they are 0 for every x.
type Slopes = (Option<u32>, Option<u32>);

/// Instructions, and the slopes of those of f.
struct Chain {
    code: Lowering,
    slopes: Vec<Slopes>,
    /// g' and g'' of the functions that were met
    known: HashMap<Expr, [Option<Tape>; 2]>,
}

impl Tape {
    /// f, f' and f'', without formulas for the last two.
    pub fn with_derivatives(f: &Expr) -> Tape {
        let mut c = Chain { code: Lowering::default(), slopes: vec![], known: HashMap::new() };
        let value = c.code.go(f);
        for i in 0..c.code.ops.len() {
            // whoever was asked to stop does not look at the rest
            if interrupt::poll().is_err() {
                break;
            }
            let op = c.code.ops[i].clone();
            let slopes = c.slopes_of(i as u32, &op);
            c.slopes.push(slopes);
        }
        let zero = c.code.push(Op::Const(0.0));
        let (d1, d2) = c.slopes.get(value as usize).copied().unwrap_or_default();
        Tape::of(c.code.ops, vec![value, d1.unwrap_or(zero), d2.unwrap_or(zero)])
    }
}

impl Chain {
    fn add(&mut self, a: Option<u32>, b: Option<u32>) -> Option<u32> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.code.push(Op::Add(a, b))),
            (a, b) => a.or(b),
        }
    }
    fn sub(&mut self, a: Option<u32>, b: Option<u32>) -> Option<u32> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.code.push(Op::Sub(a, b))),
            (None, b) => self.times(b, -1.0),
            (a, None) => a,
        }
    }
    fn mul(&mut self, a: Option<u32>, b: Option<u32>) -> Option<u32> {
        Some(self.code.push(Op::Mul(a?, b?)))
    }
    fn div(&mut self, a: Option<u32>, b: u32) -> Option<u32> {
        Some(self.code.push(Op::Div(a?, b)))
    }
    fn times(&mut self, a: Option<u32>, k: f64) -> Option<u32> {
        Some(self.code.push(Op::MulScalar(a?, k)))
    }
    fn square(&mut self, a: Option<u32>) -> Option<u32> {
        Some(self.code.push(Op::Square(a?)))
    }

    /// f' and f'' of the i-th instruction from those of its arguments.
    fn slopes_of(&mut self, i: u32, op: &Op) -> Slopes {
        let s = |a: &u32| self.slopes[*a as usize];
        match op {
            Op::Const(_) | Op::Compare(..) => (None, None),
            Op::Input(_) => (Some(self.code.push(Op::Const(1.0))), None),
            Op::AddScalar(a, _) => s(a),
            Op::MulScalar(a, k) => self.scaled(s(a), *k),
            Op::RsubScalar(_, a) => self.scaled(s(a), -1.0),
            Op::Add(a, b) => {
                let (p, q) = (s(a), s(b));
                (self.add(p.0, q.0), self.add(p.1, q.1))
            }
            Op::Sub(a, b) => {
                let (p, q) = (s(a), s(b));
                (self.sub(p.0, q.0), self.sub(p.1, q.1))
            }
            Op::Mul(a, b) => self.product((*a, s(a)), (*b, s(b))),
            Op::Div(a, b) => self.quotient(i, s(a), (*b, s(b))),
            Op::Pow(a, b) => self.power(i, (*a, s(a)), (*b, s(b))),
            Op::Binary(f, a, b) => {
                let (p, q) = (s(a), s(b));
                let r = if *f == Binary::Max { Relation::Gt } else { Relation::Lt };
                let first = self.code.push(Op::Compare(r, *a, *b));
                self.choice(first, p, q)
            }
            Op::Select(q, a, b) => {
                let (p, r) = (s(a), s(b));
                self.choice(*q, p, r)
            }
            Op::Square(a) => self.outer(&pow(&coordinate(0), &constant(2.0)), *a),
            Op::Sqrt(a) => self.outer(&pow(&coordinate(0), &constant(0.5)), *a),
            Op::Recip(a) => self.outer(&pow(&coordinate(0), &constant(-1.0)), *a),
            Op::PowScalar(a, k) => self.outer(&pow(&coordinate(0), &constant(*k)), *a),
            Op::Unary(f, a) => self.outer(&unary(*f, &coordinate(0)), *a),
            // an f known by its values is asked for differences
            Op::Native(f, order, a) => self.outer(&native_derivative(f.clone(), *order, &coordinate(0)), *a),
        }
    }

    fn scaled(&mut self, s: Slopes, k: f64) -> Slopes {
        (self.times(s.0, k), self.times(s.1, k))
    }

    fn product(&mut self, (a, (a1, a2)): (u32, Slopes), (b, (b1, b2)): (u32, Slopes)) -> Slopes {
        let (p, q) = (self.mul(a1, Some(b)), self.mul(Some(a), b1));
        let both = self.mul(a1, b1);
        let (r, t, u) = (self.mul(a2, Some(b)), self.times(both, 2.0), self.mul(Some(a), b2));
        let first = self.add(r, t);
        (self.add(p, q), self.add(first, u))
    }

    /// Of q = a/b: q' = (a' − q b')/b, q'' = (a'' − 2 q' b' − q b'')/b.
    fn quotient(&mut self, q: u32, (a1, a2): Slopes, (b, (b1, b2)): (u32, Slopes)) -> Slopes {
        let of_b = self.mul(Some(q), b1);
        let above = self.sub(a1, of_b);
        let q1 = self.div(above, b);
        let twice = self.times(q1, 2.0);
        let (mixed, bent) = (self.mul(twice, b1), self.mul(Some(q), b2));
        let above = self.sub(a2, mixed);
        let above = self.sub(above, bent);
        (q1, self.div(above, b))
    }

    /// Of v = a^b through l = b ln a: v' = v l', v'' = v (l'² + l'').
    fn power(&mut self, v: u32, (a, (a1, a2)): (u32, Slopes), (b, (b1, b2)): (u32, Slopes)) -> Slopes {
        let log = self.code.push(Op::Unary(Unary::Ln, a));
        // (ln a)' and (ln a)''
        let l1 = self.div(a1, a);
        let (bent, squared) = (self.div(a2, a), self.square(l1));
        let l2 = self.sub(bent, squared);
        let (d1, d2) = self.product((b, (b1, b2)), (log, (l1, l2)));
        let squared = self.square(d1);
        let bend = self.add(squared, d2);
        (self.mul(Some(v), d1), self.mul(Some(v), bend))
    }

    fn choice(&mut self, q: u32, p: Slopes, r: Slopes) -> Slopes {
        let mut of = |a: Option<u32>, b: Option<u32>| {
            let zero = self.code.push(Op::Const(0.0));
            (a.is_some() || b.is_some()).then(|| self.code.push(Op::Select(q, a.unwrap_or(zero), b.unwrap_or(zero))))
        };
        (of(p.0, r.0), of(p.1, r.1))
    }

    /// Of g(a), for a formula g of one variable of any sign.
    fn outer(&mut self, g: &Expr, a: u32) -> Slopes {
        let (a1, a2) = self.slopes[a as usize];
        if a1.is_none() {
            return (None, None);
        }
        let [g1, g2] = self.known.entry(g.clone()).or_insert_with(|| derivatives(g)).clone();
        let (g1, g2) = (self.graft(g1.as_ref(), a), self.graft(g2.as_ref(), a));
        let (squared, steep) = (self.square(a1), self.mul(g1, a2));
        let bent = self.mul(g2, squared);
        (self.mul(g1, a1), self.add(bent, steep))
    }

    /// Code of one variable, put at an instruction.
    fn graft(&mut self, tape: Option<&Tape>, a: u32) -> Option<u32> {
        let mut places: Vec<u32> = vec![];
        for op in tape?.ops() {
            let place = match op {
                Op::Input(_) => a,
                other => self.code.push(other.moved(|k| places[k as usize])),
            };
            places.push(place);
        }
        tape?.outs().first().map(|i| places[*i as usize])
    }
}

/// g' and g'' of a formula of one variable; none where they are 0.
fn derivatives(g: &Expr) -> [Option<Tape>; 2] {
    let w = coordinate(0);
    let g1 = diff(g, &w);
    let tanh = unary(Unary::Tanh, &w);
    // far out tanh keeps its digits, and sinh/cosh is no number
    let g2 = if *g == tanh { scale(-2.0, &mul(&tanh, &g1)) } else { diff(&g1, &w) };
    [g1, g2].map(|e| (!e.is(0.0)).then(|| Tape::new(std::slice::from_ref(&e))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::expr::{add, binary, compare, div, ln, select, sub, sum, x};
    use crate::generator::native::NativeFunction;
    use std::sync::Arc;

    /// Every instruction against derivatives as formulas: the same to rounding, 1e-12 of the size of each.
    #[test]
    fn code_has_the_derivatives_of_formulas() {
        let one = constant(1.0);
        let half = scale(0.5, &x());
        let mut all: Vec<Expr> = [
            Unary::Exp,
            Unary::Ln,
            Unary::Abs,
            Unary::Sign,
            Unary::Tanh,
            Unary::Log1p,
            Unary::Expm1,
            Unary::Sigmoid,
            Unary::Softplus,
            Unary::Sin,
            Unary::Cos,
            Unary::Omega,
            Unary::Sinh,
            Unary::Cosh,
            Unary::LogCosh,
            Unary::Atan,
            Unary::Asinh,
            Unary::Erf,
            Unary::LnGamma,
            Unary::Polygamma(0),
        ]
        .into_iter()
        .map(|f| unary(f, &add(&mul(&x(), &x()), &half)))
        .collect();
        let (p, q) = (ln(&add(&x(), &one)), pow(&x(), &constant(1.7)));
        let native = NativeFunction::new("g", Arc::new(|v: f64| v * v.ln()));
        all.extend([
            mul(&p, &q),
            div(&p, &add(&one, &q)),
            pow(&add(&x(), &one), &x()),
            pow(&sub(&x(), &constant(5.0)), &constant(3.0)),
            pow(&p, &constant(0.5)),
            pow(&add(&p, &q), &constant(-2.5)),
            binary(Binary::Max, &q, &scale(3.0, &x())),
            binary(Binary::Min, &q, &constant(1.0)),
            select(&compare(Relation::Lt, &x(), &one), &q, &sub(&constant(4.0), &mul(&x(), &p))),
            native_derivative(native, 0, &add(&x(), &q)),
            sum([&p, &q, &scale(-2.0, &x()), &constant(3.0)]),
            constant(2.0),
        ]);
        for f in all {
            let d1 = diff(&f, &x());
            let formulas = Tape::new(&[f.clone(), d1.clone(), diff(&d1, &x())]);
            let code = Tape::with_derivatives(&f);
            let (mut a, mut b) = (vec![], vec![]);
            for v in [1e-3, 0.2, 0.9, 1.3, 2.5, 3.7] {
                formulas.eval(v, &mut a);
                code.eval(v, &mut b);
                for k in 0..3 {
                    let (right, found) = (formulas.out(k, &a), code.out(k, &b));
                    let size = right.abs() + formulas.out(0, &a).abs() / v.powi(k as i32);
                    assert!((found - right).abs() <= 1e-12 * size, "{f:?} at {v}, order {k}: {found}, not {right}");
                }
            }
        }
    }

    /// Two thousand nested ln(1 + e^s): f = ln(2000 + e^x), whose f'' had millions of factors.
    #[test]
    fn long_chains_are_short_code() {
        let f = (0..2000).fold(x(), |s, _| unary(Unary::Softplus, &s));
        let code = Tape::with_derivatives(&f);
        assert!(code.len() < 40_000, "{}", code.len());
        let mut registers = vec![];
        for v in [0.1f64, 1.0, 5.0, 20.0] {
            code.eval(v, &mut registers);
            let (p, q) = (v.exp() / (2000.0 + v.exp()), 2000.0 / (2000.0 + v.exp()));
            for (k, exact) in [(2000.0 + v.exp()).ln(), p, p * q].into_iter().enumerate() {
                let found = code.out(k, &registers);
                assert!((found - exact).abs() <= 1e-12 * exact, "{v}, order {k}: {found}, not {exact}");
            }
        }
    }
}
