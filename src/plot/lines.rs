//! Columns of a table against one of them.
use super::color::{CYCLE, cycle};
use super::figure::{Key, LegendEntry, Mark};
use super::{Figure, FigureOptions};
use crate::error::{Error, Result};

/// One curve.
pub struct Series {
    pub name: String,
    pub x: Vec<f64>,
    pub y: Vec<f64>,
}

pub fn lines(series: &[Series], x_label: &str, o: &FigureOptions) -> Result<Figure> {
    if series.iter().all(|s| s.x.is_empty()) {
        return Err(Error::data("plot::lines", "there is nothing to draw: the table has no rows"));
    }
    let y_label = if series.len() == 1 { series[0].name.clone() } else { String::new() };
    let mut panel = o.panel(x_label, &y_label)?;
    for (i, s) in series.iter().enumerate() {
        // rows where a column was not measured do not break its curve
        let (x, y): (Vec<f64>, Vec<f64>) =
            s.x.iter()
                .zip(&s.y)
                .filter(|(_, y)| y.is_finite() && (!o.log_y || **y > 0.0))
                .map(|(x, y)| (*x, *y))
                .unzip();
        if o.log_y && y.is_empty() {
            return Err(Error::data(
                "plot::lines",
                format!("`{}` has no positive value to show on a log axis", s.name),
            ));
        }
        let few = x.len() <= 40;
        // colours come again: the second time around with dashes
        let dashed = (i / CYCLE.len()) % 2 == 1;
        let width = o.size.unwrap_or(1.7);
        if few {
            panel.marks.push(Mark::Points { x: x.clone(), y: y.clone(), color: cycle(i), radius: 2.2, alpha: 1.0 });
        }
        panel.marks.push(Mark::Line { x, y, color: cycle(i), width, alpha: o.alpha.unwrap_or(1.0), dashed });
        if o.legend && series.len() > 1 {
            panel.legend.push(LegendEntry { label: s.name.clone(), color: cycle(i), key: Key::Line { dashed } });
        }
    }
    Ok(o.figure(panel))
}
