//! A Parquet file put together byte by byte, so that every size in it can be a lie.
//!
//! Field numbers are those of the Parquet format's `parquet.thrift`; the bytes are Thrift's compact protocol.

use crate::bad_input::handmade::replace;
use crate::support::{Workplace, parquet_metadata};

/// A struct that is being written, field by field.
#[derive(Debug, Clone, Default)]
pub(super) struct Struct {
    bytes: Vec<u8>,
    last: i16,
}

/// What a field or an item is.
pub(super) const I32: u8 = 5;
pub(super) const I64: u8 = 6;
pub(super) const BINARY: u8 = 8;
pub(super) const LIST: u8 = 9;
pub(super) const STRUCT: u8 = 12;

pub(super) fn variable(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

pub(super) fn integer(number: i64) -> Vec<u8> {
    variable(((number << 1) ^ (number >> 63)).cast_unsigned())
}

impl Struct {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A field of any kind, with its value's bytes.
    pub(super) fn field(mut self, number: i16, kind: u8, value: &[u8]) -> Self {
        if let step @ 1..=15 = number - self.last {
            self.bytes.push(u8::try_from(step).unwrap() << 4 | kind);
        } else {
            self.bytes.push(kind);
            self.bytes.extend(integer(number.into()));
        }
        self.last = number;
        self.bytes.extend_from_slice(value);
        self
    }

    pub(super) fn i32(self, number: i16, value: i64) -> Self {
        self.field(number, I32, &integer(value))
    }

    pub(super) fn i64(self, number: i16, value: i64) -> Self {
        self.field(number, I64, &integer(value))
    }

    pub(super) fn text(self, number: i16, text: &str) -> Self {
        self.field(number, BINARY, &[&variable(text.len() as u64), text.as_bytes()].concat())
    }

    pub(super) fn list(self, number: i16, kind: u8, items: &[Vec<u8>]) -> Self {
        self.field(number, LIST, &list(kind, items.len() as u64, &items.concat()))
    }

    pub(super) fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

/// A list that claims to have so many items.
pub(super) fn list(kind: u8, items: u64, bytes: &[u8]) -> Vec<u8> {
    [&[0xf0 | kind][..], &variable(items), bytes].concat()
}

/// A group of columns: the root of a schema, or one below it.
pub(super) fn group(name: &str, children: i64) -> Struct {
    Struct::new().i32(3, 0).text(4, name).i32(5, children)
}

pub(super) fn text_column(name: &str) -> Vec<u8> {
    Struct::new().i32(1, 6).i32(3, 0).text(4, name).i32(6, 0).end()
}

/// What the head of a page says.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub kind: i64,
    pub unpacked: i64,
    pub packed: i64,
    pub values: i64,
    pub encoding: i64,
    pub body: Vec<u8>,
}

impl Page {
    /// A data page of these texts as they are.
    pub(super) fn plain(texts: &[&str]) -> Self {
        let text = |text: &&str| [&u32::try_from(text.len()).unwrap().to_le_bytes(), text.as_bytes()].concat();
        let body: Vec<u8> = texts.iter().flat_map(text).collect();
        let length = i64::try_from(body.len()).unwrap();
        Self {
            kind: 0,
            unpacked: length,
            packed: length,
            values: i64::try_from(texts.len()).unwrap(),
            encoding: 0,
            body,
        }
    }

    /// A data page of these texts behind their lengths, all 32 bytes, of which it claims to have so many.
    pub(super) fn behind_lengths(texts: &[&str], lengths: u64) -> Self {
        assert!(texts.iter().all(|text| text.len() == 32), "equal lengths differ by nothing");
        // Blocks of 128 values in four parts; the first value, zigzag; the least difference and the bits of each part.
        let head = [variable(128), variable(4), variable(lengths), variable(64), vec![0; 5]].concat();
        let body = [head, texts.concat().into_bytes()].concat();
        let length = i64::try_from(body.len()).unwrap();
        Self { unpacked: length, packed: length, encoding: 6, body, ..Self::plain(texts) }
    }

    fn bytes(&self) -> Vec<u8> {
        let head = Struct::new().i32(1, self.kind).i32(2, self.unpacked).i32(3, self.packed);
        let values = Struct::new().i32(1, self.values);
        let head = match self.kind {
            0 => head.field(5, STRUCT, &values.i32(2, self.encoding).i32(3, 3).i32(4, 3).end()),
            2 => head.field(7, STRUCT, &values.i32(2, self.encoding).end()),
            3 => {
                let values = values.i32(2, 0).i32(3, self.values).i32(4, self.encoding).i32(5, 0).i32(6, 0);
                head.field(8, STRUCT, &values.end())
            }
            _ => head,
        };
        [head.end(), self.body.clone()].concat()
    }
}

/// `incomplete.parquet` with two persons, and everything in it that can be a lie.
#[derive(Debug, Clone)]
pub(super) struct Forged {
    /// The schema's list, its head included.
    pub schema: Vec<u8>,
    pub rows: i64,
    pub group_rows: i64,
    pub pages: Vec<Page>,
    /// In place of the pages as they are.
    pub page_bytes: Option<Vec<u8>>,
    /// Of the column: codec, values, unpacked and packed bytes, where its pages begin.
    pub codec: i64,
    pub values: i64,
    pub column_packed: Option<i64>,
    pub column_at: i64,
    /// In place of the list of the one row group, its head included.
    pub groups: Option<Vec<u8>>,
    /// Fields behind those of every footer.
    pub further: Vec<(i16, u8, Vec<u8>)>,
    /// In place of the footer's length.
    pub footer_length: Option<u32>,
    entries: Vec<Vec<u8>>,
}

pub(super) const PERSONS: [&str; 2] = ["4055a05620afe904215fe3c06d086e51", "a6bae06f9f2a105d03b8195e9c1d635c"];

impl Forged {
    /// Nothing in it is a lie yet.
    pub(super) fn new(place: &Workplace) -> Self {
        let entries = parquet_metadata(&place.path("out/2024Q4/delivery/family/incomplete.parquet"));
        let entry = |(key, value): (&String, &String)| Struct::new().text(1, key).text(2, value).end();
        Self {
            schema: list(STRUCT, 2, &[group("schema", 1).end(), text_column("person")].concat()),
            rows: 2,
            group_rows: 2,
            pages: vec![Page::plain(&PERSONS)],
            page_bytes: None,
            codec: 0,
            values: 2,
            column_packed: None,
            column_at: 4,
            groups: None,
            further: Vec::new(),
            footer_length: None,
            entries: entries.iter().filter(|(key, _)| key.starts_with("udpeg.")).map(entry).collect(),
        }
    }

    fn group(&self, pages: i64) -> Vec<u8> {
        let column = Struct::new()
            .i32(1, 6)
            .list(2, I32, &[integer(0), integer(3)])
            .list(3, BINARY, &[[&[6], &b"person"[..]].concat()])
            .i32(4, self.codec)
            .i64(5, self.values)
            .i64(6, pages)
            .i64(7, self.column_packed.unwrap_or(pages))
            .i64(9, self.column_at)
            .end();
        let chunk = Struct::new().i64(2, 0).field(3, STRUCT, &column).end();
        Struct::new().list(1, STRUCT, &[chunk]).i64(2, pages).i64(3, self.group_rows).end()
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let pages = self.page_bytes.clone().unwrap_or_else(|| self.pages.iter().flat_map(Page::bytes).collect());
        let group = self.group(i64::try_from(pages.len()).unwrap());
        let groups = self.groups.clone().unwrap_or_else(|| list(STRUCT, 1, &group));
        let footer = Struct::new().i32(1, 1).field(2, LIST, &self.schema).i64(3, self.rows).field(4, LIST, &groups);
        let footer = footer.list(5, STRUCT, &self.entries);
        let further = |footer: Struct, (number, kind, value): &(i16, u8, Vec<u8>)| footer.field(*number, *kind, value);
        let footer = self.further.iter().fold(footer, further).end();
        let length = self.footer_length.unwrap_or(u32::try_from(footer.len()).unwrap());
        [b"PAR1", &pages[..], &footer, &length.to_le_bytes(), b"PAR1"].concat()
    }

    /// Puts it in the place of family's.
    pub(super) fn deliver(&self, place: &Workplace) {
        replace(place, "incomplete.parquet", &self.bytes());
    }
}
