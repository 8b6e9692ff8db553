//! Which column is what, by its name in Danish or English and by what stands in it.

use crate::error::Error;
use crate::extract::Sample;
use crate::identity::{CprCell, CprReader};
use chrono::NaiveDate;
use std::collections::HashSet;
use std::path::Path;

/// What a column can be, in the order of the programme file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The person's number.
    Person,
    /// A child's number.
    Child,
    /// The type of benefit, case or measure.
    Type,
    /// The first day.
    Start,
    /// The last day.
    End,
    /// The week of a benefit.
    Week,
    /// What was paid in that week.
    Amount,
    /// The case.
    Record,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Person, Self::Child, Self::Type, Self::Start, Self::End, Self::Week, Self::Amount, Self::Record];

    /// Its key in `[department.columns]`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Child => "child",
            Self::Type => "type",
            Self::Start => "start",
            Self::End => "end",
            Self::Week => "week",
            Self::Amount => "amount",
            Self::Record => "record",
        }
    }

    /// What such columns are called, letters and digits alone, the likeliest first.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Person => &["cprnummer", "cprnr", "cpr", "personnummer", "personnr", "borger", "citizen", "person"],
            Self::Child => &["barncpr", "barnetscpr", "cprbarn", "childcpr", "barn", "child"],
            Self::Type => &[
                "foranstaltningsparagraf",
                "ydelsestype",
                "ydelse",
                "paragraf",
                "indsatstype",
                "indsats",
                "foranstaltning",
                "sagstype",
                "benefittype",
                "benefit",
                "measure",
                "casetype",
                "type",
                "tilbud",
            ],
            Self::Start => &["startdato", "startdate", "fradato", "fra", "start", "from", "begin", "bevillingsdato"],
            Self::End => {
                &["slutdato", "enddate", "tildato", "til", "slut", "ophørsdato", "ophør", "end", "until", "to"]
            }
            Self::Week => &["uge", "week"],
            Self::Amount => &["udbetalingsbeløb", "beløb", "amount", "paid"],
            Self::Record => &[
                "sagsnummer",
                "sagsnr",
                "sagsid",
                "sagid",
                "journalnummer",
                "journalnr",
                "casenumber",
                "caseno",
                "caseid",
                "recordid",
                "record",
            ],
        }
    }

    /// How well a name says that a column is this; 0 where it does not.
    fn fit(self, name: &str) -> usize {
        let bare: String =
            name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let words = self.words();
        let rank = |position: usize| words.len() - position;
        let whole = words.iter().position(|word| bare == *word).map(|position| 100 + rank(position));
        // Short words stand within others by chance: "til" in "tilbud", "to" in "kontonr".
        let within = || {
            let long = |word: &str| word.chars().count() >= 4 || word == "cpr";
            words.iter().position(|word| long(word) && bare.contains(word)).map(rank)
        };
        whole.or_else(within).unwrap_or(0)
    }

    /// Whether such a column can hold what stands in one.
    fn suits(self, kind: Content) -> bool {
        match self {
            Self::Person | Self::Child => matches!(kind, Content::Numbers | Content::Nothing),
            Self::Start | Self::End => matches!(kind, Content::Days | Content::Nothing),
            Self::Week => matches!(kind, Content::Days | Content::Weeks | Content::Nothing),
            Self::Amount => matches!(kind, Content::Other | Content::Nothing),
            Self::Type | Self::Record => !matches!(kind, Content::Numbers | Content::Days),
        }
    }
}

/// One column and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What it is.
    pub role: Role,
    /// Its name in the file, normalised.
    pub name: String,
}

/// What most cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Nothing,
    Numbers,
    Days,
    Weeks,
    Other,
}

/// Columns that were found.
#[derive(Debug)]
pub(super) struct Found {
    pub columns: Vec<Column>,
    pub doubts: Vec<String>,
}

/// Columns that were not.
#[derive(Debug)]
pub(super) enum Missing {
    /// No column seems to be these.
    Roles(Vec<Role>),
    /// Somebody named a column that is not there.
    Named(Column),
}

impl Missing {
    /// What to tell; the header may be repeated, since none of it looks like data.
    pub(super) fn into_error(self, file: &Path, department: &str, header: &[String]) -> Error {
        let names = header.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let (what, example) = match self {
            Self::Roles(roles) => {
                let keys: Vec<&str> = roles.iter().map(|role| role.key()).collect();
                let example = keys.first().copied().unwrap_or("type");
                (format!("no column seems to be the {}", keys.join(", the ")), example)
            }
            Self::Named(column) => {
                (format!("it has no column `{}` to be the {}", column.name, column.role.key()), column.role.key())
            }
        };
        Error::file(file, what, format!("name it: --column {department}.{example}=NAME; the columns are {names}"))
    }
}

/// Which column is what. Columns in `named` are what somebody has said.
pub(super) fn find(sample: &Sample, named: &[Column]) -> Result<Found, Missing> {
    if let Some(wrong) = named.iter().find(|column| !sample.header.contains(&column.name)) {
        return Err(Missing::Named(wrong.clone()));
    }
    let contents: Vec<Content> = (0..sample.header.len()).map(|column| content(sample, column)).collect();
    let mut search = Search { sample, contents, columns: named.to_vec(), doubts: Vec::new() };
    // Narrower meanings first: "Barn CPR" is no adult's column, and a week is a day too.
    search.by_name(Role::Child);
    search.persons();
    if !search.has(Role::Start) && !search.has(Role::End) {
        search.by_name(Role::Week);
    }
    if search.has(Role::Week) {
        search.by_name(Role::Amount);
    } else {
        search.days();
    }
    search.by_name(Role::Record);
    search.by_name(Role::Type);
    search.type_by_content();
    search.columns_unused();
    let period: &[Role] = if search.has(Role::Week) { &[] } else { &[Role::Start, Role::End] };
    let needed = [Role::Person, Role::Type].into_iter().chain(period.iter().copied());
    let missing: Vec<Role> = needed.filter(|&role| !search.has(role)).collect();
    if missing.is_empty() {
        Ok(Found { columns: search.columns, doubts: search.doubts })
    } else {
        Err(Missing::Roles(missing))
    }
}

struct Search<'s> {
    sample: &'s Sample,
    contents: Vec<Content>,
    columns: Vec<Column>,
    doubts: Vec<String>,
}

impl Search<'_> {
    fn has(&self, role: Role) -> bool {
        self.columns.iter().any(|column| column.role == role)
    }

    fn take(&mut self, role: Role, position: usize) {
        self.columns.push(Column { role, name: self.sample.header[position].clone() });
    }

    /// Positions of columns that are nothing yet and can be this.
    fn free(&self, role: Role) -> Vec<usize> {
        let is_free = |name: &String| !self.columns.iter().any(|column| column.name == *name);
        let names = self.sample.header.iter().enumerate();
        names.filter(|(at, name)| is_free(name) && role.suits(self.contents[*at])).map(|(at, _)| at).collect()
    }

    /// Takes the column whose name says most clearly that it is this, the first of equals.
    fn by_name(&mut self, role: Role) {
        if self.has(role) {
            return;
        }
        let fits = self.free(role).into_iter().map(|at| (role.fit(&self.sample.header[at]), at));
        if let Some((_, at)) = fits.filter(|(fit, _)| *fit > 0).rev().max_by_key(|(fit, _)| *fit) {
            self.take(role, at);
        }
    }

    /// The adults' columns: several where their names say that they are parents.
    fn persons(&mut self) {
        if self.has(Role::Person) {
            return;
        }
        let parents = ["mor", "far", "mother", "father", "forælder", "parent", "voksen", "adult"];
        let numbers: Vec<usize> = self.free(Role::Person);
        let numbers: Vec<usize> = numbers.into_iter().filter(|&at| self.contents[at] == Content::Numbers).collect();
        let of_parents = |at: &usize| {
            let name = self.sample.header[*at].to_lowercase();
            name.split(|character: char| !character.is_alphanumeric()).any(|word| parents.contains(&word))
        };
        let adults: Vec<usize> = numbers.iter().copied().filter(of_parents).collect();
        if adults.len() > 1 {
            for &at in &adults {
                self.take(Role::Person, at);
            }
            // Where the child is a system's primary person, its number has no particular name.
            let others: Vec<usize> = numbers.into_iter().filter(|at| !adults.contains(at)).collect();
            if let ([only], false) = (&others[..], self.has(Role::Child)) {
                let name = &self.sample.header[*only];
                self.doubts
                    .push(format!("`{name}` is taken for the child because the other CPR numbers are the parents'"));
                self.take(Role::Child, *only);
            }
            return;
        }
        self.by_name(Role::Person);
        if !self.has(Role::Person)
            && let [only] = numbers[..]
        {
            self.doubts
                .push(format!("`{}` is taken for the person because it holds CPR numbers", self.sample.header[only]));
            self.take(Role::Person, only);
        }
    }

    /// Start and end, by name, or because they are the only two columns of days.
    fn days(&mut self) {
        self.by_name(Role::End);
        self.by_name(Role::Start);
        let left: Vec<usize> =
            self.free(Role::Start).into_iter().filter(|&at| self.contents[at] == Content::Days).collect();
        let missing: Vec<Role> = [Role::Start, Role::End].into_iter().filter(|&role| !self.has(role)).collect();
        if missing.len() == left.len() {
            for (role, at) in missing.into_iter().zip(left) {
                let name = &self.sample.header[at];
                self.doubts.push(format!("`{name}` is taken for the {} because it holds dates", role.key()));
                self.take(role, at);
            }
        }
    }

    /// The type, where no name tells it: the only column of few words that come again and again.
    fn type_by_content(&mut self) {
        if self.has(Role::Type) {
            return;
        }
        let repeats = |&at: &usize| {
            let cells: Vec<&str> = self.sample.cells(at).collect();
            let distinct: HashSet<&str> = cells.iter().copied().collect();
            let is_word = cells.iter().all(|cell| cell.chars().any(char::is_alphabetic));
            is_word && distinct.len() > 1 && distinct.len() <= 60 && distinct.len() * 5 <= cells.len()
        };
        let candidates: Vec<usize> = self.free(Role::Type).into_iter().filter(repeats).collect();
        if let [only] = candidates[..] {
            let name = &self.sample.header[only];
            self.doubts.push(format!("`{name}` is taken for the type because it holds few words again and again"));
            self.take(Role::Type, only);
        }
    }

    fn columns_unused(&mut self) {
        for at in self.free(Role::Person) {
            if self.contents[at] == Content::Numbers {
                self.doubts.push(format!("`{}` holds CPR numbers too, and is not used", self.sample.header[at]));
            }
        }
    }
}

fn content(sample: &Sample, column: usize) -> Content {
    let (mut all, mut numbers, mut days, mut weeks) = (0, 0, 0, 0);
    let reader = CprReader { as_of: NaiveDate::MAX, leading_zero_lost: true };
    for cell in sample.cells(column).filter(|cell| !super::dates::is_open_end(cell)) {
        all += 1;
        numbers += usize::from(matches!(reader.read(cell), CprCell::Number { .. }));
        days += usize::from(super::dates::is_day(cell));
        weeks += usize::from(is_week(cell));
    }
    let nearly_all = |count: usize| count * 10 >= all * 9;
    match () {
        () if all == 0 => Content::Nothing,
        () if nearly_all(numbers) => Content::Numbers,
        () if nearly_all(days) => Content::Days,
        () if nearly_all(weeks) => Content::Weeks,
        () => Content::Other,
    }
}

/// `2025-W01`.
fn is_week(cell: &str) -> bool {
    let Some((year, week)) = cell.split_once("-W") else { return false };
    year.len() == 4 && week.len() == 2 && year.bytes().chain(week.bytes()).all(|byte| byte.is_ascii_digit())
}

/// Whether numbers of nine digits that are usable with a zero in front are no exception among those that begin with one.
pub(super) fn leading_zero_lost(sample: &Sample, columns: &[Column]) -> bool {
    let reader = CprReader { as_of: NaiveDate::MAX, leading_zero_lost: true };
    let of_numbers = columns.iter().filter(|column| matches!(column.role, Role::Person | Role::Child));
    let positions = of_numbers.filter_map(|column| sample.header.iter().position(|name| *name == column.name));
    let (mut lost, mut kept) = (0, 0);
    for cell in positions.flat_map(|at| sample.cells(at)) {
        lost += usize::from(cell.len() == 9 && matches!(reader.read(cell), CprCell::Number { .. }));
        kept += usize::from(cell.len() >= 10 && cell.starts_with('0'));
    }
    lost * 10 > kept
}
