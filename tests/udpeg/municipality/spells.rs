//! First and last days, most of them where a measure's boundary is near.

use chrono::{Datelike, NaiveDate};

use super::dice::Dice;
use super::people::{day_in_year, shifted};

/// First day, and last where it has ended.
type Spell = (NaiveDate, Option<NaiveDate>);

/// First and last day, most of them where a rule's boundary is near.
pub(super) fn days(dice: &mut Dice, as_of: NaiveDate, before: Option<Spell>) -> Spell {
    let near = [-1, 0, 1];
    let years_ago = |dice: &mut Dice| {
        let year = as_of.year() - dice.pick(&[1, 2, 4, 10]);
        shifted(day_in_year(as_of, year), dice.pick(&near))
    };
    // Full years, as days: floor(from x 365.25) for the bands in use, and a day to each side.
    let lengths = [91, 182, 365, 547, 730, 1095, 1461, 1826, 2922];
    let length = dice.pick(&lengths) + dice.pick(&near);
    match dice.below(14) {
        0..=3 if before.is_some_and(|(_, end)| end.is_some()) => {
            let last = before.and_then(|(_, end)| end).expect("the guard has looked");
            let last = if last > as_of { shifted(as_of, -400) } else { last };
            let start = shifted(last, dice.pick(&[-20, 0, 1, 1, 2, 3, 28, 29, 29, 30, 31]));
            let length = dice.pick(&[0, 0, 1, 27, 40, 364, 365, 395]);
            (start, (!dice.chance(30)).then(|| shifted(start, length)))
        }
        4 => (shifted(as_of, 1 - length), Some(as_of)),
        5 => (shifted(as_of, 1 - length), None),
        6 => {
            let last = shifted(as_of, -dice.pick(&[1, 2, 27, 28, 29, 30, 0]));
            (shifted(last, 1 - length), Some(last))
        }
        7 => {
            let start = shifted(as_of, dice.pick(&[-1, 0, 0, 1, 1, 30]));
            let end = [None, Some(start), Some(shifted(start, 1)), Some(shifted(start, 200))];
            (start, dice.pick(&end))
        }
        8 => {
            let last = years_ago(dice);
            (shifted(last, -dice.between(0, 500)), Some(last))
        }
        9 => {
            let start = years_ago(dice);
            let end = [None, Some(as_of), Some(start), Some(shifted(start, length))];
            (start, dice.pick(&end))
        }
        10 => near_new_year(dice),
        11 if dice.chance(10) => {
            let far = NaiveDate::from_ymd_opt(9999, 12, 31).expect("the last day");
            let long_ago = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a day");
            let recent = shifted(as_of, -length);
            (dice.pick(&[long_ago, recent, recent]), Some(far))
        }
        _ => {
            let start = shifted(as_of, -dice.between(1, 4500));
            let length = dice.between(0, 900);
            (start, (!dice.chance(15)).then(|| shifted(start, length)))
        }
    }
}

/// From a day where years or Februaries meet, to the end of a year or a little longer.
fn near_new_year(dice: &mut Dice) -> Spell {
    let year = i32::try_from(dice.between(2012, 2024)).expect("a year");
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a day of every year");
    let starts = [day(1, 1), day(2, 28), day(3, 1), day(12, 31)];
    let later = dice.pick(&[0, 1, 60]);
    (dice.pick(&starts), Some(shifted(day(12, 31), later)))
}
