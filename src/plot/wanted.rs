//! What a page wants of figures that ask for nothing: Quarto's fig-width, fig-height, fig-dpi and fig-format.
use super::figure::Figure;
use super::preset::PRESETS;
use std::sync::LazyLock;

/// The wishes of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// of a figure of ordinary size, in inches
    width: Option<f64>,
    /// of a figure of ordinary size, in inches
    height: Option<f64>,
    dpi: Option<f64>,
    /// the only form that is shown; every form if None
    pub form: Option<&'static str>,
}

/// What the page that started this process wants; Quarto tells it by its environment.
pub static WANTED: LazyLock<Wanted> = LazyLock::new(|| Wanted::of(|name| std::env::var(name).ok()));

impl Wanted {
    /// Reads the wishes.
    fn of(get: impl Fn(&str) -> Option<String>) -> Wanted {
        let number =
            |name: &str| get(name).and_then(|v| v.trim().parse::<f64>().ok()).filter(|v| v.is_finite() && *v > 0.0);
        let format = get("QUARTO_FIG_FORMAT").unwrap_or_default();
        // "retina" is twice as many pixels for the same size
        let times = if format == "retina" { 2.0 } else { 1.0 };
        Wanted {
            width: number("QUARTO_FIG_WIDTH").filter(|v| *v < 100.0),
            height: number("QUARTO_FIG_HEIGHT").filter(|v| *v < 100.0),
            dpi: number("QUARTO_FIG_DPI").filter(|v| *v <= 2400.0).map(|v| times * v),
            form: match format.as_str() {
                "png" | "retina" => Some("image/png"),
                "svg" => Some("image/svg+xml"),
                "pdf" => Some("application/pdf"),
                _ => None,
            },
        }
    }

    /// A figure as the page wants it.
    pub fn fitted(&self, f: &Figure) -> Figure {
        let mut f = f.clone();
        let ordinary = &PRESETS[0];
        if !f.fixed {
            f.width *= self.width.map_or(1.0, |v| 96.0 * v / ordinary.width);
            f.height *= self.height.map_or(1.0, |v| 96.0 * v / ordinary.height);
            f.style.dpi = self.dpi.unwrap_or(f.style.dpi);
        }
        f
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::figure::Panel;

    #[test]
    fn a_page_has_wishes() {
        let page = |name: &str| {
            let value = match name {
                "QUARTO_FIG_WIDTH" => "7",
                "QUARTO_FIG_HEIGHT" => "5.0",
                "QUARTO_FIG_DPI" => "96",
                "QUARTO_FIG_FORMAT" => "retina",
                _ => return None,
            };
            Some(value.to_string())
        };
        let wanted = Wanted::of(page);
        let f = Figure::single(Panel::default(), 460.0, 360.0);
        let shown = wanted.fitted(&f);
        assert_eq!((shown.width, shown.height, shown.style.dpi, wanted.form), (672.0, 480.0, 192.0, Some("image/png")));
        let fixed = Figure { fixed: true, ..f.clone() };
        assert_eq!(wanted.fitted(&fixed), fixed);
        assert_eq!(Wanted::of(|_| None), Wanted::default());
        assert_eq!(Wanted::of(|_| Some("wide".into())), Wanted::default());
        assert_eq!(Wanted::default().fitted(&f), f);
    }
}
