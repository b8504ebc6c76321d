//! Where things stand on a page.
use super::cloud;
use gflow::plot::color::GREY;
use gflow::plot::contour::{Field, contour};
use gflow::plot::figure::{Mark, Panel};
use gflow::plot::lines::{Series, lines};
use gflow::plot::shape::{Anchor, Shape};
use gflow::plot::{Figure, FigureOptions, grid, layout, render, scatter};

/// Left, right, upper and lower edge of a text.
type Area = [f64; 4];

/// The areas of the level texts of a figure that say something.
fn texts(f: &Figure, says: &str) -> Vec<Area> {
    let of = |s: &Shape| match s {
        Shape::Text { at, setting, source, turned: false, .. } if source.contains(says) => {
            Some([at.0, at.0 + setting.width, at.1 - setting.ascent, at.1 + setting.descent])
        }
        _ => None,
    };
    layout::shapes(f).unwrap().iter().filter_map(of).collect()
}

fn meet(a: &Area, b: &Area) -> bool {
    a[0] < b[1] && b[0] < a[1] && a[2] < b[3] && b[2] < a[3]
}

/// Labels of lines that lie close give way to each other.
#[test]
fn labels_of_lines_give_way() {
    let line = |at: f64, upright: bool| Mark::Reference {
        at,
        upright,
        color: GREY,
        width: 1.0,
        dashed: true,
        label: format!("label of {at:.2}"),
    };
    let t: Vec<f64> = (0..10).map(f64::from).collect();
    let curve = Series { name: String::new(), y: t.clone(), x: t, ..Series::default() };
    for upright in [false, true] {
        for gap in [0.05, 0.2, 0.5] {
            let mut f = lines(std::slice::from_ref(&curve), "x", &FigureOptions::default()).unwrap();
            f.panels[0].marks.extend((0..4).map(|i| line(4.0 + gap * f64::from(i), upright)));
            f.panels[0].marks.push(line(8.9, upright));
            let labels = texts(&f, "label of");
            assert_eq!(labels.len(), 5);
            for (i, a) in labels.iter().enumerate() {
                assert!(a[0] >= 0.0 && a[1] <= f.width, "{a:?}");
                assert!(labels[..i].iter().all(|b| !meet(a, b)), "upright {upright}, {gap} apart: {labels:?}");
            }
        }
    }
}

/// The corners of the axes of a figure: of its longest straight lines.
fn frames(f: &Figure) -> Vec<(f64, f64)> {
    let of = |s: &Shape| match s {
        Shape::Line { points, .. } if points.len() == 3 => Some(points[1]),
        _ => None,
    };
    layout::shapes(f).unwrap().iter().filter_map(of).collect()
}

/// Axes of one row end at one height, those of one column begin at one side, whatever is written around them.
#[test]
fn axes_of_a_grid_are_in_line() {
    let o = FigureOptions { columns: 2, ..Default::default() };
    let t: Vec<f64> = (0..10).map(f64::from).collect();
    let curve = |scale: f64| Series {
        name: String::new(),
        y: t.iter().map(|t| scale * t).collect(),
        x: t.clone(),
        ..Series::default()
    };
    let plain = |scale: f64, x: &str| lines(&[curve(scale)], x, &FigureOptions::default()).unwrap();
    let titled = FigureOptions { title: r"$\sum_{i=1}^n x_i$".into(), ..Default::default() };
    let figures = [
        plain(1.0, ""),
        lines(&[curve(1e6)], "$x_1$", &titled).unwrap(),
        plain(1e-4, "a label"),
        scatter::scatter(&[cloud(20)], &FigureOptions::default()).unwrap(),
    ];
    let f = grid::grid(&figures, &o).unwrap();
    let corners = frames(&f);
    assert_eq!(corners.len(), 4, "{corners:?}");
    let (w, h) = (f.width / 2.0, f.height / 2.0);
    let at = |i: usize| (corners[i].0 - (i % 2) as f64 * w, corners[i].1 - (i / 2) as f64 * h);
    for (a, b) in [(0, 1), (2, 3)] {
        assert!((at(a).1 - at(b).1).abs() < 1e-9, "row: {corners:?}");
    }
    for (a, b) in [(0, 2), (1, 3)] {
        assert!((at(a).0 - at(b).0).abs() < 1e-9, "column: {corners:?}");
    }
}

/// A word or a formula that is wider than the page is broken or made smaller, and none of it is cut.
#[test]
fn nothing_is_wider_than_the_page() {
    let long = "a_very_long_name_without_any_space_in_it".repeat(4);
    let formula = format!("${}$", "x_1 + ".repeat(40) + "x_2");
    let small = FigureOptions { width: Some(200.0), ..Default::default() };
    for said in [long, formula] {
        let mut panel: Panel = small.panel(&said, "y").unwrap();
        panel.title = said.clone();
        panel.marks = scatter::scatter(&[cloud(20)], &small).unwrap().panels[0].marks.clone();
        panel.marks.push(Mark::Note { x: 0.0, y: 0.0, text: said.clone(), color: GREY, anchor: Anchor::Left });
        let f = small.figure(panel);
        let areas = texts(&f, "");
        assert!(areas.len() > 6);
        for a in areas {
            assert!(a[0] > -1e-9 && a[1] < f.width + 1e-9, "{said}: {a:?} of {}", f.width);
        }
        assert!(render::svg(&f).is_ok() && render::pdf(&f).is_ok());
    }
}

/// A field a thousand times as long as high fills its axes, and so do its level lines.
#[test]
fn a_stretched_field_has_axes_of_two_units() {
    let (x, y, columns) = ((0.0, 1000.0), (0.0, 1.0), 41);
    let nodes = Field::nodes(x, y, columns);
    let values = nodes.chunks(2).map(|p| p[0] / 1000.0 + p[1]).collect();
    let f = contour(&Field { x, y, columns, values }, &FigureOptions::default()).unwrap();
    let heights = layout::shapes(&f).unwrap().into_iter().filter_map(|s| match s {
        Shape::Image { from, to, .. } => Some((to.1 - from.1).abs()),
        _ => None,
    });
    assert!(heights.into_iter().all(|h| h > 0.5 * f.height));
}
