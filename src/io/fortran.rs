//! Arrays whose first index runs fastest, as Fortran, MATLAB, R and Julia keep them, put in the order in which the last does.
use super::element::Numbers;
use crate::interrupt;

/// Where the next number of a file goes.
pub struct Fortran<'a> {
    shape: &'a [usize],
    /// of every index, how far apart two neighbours lie in the new order
    strides: Vec<usize>,
    index: Vec<usize>,
    /// of all indices but the first, where they are in the new order
    base: usize,
}

/// Numbers that are placed between two looks at the interrupt.
const SOME: usize = 1 << 16;

impl Fortran<'_> {
    /// Before the first number of an array.
    pub fn new(shape: &[usize]) -> Fortran<'_> {
        let mut strides = vec![1; shape.len()];
        for axis in (1..shape.len()).rev() {
            strides[axis - 1] = strides[axis] * shape[axis];
        }
        Fortran { shape, strides, index: vec![0; shape.len()], base: 0 }
    }

    /// Puts the next numbers where they belong.
    ///
    /// # Errors
    /// An interrupt.
    pub fn place(&mut self, piece: &Numbers, out: &mut Numbers) -> Result<(), String> {
        match (piece, out) {
            (Numbers::Single(piece), Numbers::Single(out)) => self.put(piece, out),
            (Numbers::Double(piece), Numbers::Double(out)) => self.put(piece, out),
            // both were made for the same elements
            _ => Ok(()),
        }
    }

    fn put<T: Copy>(&mut self, piece: &[T], out: &mut [T]) -> Result<(), String> {
        for some in piece.chunks(SOME) {
            interrupt::poll().map_err(|e| e.to_string())?;
            let mut rest = some;
            while !rest.is_empty() {
                let run = rest.len().min(self.shape[0] - self.index[0]);
                let from = self.base + self.index[0] * self.strides[0];
                let places = out[from..].iter_mut().step_by(self.strides[0]);
                places.zip(&rest[..run]).for_each(|(place, v)| *place = *v);
                rest = &rest[run..];
                self.advance(run);
            }
        }
        Ok(())
    }

    /// Goes on by so many numbers, at most to the end of a run of the first index.
    fn advance(&mut self, run: usize) {
        self.index[0] += run;
        if self.index[0] < self.shape[0] {
            return;
        }
        self.index[0] = 0;
        for axis in 1..self.shape.len() {
            self.index[axis] += 1;
            self.base += self.strides[axis];
            if self.index[axis] < self.shape[axis] {
                return;
            }
            self.base -= self.strides[axis] * self.shape[axis];
            self.index[axis] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In any shape and cut anywhere: the number that says its own indices is where they say.
    #[test]
    fn every_number_finds_its_place() {
        for shape in [vec![2, 3], vec![5, 1], vec![1, 4], vec![2, 3, 4], vec![3, 1, 2, 2], vec![1, 1, 7]] {
            let count: usize = shape.iter().product();
            let mut index = vec![0; shape.len()];
            let mut file = vec![];
            for _ in 0..count {
                let in_rows = index.iter().zip(&shape).fold(0, |all, (i, n)| all * n + i);
                file.push(in_rows as f64);
                for (i, n) in index.iter_mut().zip(&shape) {
                    *i += 1;
                    if *i < *n {
                        break;
                    }
                    *i = 0;
                }
            }
            for cut in 0..=count {
                let mut order = Fortran::new(&shape);
                let mut out = Numbers::Double(vec![-1.0; count]);
                for piece in [&file[..cut], &file[cut..]] {
                    assert_eq!(order.place(&Numbers::Double(piece.to_vec()), &mut out), Ok(()));
                }
                assert_eq!(out, Numbers::Double((0..count).map(|i| i as f64).collect()), "{shape:?}, cut at {cut}");
            }
        }
    }
}
