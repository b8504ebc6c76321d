//! Figures and animations as values.
use super::plot_arguments::{only, points_cloud};
use crate::error::Result;
use crate::plot::animation::{self, Animation};
use crate::plot::{Cloud, Figure, FigureOptions, render};
use crate::record::{Snapshot, compact};
use crate::script::call::Call;
use crate::script::context::Context;
use crate::script::convert::text;
use crate::script::front_end::Event;
use crate::script::library::Library;
use crate::script::values::RunValue;
use rhai::Dynamic;

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
    let mut a = l.kind::<Animation>(|a| format!("Animation: {} frames", a.frames.len()));
    a.expose("show", |call, a, ()| Ok(show(call.context, a)?));
    a.expose("save", |call, a, (path,): (Dynamic,)| {
        let path = call.context.output_path(&text("save(path)", &path)?);
        animation::save(a, &path)?;
        call.context.note(format!("wrote {}", path.display()));
        Ok(())
    });
    l.expose("plot::animate", |call, (run,): (Dynamic,)| Ok(animate(call, &only("plot::animate", "a run", &run)?)?));
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
    let options: FigureOptions = call.options.typed()?;
    let frame = |s: &Snapshot| {
        Ok(Cloud { name: format!("step {}, time {}", s.step, compact(s.time)), ..points_cloud(&run.view(s)?)? })
    };
    let snapshots: Vec<Cloud> = run.snapshots.iter().map(frame).collect::<Result<_>>()?;
    animation::animate(&snapshots, &points_cloud(&run.target.whole()?)?, &options)
}
