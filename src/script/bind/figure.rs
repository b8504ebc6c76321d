//! Figures and animations as values.
use super::plot_arguments::{figure_options, only, points_cloud};
use crate::catalogue::nearest;
use crate::error::{Error, Result};
use crate::plot::animation::{self, Animation};
use crate::plot::figure::Mark;
use crate::plot::preset::NAMES as PRESETS;
use crate::plot::shape::Anchor;
use crate::plot::{Cloud, Figure, Written, render};
use crate::record::{Snapshot, compact};
use crate::script::call::Call;
use crate::script::context::Context;
use crate::script::convert::{number, text};
use crate::script::front_end::Event;
use crate::script::library::Library;
use crate::script::values::RunValue;
use rhai::Dynamic;
use std::sync::atomic::Ordering;

/// Fills the library.
pub fn fill(l: &mut Library) {
    let mut f = l.kind::<Figure>(Figure::describe);
    f.expose("show", |call, f, ()| {
        call.context.emit(Event::Figure(f.clone()));
        Ok(())
    });
    f.expose("show", |call, f, (name,): (Dynamic,)| {
        let name = text("show(name)", &name)?;
        call.context.emit(Event::Live { name, figure: f.clone() });
        Ok(())
    });
    f.expose("save", |call, f, (path,): (Dynamic,)| {
        let path = call.context.output_path(&text("save(path)", &path)?);
        render::save(f, &path)?;
        call.context.note(format!("wrote {}", path.display()));
        Ok(())
    });
    for (name, upright) in [("vline", true), ("hline", false)] {
        f.expose(name, move |call, f, (at,): (Dynamic,)| Ok(reference(call, f, (name, upright), &at)?));
    }
    f.expose("text", |call, f, (x, y, said): (Dynamic, Dynamic, Dynamic)| {
        let [x, y] = [number("figure.text, x", &x)?, number("figure.text, y", &y)?];
        let options: Written = call.options.typed()?;
        let (text, color) = (text("figure.text", &said)?, options.of_letters()?);
        let anchor = match options.anchor.as_str() {
            "right" => Anchor::Right,
            "middle" => Anchor::Middle,
            _ => Anchor::Left,
        };
        Ok(with(f, "figure.text", Mark::Note { x, y, text, color, anchor })?)
    });
    let mut a = l.kind::<Animation>(|a| format!("Animation: {} frames", a.frames.len()));
    a.expose("show", |call, a, ()| Ok(show(call.context, a)?));
    a.expose("save", |call, a, (path,): (Dynamic,)| {
        let path = call.context.output_path(&text("save(path)", &path)?);
        animation::save(a, &path)?;
        call.context.note(format!("wrote {}", path.display()));
        Ok(())
    });
    l.expose("plot::theme", |call, (name,): (Dynamic,)| Ok(theme(call, &text("plot::theme", &name)?)?));
    l.expose("plot::animate", |call, (run,): (Dynamic,)| Ok(animate(call, &only("plot::animate", "a run", &run)?)?));
}

/// A figure with one more mark in every panel.
fn with(f: &Figure, name: &str, mark: Mark) -> Result<Figure> {
    if f.panels.iter().all(|p| p.bare) {
        return Err(Error::data(name, "images have no axes that it could stand at"));
    }
    let mut f = f.clone();
    for p in f.panels.iter_mut().filter(|p| !p.bare) {
        let wrong = match &mark {
            Mark::Reference { at, upright, .. } => *at <= 0.0 && if *upright { p.x.log } else { p.y.log },
            Mark::Note { x, y, .. } => *x <= 0.0 && p.x.log || *y <= 0.0 && p.y.log,
            _ => false,
        };
        if wrong {
            return Err(Error::data(name, "what is not above 0 has no place on a logarithmic axis"));
        }
        p.marks.push(mark.clone());
    }
    f.check().map_err(|m| Error::data(name, m.to_string()))?;
    Ok(f)
}

/// A figure with a line across it.
fn reference(call: &Call, f: &Figure, (name, upright): (&str, bool), at: &Dynamic) -> Result<Figure> {
    let at = number(&format!("figure.{name}"), at)?;
    let options: Written = call.options.typed()?;
    let (color, width, dashed) = (options.of_line()?, options.size.unwrap_or(1.0), options.dashed);
    let label = options.label.clone();
    with(f, &format!("figure.{name}"), Mark::Reference { at, upright, color, width, dashed, label })
}

/// How figures are from here on.
fn theme(call: &Call, name: &str) -> Result<()> {
    let c = call.context;
    if PRESETS.contains(&name) {
        *c.preset.lock().unwrap_or_else(|p| p.into_inner()) = Some(name.into());
        return Ok(());
    }
    let themes = ["dark", "light"];
    if !themes.contains(&name) {
        let near = nearest(name, themes.iter().chain(PRESETS).copied());
        let near = near.map_or(String::new(), |n| format!("; the nearest is \"{n}\""));
        let all: Vec<&str> = themes.iter().chain(PRESETS).copied().collect();
        return Err(Error::data("plot::theme", format!("\"{name}\" is none of {}{near}", all.join(", "))));
    }
    c.dark.store(name == "dark", Ordering::Relaxed);
    Ok(())
}

/// Plays the frames; where figures cannot move, the last one stands for all.
fn show(c: &Context, a: &Animation) -> Result<()> {
    let frames = if c.live() { &a.frames[..] } else { &a.frames[a.frames.len() - 1..] };
    for f in frames {
        c.interrupt.check()?;
        c.emit(Event::Live { name: "animation".into(), figure: f.clone() });
        if frames.len() > 1 {
            c.interrupt.pause(std::time::Duration::from_secs_f64(a.seconds))?;
        }
    }
    Ok(())
}

fn animate(call: &Call, run: &RunValue) -> Result<Animation> {
    let options = figure_options(call)?;
    let frame = |s: &Snapshot| {
        Ok(Cloud { name: format!("step {}, time {}", s.step, compact(s.time)), ..points_cloud(&run.view(s)?)? })
    };
    let snapshots: Vec<Cloud> = run.snapshots.iter().map(frame).collect::<Result<_>>()?;
    animation::animate(&snapshots, &points_cloud(&run.target.whole()?)?, &options)
}
