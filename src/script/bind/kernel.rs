//! Kernels k(x, y), their widths and their algebra.
use crate::device;
use crate::error::{Error, Result};
use crate::script::convert::{number, numbers, text};
use crate::script::library::Library;
use crate::space::kernel::{Family, Kernel};
use crate::space::width::{adaptive_width, median_width};
use rhai::Dynamic;

/// A family of kernels by the name of its function.
fn family(what: &str, v: &Dynamic) -> Result<fn(f64) -> Kernel> {
    type Family = (&'static str, fn(f64) -> Kernel);
    const FAMILIES: [Family; 3] = [("gaussian", Kernel::Gaussian), ("laplace", Kernel::Laplace), ("imq", Kernel::Imq)];
    let name = text(what, v)?;
    match FAMILIES.iter().find(|f| f.0 == name) {
        Some(f) => Ok(f.1),
        None => Err(Error::data(what, format!("\"{name}\" is no family of kernels: they are gaussian, laplace, imq"))),
    }
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.kind::<Kernel>(Kernel::describe);
    for (name, make, family) in [
        ("gaussian_kernel", Kernel::Gaussian as fn(f64) -> Kernel, Family::Gaussian),
        ("laplace_kernel", Kernel::Laplace, Family::Laplace),
        ("imq_kernel", Kernel::Imq, Family::Imq),
        ("rounded_energy_kernel", Kernel::RoundedEnergy, Family::RoundedEnergy),
    ] {
        l.expose(name, move |_, (s,): (Dynamic,)| Ok(Kernel::with_width(make, name, number(name, &s)?)?));
        l.expose(name, move |_, ()| Ok(Kernel::Found(family)));
    }
    l.expose("rounded_laplace_kernel", |_, (w, s): (Dynamic, Dynamic)| {
        let width = number("rounded_laplace_kernel, width", &w)?;
        Ok(Kernel::rounded_laplace(width, number("rounded_laplace_kernel, rounding", &s)?)?)
    });
    l.expose("rounded_laplace_kernel", |_, ()| Ok(Kernel::Found(Family::RoundedLaplace)));
    l.expose("energy_kernel", |_, ()| Ok(Kernel::Energy));
    l.expose("rational_quadratic_kernel", |_, (s, a): (Dynamic, Dynamic)| {
        let width = number("rational_quadratic_kernel, width", &s)?;
        Ok(Kernel::rational_quadratic(width, number("rational_quadratic_kernel, alpha", &a)?)?)
    });
    l.expose("multi_scale", |_, (name, widths): (Dynamic, Dynamic)| {
        let widths = numbers("multi_scale, widths", &widths)?;
        Ok(Kernel::multi_scale(family("multi_scale", &name)?, &widths)?.bounded()?)
    });
    widths(l);
    l.operator("+", |_, (a, b): (Kernel, Kernel)| Ok(a.plus(b).bounded()?));
    l.operator("*", |_, (a, b): (Kernel, Kernel)| Ok(a.times(b)?.bounded()?));
    l.operator("*", |_, (w, k): (f64, Kernel)| Ok(k.scaled(w)?));
    l.operator("*", |_, (w, k): (i64, Kernel)| Ok(k.scaled(w as f64)?));
    l.operator("*", |_, (k, w): (Kernel, i64)| Ok(k.scaled(w as f64)?));
    l.operator("*", |_, (k, w): (Kernel, f64)| Ok(k.scaled(w)?));
}

fn widths(l: &mut Library) {
    l.expose("median_width", |call, (p,): (Dynamic,)| {
        let p = call.points("median_width", &p)?;
        let width = median_width(&device::rows_f64(&p)?, p.dims()[1]);
        let none = || Error::data("median_width", "all points coincide: there is no distance to take a width from");
        Ok(width.ok_or_else(none)?)
    });
    l.expose("adaptive_width", |call, (name, p, q): (Dynamic, Dynamic, Dynamic)| {
        let (p, q) = call.samples("adaptive_width", &p, &q)?;
        device::check_samples("adaptive_width", &p, &q)?;
        Ok(adaptive_width(
            family("adaptive_width", &name)?,
            &device::rows_f64(&p)?,
            &device::rows_f64(&q)?,
            p.dims()[1],
            &call.context.interrupt,
        )?)
    });
}
