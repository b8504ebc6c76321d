//! Random data and random options in every plot: a figure that can be drawn, or an error.
use super::long;
use gflow::error::Result;
use gflow::plot::bracket::{Bracket, bracket};
use gflow::plot::contour::{Field, contour};
use gflow::plot::lines::{Series, lines};
use gflow::plot::path::{Path, path};
use gflow::plot::{Cloud, Figure, FigureOptions, animation, density, grid, hist, images, plan, quiver, scatter, tails};
use gflow::plot::{render, trajectories, weights};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use std::cell::Cell;

/// Numbers near 1, and those at which arithmetic ends.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -5.0..5.0f64,
        1 => prop::sample::select(vec![
            0.0, -0.0, 1.0, 5e-324, -5e-324, 1e-310, 1e-45, 1e-12, 1e12, -1e12, 3.4e38, 1e300, -1e300, f64::MAX, f64::MIN,
            f64::INFINITY, f64::NEG_INFINITY, f64::NAN,
        ]),
        1 => any::<f64>(),
    ]
}

/// All of one number, or mixed.
fn numbers(most: usize) -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        4 => prop::collection::vec(value(), 0..most),
        1 => (value(), 1..most).prop_map(|(v, n)| vec![v; n]),
    ]
}

fn cloud() -> impl Strategy<Value = Cloud> {
    (1..4usize, 0..40usize, name()).prop_flat_map(|(d, n, name)| {
        prop::collection::vec(value(), d * n).prop_map(move |rows| Cloud { name: name.clone(), rows, d })
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("series".into()), "[a-z∇φ$^_{}\\\\ <&]{0,40}", Just("long ".repeat(60))]
}

fn range() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![3 => Just(vec![]), 2 => prop::collection::vec(value(), 2), 1 => prop::collection::vec(value(), 0..4)]
}

prop_compose! {
    fn options()(
        title in name(), x_range in range(), y_range in range(), log_x: bool, log_y: bool, legend: bool,
        width in prop_oneof![3 => 50.0..600.0, 1 => 50.0..=3000.0f64, 1 => Just(50.0)],
        height in prop_oneof![3 => 50.0..600.0, 1 => 50.0..=3000.0f64, 1 => Just(50.0)],
        size in prop::option::of(0.1..100.0f64),
        bins in prop_oneof![3 => 0..30usize, 1 => Just(1000usize)], levels in 1..100usize, columns in 0..100usize,
    ) -> FigureOptions {
        let plain = FigureOptions { title, x_range, y_range, legend, width: Some(width), height: Some(height), size, bins, levels, columns, ..Default::default() };
        FigureOptions { log_x: log_x && legend, log_y: log_y && legend, ..plain }
    }
}

/// A plot of some numbers.
fn draw(which: usize, clouds: &[Cloud], v: &[f64], o: &FigureOptions) -> Result<Figure> {
    let first = &clouds[0];
    // many names where there are many numbers
    let named = |i: usize| format!("{} {i}", first.name);
    match which {
        0 => scatter::scatter(clouds, o),
        1 => {
            let named: Vec<(String, Vec<f64>)> = v.iter().enumerate().map(|(i, x)| (named(i), vec![*x, 1.0])).collect();
            hist::hist(&named, o)
        }
        2 => hist::hist(&[(String::new(), v.to_vec())], o),
        // a thousand nodes a side are a million kernels a point
        3 => density::density(first, &FigureOptions { bins: o.bins.min(60), ..o.clone() }),
        4 => {
            let series = v.chunks(7).enumerate().map(|(i, c)| Series {
                name: named(i),
                x: c.to_vec(),
                y: c.iter().rev().copied().collect(),
                ..Series::default()
            });
            lines(&series.collect::<Vec<_>>(), "x", o)
        }
        5 => tails::tails(clouds, o),
        6 => images::images(first, &FigureOptions { shape: o.x_range.clone(), ..o.clone() }),
        7 => weights::weights(first, v, o),
        8 => trajectories::trajectories(clouds, first, o),
        9 => animation::animate(clouds, first, o).map(|a| a.frames[a.frames.len() - 1].clone()),
        10 => {
            let columns = (v.len() as f64).sqrt() as usize;
            let (a, b) = (v.first().copied().unwrap_or(1.0).abs(), v.last().copied().unwrap_or(1.0).abs());
            if columns < 2 {
                return scatter::scatter(clouds, o);
            }
            contour(&Field { x: (-a, a), y: (-b, b), columns, values: v[..columns * columns].to_vec() }, o)
        }
        11 => quiver::quiver(
            &v[..v.len() / 4 * 2],
            &v[v.len() / 4 * 2..v.len() / 4 * 4],
            v.first().copied().unwrap_or(0.1),
            o,
        ),
        12 => {
            let (n, m) = (first.len().max(1), clouds[clouds.len() - 1].len().max(1));
            let entries: Vec<(usize, usize, f64)> = v.iter().enumerate().map(|(i, w)| (i % n, i % m, *w)).collect();
            plan::plan(first, &clouds[clouds.len() - 1], &entries, None, o)
        }
        13 => {
            let pairs: Vec<(f64, f64)> = v.chunks(2).map(|c| (c[0], c[c.len() - 1])).collect();
            let (lower, upper) = (v.first().copied().unwrap_or(0.0), v.last().copied().unwrap_or(0.0));
            let history = if o.log_y { v } else { &[] };
            bracket(&Bracket { history, bounds: &pairs, errors: if o.legend { v } else { &[] }, lower, upper }, o)
        }
        _ => {
            let limit = v.first().copied().unwrap_or(f64::INFINITY);
            path(&Path { constants: v.to_vec(), value: v.iter().rev().copied().collect(), w1: v.to_vec(), limit }, o)
        }
    }
}

const PLOTS: usize = 15;

/// Draws it as text, and as pixels where these are few.
fn check(figure: &Figure, columns: usize) -> std::result::Result<(), TestCaseError> {
    // titles at random are seldom mathematics: told, and drawn without
    let mut figure = figure.clone();
    if figure.check().is_err() {
        prop_assert!(render::svg(&figure).is_err() && render::pdf(&figure).is_err());
        figure.panels.iter_mut().for_each(|p| {
            p.title = "title".into();
            p.y.label.clear();
            p.legend.clear();
        });
    }
    let figure = &figure;
    let svg = render::svg(figure).map_err(|e| TestCaseError::fail(e.to_string()))?;
    prop_assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    // pictures inside are letters at random
    let drawn: String = svg.split("base64,").map(|part| part.split_once('"').map_or(part, |p| p.1)).collect();
    for word in ["NaN", "inf\"", "2147483647"] {
        prop_assert!(!drawn.contains(word), "the drawing says {word}");
    }
    if figure.width * figure.height < 2e5 {
        let (w, h, pixels) = render::pixels(figure, 1.0).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(pixels.len(), w as usize * h as usize * 4);
        let pdf = render::pdf(figure).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert!(pdf.starts_with(b"%PDF-") && !pdf.is_empty());
    }
    let both = grid::grid(&[figure.clone(), figure.clone()], &FigureOptions { columns, ..Default::default() });
    prop_assert!(both.is_ok());
    Ok(())
}

#[test]
fn random_figures() {
    let begun = std::time::Instant::now();
    let cases = if long() { 10_000 } else { 1_000 };
    let config = ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(15),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    };
    let drawn = Cell::new(0);
    let all = (0..PLOTS, prop::collection::vec(cloud(), 1..5), numbers(60), options());
    TestRunner::new(config)
        .run(&all, |(which, clouds, v, o)| {
            let Ok(figure) = draw(which, &clouds, &v, &o) else { return Ok(()) };
            drawn.set(drawn.get() + 1);
            check(&figure, o.columns)
        })
        .unwrap();
    println!(
        "figures: {cases} tried in {:.0} s, {} drawn, the others errors",
        begun.elapsed().as_secs_f64(),
        drawn.get()
    );
    assert!(drawn.get() > cases / 5, "only {} were drawn", drawn.get());
}

/// Legends of any length on pages of any size, and tiny pages.
#[test]
fn small_pages_and_long_legends() {
    for (width, height) in [(50.0, 50.0), (60.0, 360.0), (460.0, 50.0), (3000.0, 50.0), (460.0, 360.0)] {
        for series in [1, 7, 40, 400] {
            let named: Vec<(String, Vec<f64>)> =
                (0..series).map(|i| (format!("series number {i}"), vec![1.0, 2.0])).collect();
            let o = FigureOptions {
                width: Some(width),
                height: Some(height),
                title: "a title".into(),
                ..Default::default()
            };
            let figure = hist::hist(&named, &o).unwrap();
            let svg = render::svg(&figure).unwrap();
            if (width, height) == (460.0, 360.0) {
                assert_eq!(svg.contains("more"), series >= 40, "{series} series");
                assert!(svg.contains("series number 0"));
            }
        }
    }
}
