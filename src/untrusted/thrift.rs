//! Thrift's compact protocol, in which Parquet writes its metadata: as much of it as tells how large things claim to be.
//!
//! Source: the Thrift compact protocol specification. Stricter than a library need be: the fields of a struct must rise,
//! and what Parquet's metadata never holds (sets, maps, lists of truth values) is not read. Every function gives `None`
//! for what cannot be read; nothing is allocated.

/// Lists of more items than this stand in no metadata of ours, by far.
const MOST_ITEMS: u64 = 1 << 16;

/// Structs within structs.
const DEEPEST: u8 = 16;

/// What a field or an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A truth value, which in a field takes no bytes.
    Truth,
    Byte,
    I16,
    I32,
    I64,
    Double,
    Binary,
    List,
    Struct,
}

impl Kind {
    fn new(code: u8) -> Option<Self> {
        Some(match code {
            1 | 2 => Self::Truth,
            3 => Self::Byte,
            4 => Self::I16,
            5 => Self::I32,
            6 => Self::I64,
            7 => Self::Double,
            8 => Self::Binary,
            9 => Self::List,
            12 => Self::Struct,
            _ => return None,
        })
    }
}

/// Reads from bytes that may be forged.
#[derive(Debug)]
pub(super) struct Compact<'b> {
    rest: &'b [u8],
}

impl<'b> Compact<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Bytes that have not been read.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// Reads a struct; `field` is given the number and kind of each field and reads its value.
    pub(super) fn fields(&mut self, mut field: impl FnMut(&mut Self, i64, Kind) -> Option<()>) -> Option<()> {
        let mut last = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            let kind = Kind::new(head & 15)?;
            let number = match head >> 4 {
                0 => self.integer()?,
                step => last + i64::from(step),
            };
            if number <= last || number > i64::from(i16::MAX) {
                return None;
            }
            last = number;
            field(self, number, kind)?;
        }
    }

    /// Reads the beginning of a list: how many items follow, which must be of this kind.
    pub(super) fn list_of(&mut self, kind: Kind) -> Option<usize> {
        let (found, items) = self.list()?;
        (items == 0 || found == kind).then_some(items)
    }

    /// A whole number of any width.
    pub(super) fn integer(&mut self) -> Option<i64> {
        let bits = self.variable()?;
        // Zigzag: the sign is the lowest bit.
        Some(i64::from_ne_bytes(((bits >> 1) ^ (bits & 1).wrapping_neg()).to_ne_bytes()))
    }

    /// Passes over a value.
    pub(super) fn skip(&mut self, kind: Kind) -> Option<()> {
        self.skip_to(kind, DEEPEST)
    }

    fn skip_to(&mut self, kind: Kind, depth: u8) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            Kind::Truth => Some(()),
            Kind::Byte => self.pass(1),
            Kind::I16 | Kind::I32 | Kind::I64 => self.variable().map(|_| ()),
            Kind::Double => self.pass(8),
            Kind::Binary => {
                let length = self.variable()?;
                self.pass(usize::try_from(length).ok()?)
            }
            Kind::List => {
                let (kind, items) = self.list()?;
                (0..items).try_for_each(|_| self.skip_to(kind, depth))
            }
            Kind::Struct => self.fields(|rest, _, kind| rest.skip_to(kind, depth)),
        }
    }

    fn list(&mut self) -> Option<(Kind, usize)> {
        let head = self.byte()?;
        if head == 0 {
            return Some((Kind::Byte, 0));
        }
        let kind = Kind::new(head & 15).filter(|kind| *kind != Kind::Truth)?;
        let items = match head >> 4 {
            15 => self.variable()?,
            few => u64::from(few),
        };
        let items = usize::try_from(items).ok().filter(|_| items <= MOST_ITEMS)?;
        Some((kind, items))
    }

    /// A whole number without sign, seven bits a byte, the lowest first.
    pub(super) fn variable(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn pass(&mut self, bytes: usize) -> Option<()> {
        self.rest = self.rest.get(bytes..)?;
        Some(())
    }
}
