//! `udpeg schema`.

use crate::terminal::give;
use udpeg::Result;

pub(crate) fn run() -> Result<()> {
    give(udpeg::programme::SCHEMA)
}
