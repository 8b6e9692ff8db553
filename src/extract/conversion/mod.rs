//! Every format but plain text is first made into text: UTF-8, comma, dates as the department writes them; from there on
//! there is one path for all.
//!
//! A conversion runs in a thread of its own and hands its text on in chunks, a few at a time, so that a file is never in
//! memory as a whole.

mod packed;
mod parquet;
mod rows;
mod spreadsheet;

use super::block::Block;
use super::input::{Kind, NamedFile, Packing};
use crate::error::{Error, Result};
use crate::programme::Department;
use crate::untrusted::{SteadyFile, SteadyReader, guarded};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Stands between the fields of converted rows.
pub(super) const DELIMITER: u8 = b',';

/// Chunks that wait to be read.
const WAITING_CHUNKS: usize = 4;

/// The text of a file.
pub(super) enum Text {
    /// The file is text.
    AsItIs(SteadyReader),
    /// The file is made into text.
    Converted(Converted),
}

impl Text {
    /// Reads a file that has been opened.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where the system would not give it twice; that it cannot be converted comes out with its chunks.
    pub(super) fn open(named: &NamedFile, file: &SteadyFile, department: &Department) -> Result<Self> {
        if named.kind == Kind::Text(Packing::Plain) {
            return Ok(Self::AsItIs(file.reader()));
        }
        let file = file.duplicate()?;
        let (path, department) = (named.path.clone(), department.clone());
        let convert: Conversion = match named.kind {
            Kind::Text(packing) => Box::new(move |chunks| packed::unpack(&path, file, packing, chunks)),
            Kind::Spreadsheet => Box::new(move |chunks| spreadsheet::convert(&path, file, &department, chunks)),
            Kind::Parquet => Box::new(move |chunks| parquet::convert(&path, file, &department, chunks)),
        };
        Converted::start(&named.path, convert).map(Self::Converted)
    }
}

type Conversion = Box<dyn FnOnce(&Chunks) -> Result<()> + Send>;

/// Text that another thread makes of a file.
pub(super) struct Converted {
    chunks: Receiver<Block>,
    worker: Option<JoinHandle<Result<()>>>,
}

impl Converted {
    fn start(path: &Path, convert: impl FnOnce(&Chunks) -> Result<()> + Send + 'static) -> Result<Self> {
        let (sender, chunks) = sync_channel(WAITING_CHUNKS);
        let place = path.to_path_buf();
        let work = move || guarded(|| convert(&Chunks(sender))).unwrap_or_else(|| Err(corrupt(&place)));
        let worker =
            std::thread::Builder::new().spawn(work).map_err(|error| Error::io(path, "start reading", &error))?;
        Ok(Self { chunks, worker: Some(worker) })
    }

    /// The next chunk, which ends anywhere in a row; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where the file cannot be converted, or not on from here.
    pub(super) fn next_chunk(&mut self) -> Result<Option<Block>> {
        if let Ok(chunk) = self.chunks.recv() {
            return Ok(Some(chunk));
        }
        match self.worker.take().map(JoinHandle::join) {
            Some(Ok(Err(error))) => Err(error),
            // Panics are caught in the thread itself.
            _ => Ok(None),
        }
    }
}

/// Where a conversion puts its text.
pub(super) struct Chunks(SyncSender<Block>);

impl Chunks {
    /// Hands a chunk on, and waits where too many are unread.
    ///
    /// # Errors
    ///
    /// Where nobody reads any more; nobody sees this error.
    fn send(&self, chunk: Block) -> Result<()> {
        self.0.send(chunk).map_err(|_| Error::file(Path::new("the text"), "nobody reads it", "please report this"))
    }
}

fn corrupt(path: &Path) -> Error {
    Error::file(path, "it is damaged, or not of the kind that its extension says", "deliver it again")
}
