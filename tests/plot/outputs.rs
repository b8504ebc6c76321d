//! What figures are written as.
use super::cloud;
use gflow::plot::color::{CYCLE, GREY, INK};
use gflow::plot::figure::{Mark, Panel};
use gflow::plot::lines::{Series, gaps, lines};
use gflow::plot::shape::{Anchor, Shape};
use gflow::plot::{Cloud, Figure, FigureOptions, contour, grid, layout, render, scatter};

fn curve(o: &FigureOptions) -> Figure {
    let t: Vec<f64> = (0..40).map(f64::from).collect();
    let series =
        Series { name: "error".into(), y: t.iter().map(|t| 52.4 + 1e-5 * t).collect(), x: t, ..Series::default() };
    lines(&[series], "step $t_n$", o).unwrap()
}

fn paper() -> FigureOptions {
    FigureOptions {
        preset: Some("paper".into()),
        title: r"$D_{\mathrm{KL}}^{\Gamma_L}$ of $P$ and $Q$".into(),
        ..Default::default()
    }
}

/// One column of a paper is 89 mm wide in every output.
#[test]
fn sizes_are_those_asked_for() {
    let f = curve(&paper());
    let inches = 89.0 / 25.4;
    assert!((f.width / 96.0 - inches).abs() < 1e-9 && (f.style.dpi - 300.0).abs() < 1e-9);
    let png = render::png(&f).unwrap();
    let image = image::load_from_memory(&png).unwrap();
    assert_eq!(image.width(), (300.0 * inches).round() as u32);
    // the chunk that says how many pixels make a meter
    let at = png.windows(4).position(|w| w == b"pHYs").unwrap();
    let per_meter = u32::from_be_bytes(png[at + 4..at + 8].try_into().unwrap());
    assert_eq!(per_meter, (300.0f64 / 0.0254).round() as u32);
    let pdf = render::pdf(&f).unwrap();
    let text = String::from_utf8_lossy(&pdf);
    let page = text.split_once("/MediaBox").unwrap().1.split_once(']').unwrap().0.trim_start_matches(['[', ' ']);
    let width: f64 = page.split_whitespace().nth(2).unwrap().parse().unwrap();
    assert!((width / 72.0 - inches).abs() < 1e-4, "{width}");
    assert!(render::svg(&f).unwrap().starts_with("<svg width=\"336.38\""));
    // a number is pixels, letters are in points
    let o = FigureOptions { width: Some(200.0), font_size: Some(18.0), dpi: Some(96.0), ..Default::default() };
    let f = curve(&o);
    assert_eq!((f.width, f.style.font_size, f.style.fineness()), (200.0, 24.0, 1.0));
    assert!(render::png(&f).is_ok());
}

/// The same figure has the same bytes, and its PDF carries the fonts of its words and of its mathematics.
#[test]
fn outputs_are_the_same_every_time() {
    let f = curve(&paper());
    assert_eq!(render::pdf(&f).unwrap(), render::pdf(&f).unwrap());
    assert_eq!(render::png(&f).unwrap(), render::png(&f).unwrap());
    assert_eq!(render::svg(&f).unwrap(), render::svg(&f).unwrap());
    let pdf = render::pdf(&f).unwrap();
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.starts_with("%PDF-") && text.contains("DejaVuSans") && text.contains("KaTeX_Math"));
    assert!(text.matches("/FontFile2").count() >= 3);
}

/// Without paper the corners are transparent; a file has paper even where the screen is dark.
#[test]
fn paper_and_its_absence() {
    let corner = |f: &Figure| image::load_from_memory(&render::png(f).unwrap()).unwrap().to_rgba8().get_pixel(1, 1).0;
    let mut f = curve(&paper());
    assert_eq!(corner(&f), [255; 4]);
    f.style.dark = true;
    assert!(corner(&f)[0] < 40);
    let folder = tempfile::tempdir().unwrap();
    render::save(&f, &folder.path().join("a.png")).unwrap();
    let kept = image::open(folder.path().join("a.png")).unwrap().to_rgba8();
    assert_eq!(kept.get_pixel(1, 1).0, [255; 4]);
    let clear = curve(&FigureOptions { transparent: true, ..paper() });
    assert_eq!(corner(&clear)[3], 0);
    assert!(!render::svg(&clear).unwrap().contains("<rect width=\"100%\""));
    for (name, said) in [("a.jpg", ".pdf, .svg or .png"), ("a", ".pdf, .svg or .png"), ("a.pgn", "the nearest is .png")]
    {
        let e = render::save(&f, &folder.path().join(name)).unwrap_err().to_string();
        assert!(e.contains(said), "{e}");
    }
}

/// Many points are one picture in a figure of vectors, few are shapes.
#[test]
fn many_points_are_a_picture() {
    let of = |n: usize| {
        let o = FigureOptions { alpha: Some(1.0), ..Default::default() };
        render::svg(&scatter::scatter(&[Cloud { name: String::new(), ..cloud(n) }], &o).unwrap()).unwrap()
    };
    assert_eq!((of(500).matches("<circle").count(), of(500).matches("<image").count()), (500, 0));
    let many = of(200_000);
    assert_eq!((many.matches("<circle").count(), many.matches("<image").count()), (0, 1));
    assert!(many.len() < 500_000, "{} bytes", many.len());
}

/// What a figure cannot show is counted.
#[test]
fn remarks_count_what_is_not_shown() {
    let series = |y: Vec<f64>| Series { name: "a $b$".into(), x: vec![1.0, 2.0, 3.0, 4.0], y, ..Series::default() };
    let log = FigureOptions { log_y: true, ..Default::default() };
    let f = lines(&[series(vec![1.0, -1.0, 0.0, 2.0])], "x", &log).unwrap();
    // of the curve and its dots once
    assert_eq!(f.remarks(), ["2 of 4 values are not above 0 and have no place on the logarithmic y axis"]);
    let banded = Series { band: (vec![-1.0, 0.0, 1.0, 1.0], vec![3.0; 4]), ..series(vec![1.0, 1.5, 2.0, 2.0]) };
    let f = lines(&[banded], "x", &log).unwrap();
    assert_eq!(f.remarks(), ["2 lower ends of error bars or bands are not above 0 and drawn to the edge of the axes"]);
    let many: Vec<Series> =
        (0..20).map(|i| Series { name: i.to_string(), ..series(vec![1.0, 2.0, 3.0, i as f64]) }).collect();
    assert_eq!(lines(&many, "x", &log).unwrap().remarks().len(), 2);
    assert_eq!(
        lines(&many, "x", &FigureOptions::default()).unwrap().remarks(),
        ["6 of 20 names of the legend look like another"]
    );
    let small = FigureOptions { font_size: Some(60.0), width: Some(336.0), ..Default::default() };
    let said = scatter::scatter(&[cloud(10)], &small).unwrap().remarks();
    assert!(said[0].starts_with("letters of 60 pt leave little room"), "{said:?}");
    let mut f = scatter::scatter(&[cloud(10)], &FigureOptions::default()).unwrap();
    assert!(f.remarks().is_empty());
    f.panels[0].title = "\u{10FFFD}".into();
    assert_eq!(f.remarks().len(), 1);
    f.panels[0].title = r"$\nope$".into();
    assert!(f.check().is_err() && render::svg(&f).is_err() && render::pdf(&f).is_err() && render::png(&f).is_err());
}

/// A grid can share its axes and letter its panels; a potential stands about 0 in colours of two sides.
#[test]
fn grids_share_and_letter() {
    let one = curve(&FigureOptions::default());
    let mut other = curve(&FigureOptions::default());
    other.panels[0].marks.push(Mark::Reference {
        at: 60.0,
        upright: false,
        color: GREY,
        width: 1.0,
        dashed: true,
        label: "here".into(),
    });
    let o =
        FigureOptions { columns: 2, letters: true, share_y: true, preset: Some("paper2".into()), ..Default::default() };
    let both = grid::grid(&[one, other], &o).unwrap();
    let letters: Vec<&str> = both.panels.iter().map(|p| p.letter.as_str()).collect();
    assert_eq!((letters, both.panels[0].y.limits), (vec!["a", "b"], both.panels[1].y.limits));
    assert!(both.panels[1].y.label.is_empty() && both.panels[1].y.limits.unwrap().1 > 60.0);
    assert!((both.width - 183.0 / 25.4 * 96.0).abs() < 1e-9);
    let svg = render::svg(&both).unwrap();
    assert!(svg.contains("aria-label=\"a\"") && svg.contains("aria-label=\"here\""));

    let field = |shift: f64| {
        let nodes = contour::Field::nodes((-1.0, 1.0), (-1.0, 1.0), 9);
        let values: Vec<f64> = nodes.chunks(2).map(|p| p[0] + shift).collect();
        contour::contour(
            &contour::Field { x: (-1.0, 1.0), y: (-1.0, 1.0), columns: 9, values: contour::centered(&values) },
            &Default::default(),
        )
    };
    // the same potential but for a constant
    let bar = |f: &Figure| f.panels[0].colorbar.clone().unwrap();
    let (a, b) = (bar(&field(0.0).unwrap()), bar(&field(5.0).unwrap()));
    assert!((a.range.0 - b.range.0).abs() < 1e-12 && a.range.0 == -a.range.1 && a.map == b.map);
}

/// Where texts begin and end on a page.
fn texts(f: &Figure) -> Vec<(f64, f64)> {
    let shapes = layout::shapes(f).unwrap().into_iter();
    let of = |s| match s {
        Shape::Text { at, setting, turned: false, .. } => Some((at.0, at.0 + setting.width)),
        Shape::Text { at, setting, turned: true, .. } => Some((at.0 - setting.ascent, at.0 + setting.descent)),
        _ => None,
    };
    shapes.filter_map(of).collect()
}

/// Numbers of axes of one unit have the room that their own range takes; names and labels stay on the page.
#[test]
fn texts_stay_on_the_page() {
    let near = |rows: &[f64]| Cloud { name: String::new(), rows: rows.to_vec(), d: 2 };
    let mut figures = vec![
        scatter::scatter(&[near(&[0.0, 52.4001, 0.01, 52.4002, 0.02, 52.40035])], &paper()).unwrap(),
        scatter::scatter(&[near(&[0.0, -1000.0, 0.5, -1000.01, 1.0, -1000.0])], &paper()).unwrap(),
    ];
    let series = |i: usize| Series {
        name: format!("series {i} {}", "with a long name ".repeat(i)),
        x: vec![0.0, 1.0],
        y: vec![0.0, i as f64],
        ..Series::default()
    };
    figures.push(lines(&(0..60).map(series).collect::<Vec<_>>(), "x", &paper()).unwrap());
    let mut labelled = curve(&paper());
    let note =
        |x: f64| Mark::Note { x, y: 52.4002, text: "the end of the run".into(), color: INK, anchor: Anchor::Left };
    let upright = |at: f64| Mark::Reference {
        at,
        upright: true,
        color: GREY,
        width: 1.0,
        dashed: true,
        label: "a long label".into(),
    };
    labelled.panels[0].marks.extend([note(39.0), note(0.0), upright(38.5), upright(1.0)]);
    figures.push(labelled);
    for f in figures {
        for (from, to) in texts(&f) {
            assert!(from >= 0.0 && to <= f.width, "{}: a text from {from} to {to} of {}", f.describe(), f.width);
        }
    }
}

/// A curve breaks at infinity and says so; rows between measurements are no gaps, and others are.
#[test]
fn curves_break_and_pass_over() {
    let of = |y: Vec<f64>| {
        let x = (0..y.len()).map(|i| i as f64).collect();
        lines(&[Series { name: "a".into(), x, y, ..Series::default() }], "x", &FigureOptions::default())
    };
    let f = of(vec![1.0, f64::NAN, 3.0, f64::INFINITY, 2.0, 1.5]).unwrap();
    assert_eq!(f.remarks(), ["1 of 5 points are not finite and not drawn"]);
    let strokes = layout::shapes(&f)
        .unwrap()
        .into_iter()
        .filter(|s| matches!(s, Shape::Line { color, .. } if *color == CYCLE[0]));
    assert_eq!(strokes.count(), 2);
    assert!(of(vec![f64::NAN; 4]).unwrap_err().to_string().contains("has no value"));
    let n = f64::NAN;
    for (y, lost) in [
        (vec![1.0, 2.0, 3.0], 0),
        (vec![1.0, n, n, 2.0, n, n, 3.0], 0),
        (vec![1.0, n, n, 2.0, n, n, 3.0, 4.0], 0),
        (vec![1.0, n, 2.0, 3.0, 4.0], 1),
        (vec![1.0, 2.0, n, n, 3.0], 2),
    ] {
        assert_eq!(gaps(&y), lost, "{y:?}");
    }
}

/// Only axes of a kind share, and names that differ stay.
#[test]
fn sharing_takes_nothing_away() {
    let line = |name: &str, log_y: bool| {
        let series = Series { name: name.into(), x: vec![1.0, 2.0], y: vec![0.1, 20.0], ..Series::default() };
        lines(&[series], "x", &FigureOptions { log_y, ..Default::default() }).unwrap()
    };
    let o = FigureOptions { share_y: true, share_x: true, columns: 2, ..Default::default() };
    let f = grid::grid(&[line("a", false), line("b", false), line("c", true), line("a", false)], &o).unwrap();
    let labels: Vec<&str> = f.panels.iter().map(|p| p.y.label.as_str()).collect();
    assert_eq!(labels, ["a", "b", "c", "a"]);
    assert_eq!(f.panels[0].y.limits, f.panels[1].y.limits);
    assert_ne!(f.panels[2].y.limits, f.panels[3].y.limits);
    assert_eq!((f.panels[0].x.label.as_str(), f.panels[2].x.label.as_str()), ("", "x"));
    assert_eq!(f.panels[0].x.limits, f.panels[2].x.limits);
}

/// Large dots take no more memory than the page, and are as large as small ones would be.
#[test]
fn large_dots_are_discs() {
    let rows = (0..40).flat_map(|i| [f64::from(i % 2), f64::from(i % 3)]).collect();
    let o = FigureOptions { size: Some(100.0), dpi: Some(300.0), alpha: Some(1.0), ..Default::default() };
    let f = scatter::scatter(&[Cloud { name: String::new(), rows, d: 2 }], &o).unwrap();
    let image = image::load_from_memory(&render::png(&f).unwrap()).unwrap().to_rgb8();
    let blue = image.pixels().filter(|p| p.0 == [CYCLE[0].0, CYCLE[0].1, CYCLE[0].2]).count();
    assert!(blue as f64 > 0.3 * f64::from(image.width() * image.height()), "{blue}");
}

/// No page without a size, and none that is too large.
#[test]
fn odd_sizes_are_told() {
    for (width, height) in [(0.0, 100.0), (-5.0, 100.0), (f64::NAN, 100.0), (1e9, 100.0)] {
        let f = Figure::single(Panel::default(), width, height);
        assert!(render::svg(&f).is_err() && render::pdf(&f).is_err() && render::png(&f).is_err(), "{width} × {height}");
    }
}
