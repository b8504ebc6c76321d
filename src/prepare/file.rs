//! A transform in a file of its own: readable JSON, every number with all its digits.
use super::transform::{Mix, Transform};
use crate::error::{Error, Result};
use crate::input::{clip, failed, open, read_bytes};
use crate::io::write_atomically;
use crate::memory;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What the file begins with.
const TITLE: &str = "gflow transform, form 1";

/// The matrices stand beside the rest, empty where columns are not mixed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    title: String,
    transform: Transform,
    forward: Vec<f64>,
    back: Vec<f64>,
}

impl Transform {
    /// Writes it; an existing file is replaced only once the new one is complete.
    ///
    /// # Errors
    /// A file that cannot be written, and more text than memory holds.
    pub fn save(&self, path: &Path) -> Result<()> {
        // 17 digits, a sign, a point, an exponent and a comma
        let numbers = memory::product(&[2, self.dim(), if self.mixes() { self.dim() } else { 2 }]);
        memory::check("saving a transform", numbers * 52)?;
        let (forward, back) = self.mix().map_or((vec![], vec![]), |m| (m.forward.clone(), m.back.clone()));
        let written = Written { title: TITLE.into(), transform: self.clone(), forward, back };
        let text = serde_json::to_vec(&written).map_err(|e| Error::io("write", path, e))?;
        write_atomically(path, &text)
    }

    /// Reads one back.
    ///
    /// # Errors
    /// A file that cannot be read, or holds no whole transform.
    pub fn load(path: &Path) -> Result<Transform> {
        let fail = |reason: String| failed(path, format!("it holds no transform: {}", clip(&reason, 200)));
        let (file, size) = open(path)?;
        let bytes = read_bytes(file, size).map_err(|reason| failed(path, reason))?;
        let read: Written = serde_json::from_slice(&bytes).map_err(|e| fail(e.to_string()))?;
        if read.title != TITLE {
            return Err(fail(format!("its title is \"{}\", expected \"{TITLE}\"", clip(&read.title, 40))));
        }
        let whole = match read.transform.mixes() {
            true => read.transform.mixed(Mix { forward: read.forward, back: read.back }),
            false if read.forward.is_empty() && read.back.is_empty() => read.transform,
            false => return Err(fail("it has matrices and does not mix".into())),
        };
        whole.check().map(|()| whole).map_err(|e| fail(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::wide;
    use crate::prepare::{columns::By, fit, whiten::whiten};

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.json");
        let x = wide(vec![0.1, 1e6, 0.7, 1e6 + 0.3, -1e-3, 1e6 + 0.1], 3, 2);
        for t in [fit::standardise(&x, By::Robust).unwrap(), whiten(&x, 0.0).unwrap(), fit::given(&[0.1], &[]).unwrap()]
        {
            t.save(&path).unwrap();
            assert_eq!(Transform::load(&path).unwrap(), t);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for (from, to) in
            [("form 1", "form 2"), ("[0.1]", "[-0.1]"), ("[0.1]", "[null]"), ("[0.1]", "[0.1,1]"), ("}", "")]
        {
            std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
            let said = Transform::load(&path).unwrap_err().to_string();
            assert!(said.contains("it holds no transform"), "{from}: {said}");
        }
    }
}
