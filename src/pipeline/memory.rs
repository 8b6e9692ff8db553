//! An amount of memory, as people write it.

/// How much memory records may take, such as `768MiB`; others are put aside in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    bytes: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Self { bytes: 768 << 20 }
    }
}

impl Memory {
    /// In bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.bytes
    }
}

impl std::str::FromStr for Memory {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || "an amount of memory is written like 768MiB or 2GiB, and is at least 64KiB".to_owned();
        let shifts = [("KiB", 10), ("MiB", 20), ("GiB", 30)];
        let unit = shifts.iter().find_map(|(unit, shift)| Some((text.trim().strip_suffix(unit)?, shift)));
        let (number, shift) = unit.ok_or_else(wrong)?;
        let number: u64 = number.trim_end().parse().map_err(|_| wrong())?;
        let bytes = number.checked_mul(1 << shift).filter(|&bytes| bytes >= 64 << 10).ok_or_else(wrong)?;
        Ok(Self { bytes })
    }
}

impl std::fmt::Display for Memory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}MiB", self.bytes >> 20)
    }
}
