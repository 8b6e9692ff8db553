//! A list in CSV, written piece by piece: it may be as long as the extract, and hold what stands in it.

use crate::error::{Error, Result};
use crate::output::Staged;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use zeroize::{Zeroize, Zeroizing};

/// Bytes that are written at a time.
const PIECE_BYTES: usize = 1 << 16;

/// A list that is being written. What it holds in memory is overwritten.
pub(super) struct List {
    file: File,
    /// For messages.
    place: PathBuf,
    piece: Zeroizing<String>,
}

impl List {
    /// Makes an empty list in a staged folder.
    pub(super) fn create(folder: &Staged, name: &str) -> Result<Self> {
        let file = folder.create(name)?;
        Ok(Self { file, place: folder.place().join(name), piece: Zeroizing::default() })
    }

    /// Adds a line, quoted where it must be.
    pub(super) fn push(&mut self, cells: &[&str]) -> Result<()> {
        let most: usize = cells.iter().map(|cell| cell.len() * 2 + 3).sum();
        if self.piece.capacity() - self.piece.len() < most {
            self.write()?;
            if self.piece.capacity() < most {
                // Reserved at once: growing would leave a copy behind.
                self.piece = Zeroizing::new(String::with_capacity(most.max(PIECE_BYTES)));
            }
        }
        for (position, cell) in cells.iter().enumerate() {
            if position > 0 {
                self.piece.push(',');
            }
            if cell.contains([',', '"', '\n', '\r']) {
                self.piece.push('"');
                for (position, part) in cell.split('"').enumerate() {
                    self.piece.push_str(if position > 0 { "\"\"" } else { "" });
                    self.piece.push_str(part);
                }
                self.piece.push('"');
            } else {
                self.piece.push_str(cell);
            }
        }
        self.piece.push('\n');
        Ok(())
    }

    /// Writes what has not been written.
    pub(super) fn finish(mut self) -> Result<()> {
        self.write()
    }

    fn write(&mut self) -> Result<()> {
        let written = self.file.write_all(self.piece.as_bytes());
        self.piece.zeroize();
        written.map_err(|error| Error::io(&self.place, "write", &error))
    }
}
