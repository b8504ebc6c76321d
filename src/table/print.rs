//! A whole table as Markdown and as LaTeX.
use super::column::Column;
use super::data::Table;
use super::show::cell;

/// A text as LaTeX sets it.
pub fn latex_text(t: &str) -> String {
    let t = t
        // a sign that no text holds stands for it until its braces are safe
        .replace('\\', "\0")
        .replace('&', r"\&")
        .replace('%', r"\%")
        .replace('_', r"\_")
        .replace('#', r"\#")
        .replace('$', r"\$")
        .replace('{', r"\{")
        .replace('}', r"\}")
        .replace('^', r"\^{}")
        .replace('~', r"\~{}")
        .replace('\0', r"\textbackslash{}");
    t.replace('≤', r"$\le$")
        .replace('≥', r"$\ge$")
        .replace('±', r"$\pm$")
        .replace('²', "$^2$")
        .replace('₁', "$_1$")
        .replace('₂', "$_2$")
        .replace('½', r"$\frac12$")
        .replace('→', r"$\to$")
        .replace('α', r"$\alpha$")
        .replace('ν', r"$\nu$")
        .replace('λ', r"$\lambda$")
}

impl Table {
    fn lines(&self, clean: &dyn Fn(&str) -> String) -> (Vec<String>, Vec<Vec<String>>) {
        let row = |i: usize| self.columns().iter().map(|c| clean(&cell(c.1.cell(i), usize::MAX))).collect();
        (self.names().map(clean).collect(), (0..self.rows()).map(row).collect())
    }

    /// All of it in Markdown, numbers at the right.
    pub fn markdown(&self) -> String {
        let (heads, rows) = self.lines(&|t| t.replace('|', "\\|").replace('\n', " "));
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule = |c: &Column| if matches!(c, Column::Numbers(_)) { "---:" } else { "---" };
        let rules: Vec<&str> = self.columns().iter().map(|c| rule(&c.1)).collect();
        let body: String = rows.iter().map(|r| line(r)).collect();
        format!("{}|{}|\n{body}", line(&heads), rules.join("|"))
    }

    /// All of it as a `tabular` of LaTeX.
    pub fn latex(&self) -> String {
        let (heads, rows) = self.lines(&latex_text);
        let side = |c: &Column| if matches!(c, Column::Numbers(_)) { 'r' } else { 'l' };
        let sides: String = self.columns().iter().map(|c| side(&c.1)).collect();
        let line = |cells: &[String]| format!("{}\\\\\n", cells.join(" & "));
        let body: String = rows.iter().map(|r| line(r)).collect();
        format!("\\begin{{tabular}}{{{sides}}}\n\\hline\n{}\\hline\n{body}\\hline\n\\end{{tabular}}\n", line(&heads))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_tables_are_printed() {
        assert_eq!(latex_text(r"C:\{a}_~"), r"C:\textbackslash{}\{a\}\_\~{}");
        let names = Column::texts([Some("a|b"), Some("50 %"), None]).unwrap();
        let t = Table::new(vec![("name".into(), names), ("x_1".into(), Column::numbers(vec![0.5, f64::NAN, 2.0]))])
            .unwrap();
        assert_eq!(t.markdown(), "| name | x_1 |\n|---|---:|\n| a\\|b | 0.5 |\n| 50 % | NA |\n| NA | 2 |\n");
        assert_eq!(
            t.latex(),
            "\\begin{tabular}{lr}\n\\hline\nname & x\\_1\\\\\n\\hline\na|b & 0.5\\\\\n50 \\% & NA\\\\\nNA & 2\\\\\n\\hline\n\\end{tabular}\n"
        );
    }
}
