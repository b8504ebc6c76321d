//! Activations on slices, and their Jacobians. Loops and not iterator chains, whose closures would not be compiled for the wide
//! instructions.
use super::pairs;
use crate::network::activation::{Activation, LEAK};
use crate::simd::{self, Real};

/// The slope of leaky ReLU below zero. A constant: a loop that reads it through its closure is not compiled for wide instructions.
const FACTOR: f32 = LEAK as f32;

#[inline(always)]
fn relu(z: &mut [f32]) {
    for v in z.iter_mut() {
        // NaN stays
        *v = if *v <= 0.0 { 0.0 } else { *v };
    }
}

#[inline(always)]
fn leaky_relu(z: &mut [f32]) {
    for v in z.iter_mut() {
        *v *= if *v > 0.0 { 1.0 } else { FACTOR };
    }
}

#[inline(always)]
fn tanh(z: &mut [f32]) {
    for v in z.iter_mut() {
        *v = v.hyperbolic_tangent();
    }
}

/// z ← activation of z, in place; for groupsort also 1 where a pair kept its order.
pub fn activate(z: &mut [f32], order: &mut [f32], channels: usize, activation: Activation) {
    match activation {
        Activation::Relu => simd::run(
            #[inline(always)]
            || relu(z),
        ),
        Activation::LeakyRelu => simd::run(
            #[inline(always)]
            || leaky_relu(z),
        ),
        Activation::Tanh => simd::run(
            #[inline(always)]
            || tanh(z),
        ),
        Activation::Groupsort => pairs::sort(z, order, channels),
    }
}

#[inline(always)]
fn relu_back((d, h): (&mut [f32], &[f32])) {
    for (d, h) in d.iter_mut().zip(h) {
        *d = if *h > 0.0 { *d } else { 0.0 };
    }
}

#[inline(always)]
fn leaky_relu_back((d, h): (&mut [f32], &[f32])) {
    for (d, h) in d.iter_mut().zip(h) {
        *d *= if *h > 0.0 { 1.0 } else { FACTOR };
    }
}

#[inline(always)]
fn tanh_back((d, h): (&mut [f32], &[f32])) {
    for (d, h) in d.iter_mut().zip(h) {
        *d *= 1.0 - h * h;
    }
}

/// d times the Jacobian of an activation, in place, from what came out of it: cotangents from after it to before it, and
/// tangents the other way, because the Jacobian is its own transpose.
pub fn pull(d: &mut [f32], h: &[f32], order: &[f32], channels: usize, activation: Activation) {
    match activation {
        Activation::Relu => simd::run(
            #[inline(always)]
            || relu_back((d, h)),
        ),
        Activation::LeakyRelu => simd::run(
            #[inline(always)]
            || leaky_relu_back((d, h)),
        ),
        Activation::Tanh => simd::run(
            #[inline(always)]
            || tanh_back((d, h)),
        ),
        Activation::Groupsort => pairs::unsort(d, order, channels),
    }
}

#[inline(always)]
fn add_lanes((to, from): (&mut [f32], &[f32])) {
    for (t, f) in to.iter_mut().zip(from) {
        *t += f;
    }
}

/// to ← to + from.
pub fn add(to: &mut [f32], from: &[f32]) {
    simd::run(
        #[inline(always)]
        || add_lanes((to, from)),
    );
}

#[inline(always)]
fn add_scaled_lanes((to, scale, from): (&mut [f32], f32, &[f32])) {
    for (t, f) in to.iter_mut().zip(from) {
        *t += scale * f;
    }
}

/// to ← to + scale · from.
pub fn add_scaled(to: &mut [f32], scale: f32, from: &[f32]) {
    simd::run(
        #[inline(always)]
        || add_scaled_lanes((to, scale, from)),
    );
}

#[inline(always)]
fn combine_lanes((to, a, from, b): (&mut [f32], f32, &[f32], f32)) {
    for (t, f) in to.iter_mut().zip(from) {
        *t = a * *t + b * f;
    }
}

/// to ← a · to + b · from.
pub fn combine((to, a): (&mut [f32], f32), (from, b): (&[f32], f32)) {
    simd::run(
        #[inline(always)]
        || combine_lanes((to, a, from, b)),
    );
}

/// What enters the second derivative of a layer of tanh.
pub struct Curved<'a> {
    /// what came out of the activation
    pub h: &'a [f32],
    /// the tangent that entered it
    pub tangent: &'a [f32],
    /// what comes from the value path behind it
    pub later: &'a [f32],
}

#[inline(always)]
fn curve_lanes((z, c): (&mut [f32], Curved)) {
    for (((z, h), before), later) in z.iter_mut().zip(c.h).zip(c.tangent).zip(c.later) {
        *z = (1.0 - h * h) * (-2.0 * before * *z * h + later);
    }
}

/// z, the cotangent that arrives after tanh ← the cotangent before it on the value path: σ'' = −2 tanh·σ'.
pub fn curve(z: &mut [f32], c: Curved) {
    simd::run(
        #[inline(always)]
        || curve_lanes((z, c)),
    );
}
