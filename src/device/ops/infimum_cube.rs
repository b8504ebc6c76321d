//! inf_ν { ν + E g(x − ν) } on a GPU, sought by one cube: the steps of `generator/infimum/tensor.rs`, with sums over its units.
use super::functionals::{Order, Seek};
use super::group_cube::{UNITS, cubes, group_max, group_min, group_sum, shared_numbers, units, vector_beside};
use super::samples_cube::{Samples, samples};
use super::tables::Number;
use super::tables_cube::{Convex, ConvexLaunch, Jet};
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::tensor::CubeTensor;

/// How ν is sought.
#[derive(CubeType, CubeLaunch)]
struct Search {
    /// an earlier ν
    start: Box<[f32]>,
    iterations: u32,
    steep: f32,
    settled: f32,
    /// whether there is one
    #[cube(comptime)]
    warm: bool,
}

/// Where ν lies.
#[derive(CubeType, Clone, Copy)]
struct Bracket {
    lo: f32,
    hi: f32,
    /// for which E g' would be 1 if all x were their mean
    guess: f32,
    /// the largest x
    top: f32,
    /// whether all x − ν are near g' = 1 wherever ν is: then it is that less the middle of where g' = 1 that is sought, and g
    /// is what it exceeds its tangent by
    near: bool,
    /// that middle if so, else 0
    level: f32,
    /// what g' is to be on average
    mass: f32,
}

/// E g'(x − ν) falls in ν from at least 1 at min x less the largest y with g'(y) = 1, to at most 1 at max x less the smallest.
#[cube]
fn enclose(samples: &Samples, g: &Convex, shared: &mut Shared<[f32]>) -> Bracket {
    let others = samples.others();
    let mut least = samples.x(others.from);
    let mut most = least;
    let mut sum = 0.0f32;
    let mut j = others.own();
    while j < others.to {
        let x = samples.x(j);
        least = f32::min(least, x);
        most = f32::max(most, x);
        sum += x;
        j += UNITS;
    }
    let centre = group_sum(sum, shared) / others.count();
    let top = group_max(most, shared);
    let bottom = group_min(least, shared);
    let (left, right) = (g.number(Number::UnitFrom), g.number(Number::UnitTo));
    let hi = top - left;
    let mut lo = bottom - right;
    if comptime!(g.form.ends) {
        // inside the domain whatever the rounding of x − ν
        let end = g.number(Number::End);
        lo = f32::min(f32::max(lo, top - end + (f32::abs(top) + f32::abs(end)) * 4.8e-7f32), hi);
    }
    let middle = 0.5f32 * (left + right);
    let half = 0.5f32 * (right - left);
    let near = top - bottom + half < g.number(Number::Reach);
    let mut guess = centre - middle;
    let mut level = f32::new(0.0);
    let mut mass = f32::new(1.0);
    let mut from = lo;
    let mut to = hi;
    if near {
        from = bottom - half;
        to = top + half;
        guess = centre;
        level = middle;
        mass = f32::new(0.0);
    }
    Bracket { lo: from, hi: to, guess, top, near, level, mass }
}

/// g and its derivatives where the bracket says.
#[cube]
fn jet_at(g: &Convex, z: f32, near: bool) -> Jet {
    let far = g.at(z);
    let mut value = far.value;
    let mut slope = far.slope;
    let mut curvature = far.curvature;
    if near {
        let jet = g.near(z);
        value = jet.value;
        slope = jet.slope;
        curvature = jet.curvature;
    }
    Jet { value, slope, curvature }
}

/// E x over the sample that counts by its mean less E x over the other: what both have in common is taken away before it is summed.
#[cube]
fn apart(samples: &Samples, common: f32, shared: &mut Shared<[f32]>) -> f32 {
    let means = samples.means();
    let mut sum = 0.0f32;
    let mut i = means.own();
    while i < means.to {
        sum += samples.x(i) - common;
        i += UNITS;
    }
    let mean = group_sum(sum, shared) / means.count();
    let others = samples.others();
    let mut other = 0.0f32;
    let mut j = others.own();
    while j < others.to {
        other += samples.x(j) - common;
        j += UNITS;
    }
    mean - group_sum(other, shared) / others.count()
}

/// ν after Newton's steps towards E g'(x − ν) = 1, with bisection where they leave the bracket.
#[cube]
fn root(samples: &Samples, g: &Convex, search: &Search, bracket: &Bracket, shared: &mut Shared<[f32]>) -> f32 {
    let others = samples.others();
    let n = others.count();
    let mut lo = bracket.lo;
    let mut hi = bracket.hi;
    let mut nu = bracket.guess;
    if comptime!(search.warm) {
        nu = search.start[0] + bracket.level;
    }
    nu = f32::min(f32::max(nu, lo), hi);
    for _step in 0..search.iterations {
        let mut mass = 0.0f32;
        let mut bend = 0.0f32;
        let mut k = others.own();
        while k < others.to {
            let jet = jet_at(g, samples.x(k) - nu, bracket.near);
            mass += jet.slope;
            bend += jet.curvature;
            k += UNITS;
        }
        let slope = group_sum(mass, shared) / n - bracket.mass;
        let curvature = group_sum(bend, shared) / n;
        let mut candidate = nu + slope / curvature;
        if slope > 0.0f32 {
            lo = nu;
        } else {
            hi = nu;
        }
        let middle = 0.5f32 * (lo + hi);
        if slope > search.steep {
            candidate = f32::max(candidate, middle);
        }
        // NaN compares false, so that an overflowing step falls back on bisection; so does one of nothing, unless it is from the root
        let mut next = middle;
        if candidate > lo && candidate < hi {
            next = candidate;
        }
        if candidate >= lo && candidate <= hi && f32::abs(slope) < search.settled {
            next = candidate;
        }
        nu = next;
    }
    nu
}

/// E g(x − ν), with the slopes of what the infimum is taken from.
#[cube]
fn average(
    samples: &Samples,
    g: &Convex,
    bracket: &Bracket,
    nu: f32,
    slopes: &mut [f32],
    shared: &mut Shared<[f32]>,
) -> f32 {
    let others = samples.others();
    let n = others.count();
    let mut sum = 0.0f32;
    let mut mass = 0.0f32;
    let mut largest = 0.0f32;
    let mut k = others.own();
    while k < others.to {
        let x = samples.x(k);
        let jet = jet_at(g, x - nu, bracket.near);
        let weight = jet.slope + (1.0f32 - bracket.mass);
        sum += jet.value;
        mass += weight;
        slopes[k] = -samples.height * weight / n;
        if x >= bracket.top {
            largest += 1.0f32;
        }
        k += UNITS;
    }
    let mean = group_sum(sum, shared) / n;
    if comptime!(g.form.ends && g.form.attained) {
        // where the end of the domain stops ν, moving the largest x moves ν: the rest of the mass is theirs
        let rest = 1.0f32 - group_sum(mass, shared) / n;
        let count = group_sum(largest, shared);
        if !bracket.near && rest > 0.0f32 && nu - bracket.lo <= 1.0e-5f32 * (1.0f32 + f32::abs(nu)) {
            let mut m = others.own();
            while m < others.to {
                if samples.x(m) >= bracket.top {
                    slopes[m] -= samples.height * rest / count;
                }
                m += UNITS;
            }
        }
    }
    mean
}

#[cube(launch)]
fn infimum_rows(
    samples: &Samples,
    g: &Convex,
    search: &Search,
    slopes: &mut [f32],
    value: &mut [f32],
    found: &mut [f32],
) {
    let mut shared = shared_numbers();
    let mean = samples.mean(slopes, &mut shared);
    let bracket = enclose(samples, g, &mut shared);
    let nu = root(samples, g, search, &bracket, &mut shared);
    let averaged = average(samples, g, &bracket, nu, slopes, &mut shared);
    let difference = apart(samples, bracket.top, &mut shared);
    if UNIT_POS == 0 {
        let mut all = mean - nu - averaged;
        if bracket.near {
            all = difference - averaged;
        }
        value[0] = all;
        found[0] = nu - bracket.level;
    }
}

/// Slopes, value and ν, from values, table and start.
pub fn infimum(
    [values, table, start]: [CubeTensor; 3],
    order: Order,
    seek: Seek,
) -> (CubeTensor, CubeTensor, CubeTensor) {
    let out = [order.rows, 1, 1].map(|n| vector_beside(&values, n));
    let [slopes, value, nu] = out.clone().map(CubeTensor::into_buffer_arg);
    let g = ConvexLaunch::new(table.into_buffer_arg(), seek.form);
    let search = SearchLaunch::new(start.into_buffer_arg(), seek.iterations, seek.steep, seek.settled, seek.warm);
    infimum_rows::launch(&out[0].client, cubes(1), units(), samples(values, order), g, search, slopes, value, nu);
    out.into()
}
