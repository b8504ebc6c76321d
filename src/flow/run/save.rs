//! Writing a run to disk, so that a loaded one goes on bit for bit on the same device.
use super::advance::Run;
use super::form::{ARRAYS, FORM, READABLE, numbers, title};
use super::lent::{Lent, piece};
use crate::device::is_wide;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::io::arrays::Packer;
use crate::io::files::{Disk, Files, Output, Stoppable};
use crate::io::numpy::Numbers;
use crate::io::sealed::{Earlier, Part, Sealing};
use crate::ranks::Spread;
use std::io::{BufWriter, Write};
use std::path::Path;

impl Run {
    /// Writes the run to a folder of its own, in place of the run that is there: what ends the program meanwhile leaves one of
    /// the two whole. Other files of the folder stay.
    ///
    /// # Errors
    /// A folder that cannot be written; the run that was there is then as it was.
    pub fn save(&self, folder: &Path) -> Result<()> {
        self.save_with(&Disk, folder, Earlier::Removed, &Interrupt::default())
    }

    /// The same on any [`Files`], keeping the earlier run of that name or not: checkpoints of a run that goes on keep the
    /// one before as `.NAME.before`, should the disk lose the last. An interrupt ends it between two pieces.
    ///
    /// # Errors
    /// What the files refuse; an interrupt. The run that was there is then as it was.
    pub fn save_with(&self, files: &dyn Files, folder: &Path, earlier: Earlier, stop: &Interrupt) -> Result<()> {
        if self.is_lent() {
            return self.lend();
        }
        let tables = self.tables();
        let lent = Lent::new(self, &tables);
        let text = serde_json::to_vec_pretty(&self.readable()?).map_err(|e| Error::io("write", folder, e))?;
        let write = |file: &mut dyn Output| self.write_arrays(&lent, &tables, file);
        let parts = [(READABLE, Part::Bytes(text)), (ARRAYS, Part::Written(&write))];
        let files = Stoppable { files, stop };
        let done = Sealing { title: &title(FORM), parts: &parts, earlier }.write(&files, folder);
        // the system's words for it say less
        if done.is_err() {
            stop.check()?
        }
        done.and_then(|()| lent.finish())
    }

    /// The arrays into their file, of tables a piece at a time.
    fn write_arrays(&self, lent: &Lent, tables: &[(String, Spread)], file: &mut dyn Output) -> std::io::Result<()> {
        let mut packer = Packer::new(BufWriter::new(file));
        for (k, (name, table)) in tables.iter().enumerate() {
            packer.begin(name, is_wide(&table.here), &[table.rows(), table.dim()])?;
            let mut from = 0;
            while from < table.rows() {
                let numbers = lent.piece(k, from).and_then(|p| numbers(&p)).map_err(std::io::Error::other)?;
                packer.add(&numbers)?;
                from = piece(table, from).end;
            }
        }
        for (name, data, shape) in self.other_arrays().map_err(std::io::Error::other)? {
            packer.begin(&name, matches!(data, Numbers::Double(_)), &shape)?;
            packer.add(&data)?;
        }
        packer.finish()?.flush()
    }
}
