//! Between the whole numbers of tables and the floating point of the solver.

/// Stands for "without limit"; no count comes near it.
pub(super) const UNLIMITED: i64 = 1 << 40;

/// No single count is larger: sums of a million of them stay far from what `f64` holds exactly.
pub(super) const LARGEST_COUNT: u64 = (1 << 31) - 1;

/// Values this near to a whole number are taken for it. The solver keeps every relation and bound within 1e-7 and the
/// factors are small whole numbers; where it matters, the whole number is checked in whole-number arithmetic.
pub(super) const NEARLY: f64 = 1e-6;

#[expect(clippy::cast_precision_loss, reason = "counts and limits are below 2^52")]
pub(super) fn real(value: i64) -> f64 {
    value as f64
}

/// The limit as the solver takes it.
pub(super) fn real_limit(value: i64) -> f64 {
    if value >= UNLIMITED { f64::INFINITY } else { real(value) }
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "a cast that saturates; values are below 2^52")]
pub(super) fn whole(value: f64) -> i64 {
    value.round() as i64
}

/// Whether a value is nearly whole.
pub(super) fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < NEARLY
}

/// A count among whole numbers with a sign.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).map_or(UNLIMITED, |count| count.min(UNLIMITED))
}

/// A whole number that is none below 0, as a count.
pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
