//! Samples as plots take them.

/// A sample with a name, rows of dimension d.
#[derive(Clone, Debug)]
pub struct Cloud {
    /// for the legend; none if empty
    pub name: String,
    /// row by row
    pub rows: Vec<f64>,
    /// numbers a row
    pub d: usize,
}

impl Cloud {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len() / self.d.max(1)
    }
    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// Two coordinates; a one-dimensional sample is drawn along the x axis.
    pub fn xy(&self) -> (Vec<f64>, Vec<f64>) {
        let x = self.rows.iter().step_by(self.d).copied().collect();
        let y = if self.d > 1 {
            self.rows.iter().skip(1).step_by(self.d).copied().collect()
        } else {
            vec![0.0; self.len()]
        };
        (x, y)
    }
}
