//! A share of rows, as people write it.

/// A share of rows, such as `5%`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    text: String,
    millionths: u32,
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || "a share is written like 5% or 2.5%, between 0% and 100%".to_owned();
        let number = text.trim().strip_suffix('%').ok_or_else(wrong)?.trim_end();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || whole.len() > 3 || fraction.len() > 4 {
            return Err(wrong());
        }
        let digits = format!("{whole}{fraction:0<4}");
        let millionths = digits.parse().ok().filter(|&millionths| millionths <= 1_000_000).ok_or_else(wrong)?;
        Ok(Self { text: text.trim().to_owned(), millionths })
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Share {
    /// Whether `part` of `whole` is strictly more than this share.
    #[must_use]
    pub fn is_exceeded(&self, part: impl Into<u128>, whole: impl Into<u128>) -> bool {
        part.into() * 1_000_000 > u128::from(self.millionths) * whole.into()
    }

    /// The share as a number from 0 to 1.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        f64::from(self.millionths) / 1_000_000.0
    }
}
