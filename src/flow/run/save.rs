//! Writing a run to disk, so that a loaded one goes on bit for bit on the same device.
use super::advance::Run;
use super::form::{ARRAYS, FORM, READABLE, title};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::io::arrays::Packer;
use crate::io::files::{Disk, Files, Stoppable};
use crate::io::sealed::{Earlier, Sealing};
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
        let fail = |e: &dyn std::fmt::Display| Error::io("write", folder, e);
        let mut packer = Packer::default();
        self.arrays(&mut |(name, data, shape)| {
            stop.check()?;
            packer.add(&name, &data, &shape).map_err(|e| fail(&e))
        })?;
        let text = serde_json::to_vec_pretty(&self.readable()?).map_err(|e| fail(&e))?;
        let parts = [(READABLE, text), (ARRAYS, packer.finish().map_err(|e| fail(&e))?)];
        let files = Stoppable { files, stop };
        let done = Sealing { title: &title(FORM), parts: &parts, earlier }.write(&files, folder);
        // the system's words for it say less
        if done.is_err() {
            stop.check()?
        }
        done
    }
}
