//! How numbers and lists are written.

/// How a language writes numbers.
pub(super) struct NumberForm {
    pub(super) decimal_mark: char,
    pub(super) group_mark: char,
}

impl NumberForm {
    /// A whole number in groups of three.
    pub(super) fn whole(&self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let mut grouped = String::new();
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position).is_multiple_of(3) {
                grouped.push(self.group_mark);
            }
            grouped.push(digit);
        }
        if number < 0 { format!("−{grouped}") } else { grouped }
    }

    /// A count, in groups of three.
    pub(super) fn count(&self, count: usize) -> String {
        self.whole(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// A number with so many decimals, idle zeros too.
    pub(super) fn decimals(&self, number: f64, decimals: usize) -> String {
        let text = format!("{:.decimals$}", number.abs());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let sign = if number < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) { "−" } else { "" };
        let whole = whole.parse().map_or_else(|_| whole.to_owned(), |whole| self.whole(whole));
        format!("{sign}{whole}{}{fraction}", self.decimal_mark)
    }

    /// A number with at most two decimals, none of them an idle zero.
    pub(super) fn decimal(&self, number: f64) -> String {
        let text = format!("{:.2}", number.abs());
        let text = text.trim_end_matches('0').trim_end_matches('.');
        let sign = if number < 0.0 && text != "0" { "−" } else { "" };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let whole = whole.parse().map_or_else(|_| whole.to_owned(), |whole| self.whole(whole));
        if fraction.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}{}{fraction}", self.decimal_mark)
        }
    }
}

/// Things in a row, the last behind a word of its own.
pub(super) fn joined(things: &[String], last: &str) -> String {
    match things {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., end] => format!("{} {last} {end}", before.join(", ")),
    }
}
