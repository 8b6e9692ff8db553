//! From bytes to text in the encoding that the programme states.

use crate::programme::Encoding;
use zeroize::Zeroize;

/// Windows-1252 from 0x80 to 0x9f; `\0` where the code page defines nothing. Source: the Unicode consortium's
/// mapping table CP1252.TXT. All other bytes are their own code point.
const WINDOWS_1252: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', //
    '\0', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// Code page 437 from 0x80. Source: the Unicode consortium's mapping table CP437.TXT. Code page 865 (CP865.TXT) differs in
/// three.
const CODE_PAGE_437: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å', //
    'É', 'æ', 'Æ', 'ô', 'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', '¢', '£', '¥', '₧', 'ƒ', //
    'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º', '¿', '⌐', '¬', '½', '¼', '¡', '«', '»', //
    '░', '▒', '▓', '│', '┤', '╡', '╢', '╖', '╕', '╣', '║', '╗', '╝', '╜', '╛', '┐', //
    '└', '┴', '┬', '├', '─', '┼', '╞', '╟', '╚', '╔', '╩', '╦', '╠', '═', '╬', '╧', //
    '╨', '╤', '╥', '╙', '╘', '╒', '╓', '╫', '╪', '┘', '┌', '█', '▄', '▌', '▐', '▀', //
    'α', 'ß', 'Γ', 'π', 'Σ', 'σ', 'µ', 'τ', 'Φ', 'Θ', 'Ω', 'δ', '∞', 'φ', 'ε', '∩', //
    '≡', '±', '≥', '≤', '⌠', '⌡', '÷', '≈', '°', '∙', '·', '√', 'ⁿ', '²', '■', '\u{a0}',
];

/// The bytes that Windows-1252 does not define.
const UNDEFINED: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/// The text without white space at its ends; most cells have none, which two bytes tell.
pub(super) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

impl Encoding {
    /// The text of some bytes, decoded into `scratch` where it must be; `None` where they are not in this encoding.
    /// Whoever owns `scratch` overwrites it.
    pub(super) fn decode<'a>(self, bytes: &'a [u8], scratch: &'a mut String) -> Option<&'a str> {
        if self == Self::Utf8 || bytes.is_ascii() {
            return std::str::from_utf8(bytes).ok();
        }
        if scratch.capacity() < bytes.len() * 3 {
            // Reserved at once: growing bit by bit would leave pieces of it behind.
            scratch.zeroize();
            scratch.reserve(bytes.len() * 3);
        }
        scratch.clear();
        for &byte in bytes {
            scratch.push(self.character(byte)?);
        }
        Some(scratch)
    }

    /// The character of one byte, in an encoding of single bytes; `None` where it has none.
    pub(super) fn character(self, byte: u8) -> Option<char> {
        match (self, byte) {
            (_, ..0x80) => Some(char::from(byte)),
            (Self::Utf8, _) => None,
            (Self::Windows1252, _) if UNDEFINED.contains(&byte) => None,
            (Self::Windows1252, 0x80..=0x9f) => Some(WINDOWS_1252[usize::from(byte - 0x80)]),
            (Self::Windows1252, _) => Some(char::from(byte)),
            (Self::CodePage865, 0x9b) => Some('ø'),
            (Self::CodePage865, 0x9d) => Some('Ø'),
            (Self::CodePage865, 0xaf) => Some('¤'),
            (Self::CodePage437 | Self::CodePage865, _) => Some(CODE_PAGE_437[usize::from(byte - 0x80)]),
        }
    }

    /// Whether all bytes are in this encoding.
    pub(super) fn is_valid(self, bytes: &[u8]) -> bool {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).is_ok(),
            Self::Windows1252 => {
                let [one, two, three, four, five] = UNDEFINED;
                memchr::memchr3(one, two, three, bytes).is_none() && memchr::memchr2(four, five, bytes).is_none()
            }
            Self::CodePage437 | Self::CodePage865 => true,
        }
    }
}
