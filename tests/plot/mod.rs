//! Figures as values, and a look at their pixels.
mod maths;
mod outputs;
mod places;
use gflow::plot::color::{CYCLE, Map};
use gflow::plot::figure::{Mark, Panel};
use gflow::plot::{Cloud, Figure, FigureOptions, contour, layout, render, scatter, shape, ticks};

fn cloud(n: usize) -> Cloud {
    Cloud {
        name: "a".into(),
        rows: (0..n).flat_map(|i| [(i as f64 * 0.1).sin(), (i as f64 * 0.1).cos()]).collect(),
        d: 2,
    }
}

#[test]
fn scatter_keeps_shapes_and_order() {
    let f = scatter::scatter(&[cloud(50), Cloud { name: "b".into(), ..cloud(20) }], &FigureOptions::default()).unwrap();
    let p = &f.panels[0];
    assert!(p.equal);
    assert_eq!(p.legend.iter().map(|l| l.label.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(f.mark_count(), 70);
    // equal aspect: one unit is as long on both axes
    let dots = layout::shapes(&f).unwrap().into_iter().find_map(|s| match s {
        shape::Shape::Dots { centers, .. } => Some(centers),
        _ => None,
    });
    let circles = dots.unwrap();
    let span = |k: usize| {
        let v: Vec<f64> = circles.iter().take(50).map(|c| if k == 0 { c.0 } else { c.1 }).collect();
        v.iter().copied().fold(f64::MIN, f64::max) - v.iter().copied().fold(f64::MAX, f64::min)
    };
    let (x, y): (Vec<f64>, Vec<f64>) = cloud(50).xy();
    let range = |v: &[f64]| v.iter().copied().fold(f64::MIN, f64::max) - v.iter().copied().fold(f64::MAX, f64::min);
    assert!((span(0) / range(&x) - span(1) / range(&y)).abs() < 1e-6 * span(0));
}

#[test]
fn pixels_have_the_colours_of_the_data() {
    let f = scatter::scatter(&[cloud(200)], &FigureOptions { alpha: Some(1.0), ..Default::default() }).unwrap();
    let image = image::load_from_memory(&render::png(&f).unwrap()).unwrap().to_rgb8();
    assert_eq!((image.width(), image.height()), ((f.width * 2.0).round() as u32, (f.height * 2.0).round() as u32));
    let blue = image.pixels().filter(|p| p.0 == [CYCLE[0].0, CYCLE[0].1, CYCLE[0].2]).count();
    let white = image.pixels().filter(|p| p.0 == [255, 255, 255]).count();
    assert!(blue > 1000, "{blue} blue pixels");
    assert!(white as f64 > 0.8 * f64::from(image.width() * image.height()));
}

#[test]
fn svg_is_well_formed_and_scaled() {
    let f = scatter::scatter(&[cloud(10)], &FigureOptions { title: "a < b & $\\varphi$".into(), ..Default::default() })
        .unwrap();
    let svg = render::svg(&f).unwrap();
    assert!(svg.starts_with("<svg width=\"403.2\" height=\"360\" viewBox=\"0 0 403.2 360\""), "{}", &svg[..80]);
    assert!(svg.contains("a &lt; b &amp; $\\varphi$"));
    assert_eq!(svg.matches("<circle").count(), 11);
}

#[test]
fn ticks_are_round() {
    let labels = |t: ticks::Ticks| t.ticks.into_iter().map(|t| t.1).filter(|l| !l.is_empty()).collect::<Vec<_>>();
    assert_eq!(labels(ticks::linear(-1.03, 1.04, 5)), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
    assert_eq!(labels(ticks::linear(0.0, 100.0, 5)), ["0", "20", "40", "60", "80", "100"]);
    assert_eq!(labels(ticks::logarithmic(2e-5, 3.0, 8)), ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
    assert_eq!(labels(ticks::logarithmic(1e-12, 1.0, 5)).len(), 5);
    assert_eq!(labels(ticks::logarithmic(1.0, 8.0, 5)), ["1", "2", "5"]);
}

/// The level set of x² + y² = 1 is a circle: every vertex on it, one closed curve.
#[test]
fn marching_squares_find_circles() {
    let n = 81;
    let at = |i: usize| -2.0 + 4.0 * i as f64 / (n - 1) as f64;
    let values = (0..n * n).map(|k| at(k % n).powi(2) + at(k / n).powi(2)).collect();
    let lines = contour::level_lines(&contour::Field { x: (-2.0, 2.0), y: (-2.0, 2.0), columns: n, values }, 1.0);
    assert_eq!(lines.len(), 1);
    let (x, y) = &lines[0];
    assert_eq!((x[0], y[0]), (x[x.len() - 1], y[y.len() - 1]));
    // linear interpolation on cells of 0.05: within 1e-3
    assert!(x.iter().zip(y).all(|(a, b)| (a.hypot(*b) - 1.0).abs() < 1e-3));
}

#[test]
fn viridis_runs_from_violet_to_yellow() {
    let near = |c: gflow::plot::color::Color, r: i32, g: i32, b: i32| {
        (i32::from(c.0) - r).abs() < 12 && (i32::from(c.1) - g).abs() < 12 && (i32::from(c.2) - b).abs() < 12
    };
    assert!(
        near(Map::Viridis.at(0.0), 68, 1, 84)
            && near(Map::Viridis.at(0.5), 33, 145, 140)
            && near(Map::Viridis.at(1.0), 253, 231, 37)
    );
}

#[test]
fn odd_figures_do_not_break_the_layout() {
    let nan = Mark::Line {
        x: vec![0.0, f64::NAN, 1.0],
        y: vec![1.0, 2.0, f64::INFINITY],
        color: CYCLE[0],
        width: 1.0,
        alpha: 1.0,
        dashed: true,
    };
    for marks in [
        vec![],
        vec![nan.clone()],
        vec![Mark::Points {
            marker: Default::default(),
            x: vec![1.0; 3],
            y: vec![1.0; 3],
            color: CYCLE[0],
            radius: 2.0,
            alpha: 1.0,
        }],
    ] {
        for log in [false, true] {
            let mut p = Panel { marks: marks.clone(), ..Panel::default() };
            p.y.log = log;
            assert!(!render::png(&Figure::single(p, 200.0, 150.0)).unwrap().is_empty());
        }
    }
    let empty = Cloud { name: String::new(), rows: vec![], d: 2 };
    assert!(scatter::scatter(&[empty], &FigureOptions::default()).is_err());
}
