//! From a value to its forms: one arm a type.
use super::forms::Rich;
use super::{html, math, table};
use crate::device::Points;
use crate::script::values::{DivergenceValue, EstimateValue, GeneratorValue, RunValue, TableValue};
use rhai::Dynamic;

/// Every form of a value, given its text.
pub fn rich(value: &Dynamic, text: String) -> Rich {
    let value = value.flatten_clone();
    let plain = Rich::text(text);
    if let Some(g) = value.read_lock::<GeneratorValue>() {
        return Rich { markdown: Some(math::generator(&g)), latex: Some(math::display(&g.latex())), ..plain };
    }
    if let Some(d) = value.read_lock::<DivergenceValue>() {
        let formula = math::display(&d.0.latex());
        return Rich { markdown: Some(format!("`{}`\n\n{formula}", d.0.name())), latex: Some(formula), ..plain };
    }
    if let Some(e) = value.read_lock::<EstimateValue>() {
        return Rich { html: Some(html::estimate(&e)), ..plain };
    }
    if let Some(p) = value.read_lock::<Points>() {
        return Rich { html: html::points(&p).ok(), ..plain };
    }
    if let Some(r) = value.read_lock::<RunValue>() {
        return Rich { html: Some(html::run(&r)), ..plain };
    }
    if let Some(t) = value.read_lock::<TableValue>() {
        return Rich { html: Some(table::table(&t)), ..plain };
    }
    plain
}
