//! `udpeg schema`.

use crate::terminal::print;
use udpeg::Result;

pub(crate) fn run() -> Result<()> {
    print(udpeg::programme::SCHEMA)
}
