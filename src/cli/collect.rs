//! `gflow collect`: what came out of a study.
use super::Exit;
use super::args::{CollectArgs, Form};
use super::streams::{answer, say};
use crate::error::{Error, Result};
use crate::plot::bands::{Banded, bands};
use crate::plot::{FigureOptions, render};
use crate::study::{Arm, Centre, Summary, collected, short};
use crate::table::{Column, Table};
use std::path::Path;

/// Letters of a line of the table.
const WIDTH: usize = 140;
/// Metrics that are named where one has to be chosen.
const NAMED: usize = 12;
/// A parameter whose largest value is so many times its least is shown by its logarithm.
const DECADE: f64 = 9.0;

/// Runs the command.
pub fn collect(args: &CollectArgs) -> Exit {
    match collect_study(args) {
        Ok(text) => answer(text.trim_end()),
        Err(e) => {
            say(format_args!("error: {e}"));
            Exit::Usage
        }
    }
}

fn collect_study(args: &CollectArgs) -> Result<String> {
    let rows = collected(&args.study)?;
    let ended = rows.done + rows.failed;
    if ended < rows.jobs {
        say(format_args!("note: {ended} of {} jobs have ended", rows.jobs));
    }
    if rows.failed > 0 {
        say(format_args!("note: {} jobs failed: gflow sweep status {} says why", rows.failed, args.study.display()));
    }
    if ended == 0 {
        return Err(Error::data(args.study.display().to_string(), "no job of the study has ended"));
    }
    if let Some(file) = &args.rows {
        crate::io::save_table(&rows.table, file)?.into_iter().for_each(|note| say(format_args!("note: {note}")));
        say(format_args!("{} rows: {}", rows.table.rows(), file.display()));
    }
    let Some(metric) = args.metric.clone().or_else(|| rows.metrics.first().cloned()) else {
        return Err(Error::data(
            args.study.display().to_string(),
            "its script left no numbers: record(\"name\", value) keeps one",
        ));
    };
    if args.metric.is_none() && rows.metrics.len() > 1 {
        let others: Vec<&str> = rows.metrics.iter().skip(1).take(NAMED).map(String::as_str).collect();
        let more = if rows.metrics.len() > NAMED + 1 { ", …" } else { "" };
        say(format_args!("metric: {metric}; --metric chooses another: {}{more}", others.join("; ")));
    }
    let centre = if args.mean { Centre::Mean } else { Centre::Median };
    let summary = Summary::of(&rows, &args.by, &metric, centre, args.maximise)?;
    if let Some(file) = &args.figure {
        figure(&summary, centre, file)?;
        say(format_args!("figure: {}", file.display()));
    }
    printed(&summary, centre, args.format)
}

fn printed(summary: &Summary, centre: Centre, form: Form) -> Result<String> {
    let table = summary.table(centre)?;
    let best = best(summary, centre);
    Ok(match form {
        Form::Text => format!("{}\n{best}", rounded(&table)?.view(WIDTH).text()),
        Form::Markdown => format!("{}\n{best}", rounded(&table)?.markdown()),
        Form::Latex => rounded(&table)?.latex(),
        Form::Csv => crate::io::csv_text(&table)?,
    })
}

/// Numbers that came out to four digits; what they are told apart by stays as it is.
fn rounded(table: &Table) -> Result<Table> {
    let columns = table.columns().iter().map(|(name, column)| match (column, name.as_ref()) {
        (Column::Numbers(v), "mean" | "std" | "median" | "lower quarter" | "upper quarter" | "p against the best") => {
            let four = |v: &f64| format!("{v:.3e}").parse().unwrap_or(*v);
            (name.clone(), Column::numbers(v.iter().map(four).collect()))
        }
        _ => (name.clone(), column.clone()),
    });
    Table::new(columns.collect())
}

/// The best arm in words.
fn best(summary: &Summary, centre: Centre) -> String {
    let Some(arm) = summary.best.map(|k| &summary.arms[k]) else { return "no job has this number".into() };
    let four = |v: f64| short(format!("{v:.3e}").parse().unwrap_or(v));
    let (low, high) = arm.band(centre);
    let got = match centre {
        Centre::Mean => format!("{} ± {}", four(arm.centre(centre)), four(high - arm.centre(centre))),
        Centre::Median => format!("{} ({} to {})", four(arm.centre(centre)), four(low), four(high)),
    };
    let key: Vec<String> = summary.by.iter().zip(&arm.key).map(|(n, v)| format!("{n}={v}")).collect();
    let of = if key.is_empty() {
        "all jobs".into()
    } else {
        format!("{}: {}", if summary.maximise { "largest" } else { "least" }, key.join(" "))
    };
    let tested = if summary.arms.len() > 1 {
        "\np: signed ranks on the same seeds against the best, adjusted for their number"
    } else {
        ""
    };
    format!("{of}, {} {got}, {} runs{tested}", summary.metric, arm.sorted.len())
}

/// The metric over the first parameter that is a number, a curve for every value of the others.
fn figure(summary: &Summary, centre: Centre, file: &Path) -> Result<()> {
    let number = |k: &usize| summary.arms.iter().all(|a| a.key[*k].parse::<f64>().is_ok());
    let Some(axis) = (0..summary.by.len()).find(number) else {
        let names = if summary.by.is_empty() { "none".into() } else { summary.by.join(", ") };
        return Err(Error::data("--figure", format!("no parameter to draw over: of --by ({names}) none is a number")));
    };
    let other = |a: &Arm| {
        let parts = summary.by.iter().zip(&a.key).enumerate().filter(|(k, _)| *k != axis);
        parts
            .map(|(_, (n, v))| if summary.by.len() > 2 { format!("{n} {v}") } else { v.clone() })
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut curves: Vec<Banded> = vec![];
    let at = |a: &Arm| a.key[axis].parse::<f64>().unwrap_or(f64::NAN);
    let mut arms: Vec<&Arm> = summary.arms.iter().filter(|a| !a.sorted.is_empty()).collect();
    let order: Vec<String> = arms.iter().map(|a| other(a)).collect();
    arms.sort_by(|a, b| at(a).total_cmp(&at(b)));
    for name in order {
        if curves.iter().any(|c| c.name == name) {
            continue;
        }
        let mut curve = Banded { name: name.clone(), x: vec![], y: vec![], low: vec![], high: vec![] };
        for arm in arms.iter().filter(|a| other(a) == name) {
            let (low, high) = arm.band(centre);
            curve.x.push(at(arm));
            curve.y.push(arm.centre(centre));
            curve.low.push(low);
            curve.high.push(high);
        }
        curves.push(curve);
    }
    let wide = |v: &mut dyn Iterator<Item = f64>| {
        let (low, high) = v.fold((f64::INFINITY, 0.0f64), |(a, b), v| (a.min(v), b.max(v)));
        low > 0.0 && high > DECADE * low
    };
    let runs = arms.iter().map(|a| a.sorted.len());
    let runs = match (runs.clone().min().unwrap_or(0), runs.max().unwrap_or(0)) {
        (least, most) if least == most => format!("{most} runs each"),
        (least, most) => format!("{least} to {most} runs each"),
    };
    let options = FigureOptions {
        log_x: wide(&mut curves.iter().flat_map(|c| c.x.iter().copied())),
        log_y: wide(&mut curves.iter().flat_map(|c| c.y.iter().copied())),
        title: format!(
            "{}, {runs}",
            if centre == Centre::Mean { "mean and standard deviation" } else { "median and quarters" }
        ),
        ..FigureOptions::default()
    };
    render::save(&bands(&curves, (&summary.by[axis], &summary.metric), &options)?, file)
}
