//! Reading all files of a department: blocks of rows are judged in parallel and put together in their order.

use super::block::{BLOCK_BYTES, Block, BlockReader, Stop};
use super::csv::{Field, RowReader};
use super::header::{self, unquoted};
use super::input::{self, NamedFile};
use super::judge::{Draft, Judge, Judgement, Rules};
use super::quality::{Column, IdentifierCounts, Reason, Rejected};
use super::records::{Record, Records, Types};
use super::room::Room;
use super::weeks::{self, Week, WeekCounts};
use super::{recognise, trailer};
use crate::error::{Error, Result, Warning};
use crate::identity::{Key, Place, Pseudonym, Pseudonymiser, Pseudonyms, Registry};
use crate::pipeline::Progress;
use crate::programme::{Columns, Department, Encoding, LastLine, Period, Programme};
use rayon::prelude::*;
use zeroize::{Zeroize, Zeroizing};

/// Blocks judged at a time: enough for every core, few enough for bounded memory.
const BLOCKS_AT_A_TIME: usize = 16;

/// What a department's files hold.
#[derive(Debug, Default)]
pub struct Extract {
    /// The files, in the order in which they were read.
    pub files: Vec<InputFile>,
    /// Accepted records, as they came, duplicates included.
    pub records: Records,
    /// Their types as they came.
    pub types: Types,
    /// Rows that cannot be used, in order.
    pub rejected: Vec<Rejected>,
    /// Persons of rejected rows, with repetitions.
    pub incomplete: Vec<Pseudonym>,
    /// The department's own names of the columns.
    columns: Option<Columns>,
    /// What the cells of rejected rows take.
    shown_bytes: usize,
    /// Over the identifier cells of accepted rows.
    pub(super) counts: IdentifierCounts,
    /// Rows of persons or children that `[persons]` excludes.
    pub(super) excluded: u64,
    /// Records of accepted rows beyond each row's first.
    pub(super) further_adults: u64,
    /// Weekly rows, until all files are read.
    weeks: Vec<Week>,
    /// What became of them.
    pub(super) week_counts: WeekCounts,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// One file of an extract.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// Its path as the programme file has it.
    pub name: String,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Rows of data in it.
    pub rows: u64,
    /// Its column names, normalised; only ever written to `private/`. Overwritten when dropped.
    pub header: Zeroizing<Vec<String>>,
    /// Its encoding, where that was recognised.
    pub recognised: Option<Encoding>,
}

/// Reads all files of a department; records that there is no `room` for are put aside.
///
/// # Errors
///
/// [`crate::Error::File`] where a file is missing, unreadable, empty, changed while it was read, without a named column,
/// has an unclosed quote, or is none that can be meant: a row or a header too long, too many rows rejected.
pub fn read(
    programme: &Programme,
    department: &Department,
    key: &Key,
    show_values: bool,
    room: Room,
    progress: &dyn Progress,
) -> Result<Extract> {
    read_with(programme, department, &Pseudonymiser::new(key, &department.id), show_values, room, progress)
}

/// The same, with a pseudonymiser that may be looking for somebody.
pub(crate) fn read_with(
    programme: &Programme,
    department: &Department,
    pseudonymiser: &Pseudonymiser,
    show_values: bool,
    room: Room,
    progress: &dyn Progress,
) -> Result<Extract> {
    let files = input::resolve(programme, department)?;
    progress.begin(&format!("reading {}", department.id), bytes_of(&files));
    let registry = Registry::read(&programme.person_lists, pseudonymiser)?;
    let block_bytes = room.block_bytes();
    let columns = Some(department.columns.clone());
    let mut extract = Extract { records: Records::new(room), columns, ..Extract::default() };
    for file in &files {
        let recognised = match department.format.encoding {
            None if file.kind.is_text() => Some(recognise::encoding(file, department)?),
            _ => None,
        };
        let encoding = match department.format.encoding {
            Some(stated) if file.kind.is_text() => stated,
            _ => recognised.unwrap_or(Encoding::Utf8),
        };
        let reading = Reading {
            programme,
            department,
            file,
            encoding,
            recognised,
            pseudonymiser,
            registry: &registry,
            show_values,
            block_bytes,
        };
        reading.read_into(&mut extract, progress)?;
    }
    let (spells, week_counts) = weeks::spells(std::mem::take(&mut extract.weeks));
    for spell in spells {
        extract.records.push(spell);
    }
    extract.week_counts = week_counts;
    extract.records.keep_within_room()?;
    progress.end();
    // What reading left on the stacks, such as pieces of rows that were moved through registers.
    rayon::broadcast(|_| overwrite_stack());
    overwrite_stack();
    Ok(extract)
}

/// Bytes of a department's files; none of those that cannot be found.
pub(crate) fn input_bytes(programme: &Programme, department: &Department) -> u64 {
    input::resolve(programme, department).map_or(0, |files| bytes_of(&files))
}

fn bytes_of(files: &[NamedFile]) -> u64 {
    files.iter().filter_map(|file| std::fs::metadata(&file.path).ok()).map(|metadata| metadata.len()).sum()
}

/// Overwrites more of the stack below than reading takes.
#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "it is there to take the room")]
fn overwrite_stack() {
    let mut below = [0_u8; 256 << 10];
    below.zeroize();
    std::hint::black_box(&below);
}

/// What is needed for reading one file.
struct Reading<'a> {
    programme: &'a Programme,
    department: &'a Department,
    file: &'a NamedFile,
    encoding: Encoding,
    /// The encoding, where the programme does not state it.
    recognised: Option<Encoding>,
    pseudonymiser: &'a Pseudonymiser,
    registry: &'a Registry,
    show_values: bool,
    block_bytes: usize,
}

/// What one block gives.
struct BlockOutcome {
    rows: u64,
    drafts: Vec<Draft>,
    amounts: Vec<i128>,
    further_adults: u64,
    excluded: u64,
    /// The number in its last row, where that can be a trailer.
    trailer: Option<u64>,
    types: Types,
    rejected: Vec<Rejected>,
    incomplete: Vec<Place>,
    pseudonyms: Pseudonyms,
    counts: IdentifierCounts,
    seems_utf8: Option<bool>,
}

impl Reading<'_> {
    fn read_into(&self, extract: &mut Extract, progress: &dyn Progress) -> Result<()> {
        let mut reader = BlockReader::open(self.file, self.department, self.block_bytes)?;
        self.read_all(&mut reader, extract, progress).or_else(|error| {
            // Whatever else seems wrong with it: that it changed explains it.
            reader.check_unchanged()?;
            Err(error)
        })
    }

    fn read_all(&self, reader: &mut BlockReader<'_>, extract: &mut Extract, progress: &dyn Progress) -> Result<()> {
        let (first, header) = loop {
            let block = reader.next_block().map_err(|stop| stop.into_error(self.file, 0))?;
            let block = block.ok_or_else(|| header::empty(self.file))?;
            let mark = reader.had_byte_order_mark;
            if let Some(header) = header::read(self.file, self.department, self.encoding, &block, mark)? {
                break (block, header);
            }
        };
        let rules =
            Rules::new(self.programme, self.department, &header, self.encoding, self.pseudonymiser, self.registry);
        let file = extract.files.len();
        let mut tally = Tally { extract, rows: 0, trailer: None, seems_utf8: None };
        let mut blocks = vec![first];
        let mut judged = Vec::new();
        let mut header_bytes = header.length;
        while !blocks.is_empty() {
            let judge = || {
                let judge = |(at, block): (usize, &Block)| {
                    self.judge_block(&rules, &block[if at == 0 { header_bytes } else { 0 }..], file)
                };
                blocks.par_iter().enumerate().map(judge).collect::<Vec<_>>()
            };
            // While these are judged, the next are read and those before put in their place.
            let read_on = || rayon::join(|| next_blocks(reader), || tally.absorb(judged));
            let (outcomes, ((next, stop), kept)) = rayon::join(judge, read_on);
            kept?;
            self.check_amount(tally.extract)?;
            progress.advance(reader.bytes_read());
            judged = outcomes;
            if std::mem::take(&mut header_bytes) > 0 {
                tally.expect(&judged, blocks.iter().map(|block| block.len()).sum(), reader.length());
            }
            if let Some(stop) = stop {
                judged.extend(next.iter().map(|block| self.judge_block(&rules, block, file)));
                tally.absorb(judged)?;
                return Err(stop.into_error(self.file, tally.rows + 1));
            }
            reader.recycle(std::mem::replace(&mut blocks, next));
        }
        tally.absorb(judged)?;
        if self.department.format.last_line == LastLine::Count {
            tally.take_trailer(self.file, file)?;
        }
        let Tally { rows, seems_utf8, .. } = tally;
        let sha256 = reader.finish()?;
        extract.warnings.extend(self.warnings(rows, seems_utf8));
        extract.files.push(InputFile {
            name: self.file.name.clone(),
            sha256,
            rows,
            header: header.names.clone(),
            recognised: self.recognised,
        });
        Ok(())
    }

    fn warnings(&self, rows: u64, seems_utf8: Option<bool>) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let file = self.file.path.display();
        if rows == 0 {
            warnings.push(Warning(format!("{file}: it holds a header and no rows")));
        }
        if let Some(encoding) = self.recognised {
            warnings.push(Warning(format!(
                "{file}: its encoding was recognised as {}; state it in the department's `format` to be certain",
                encoding.name()
            )));
        }
        if seems_utf8 == Some(true) {
            warnings.push(Warning(format!(
                "{file}: it is read as windows-1252, but seems to be UTF-8, so that letters such as æ, ø and å come out wrong; correct `encoding` in the department's `format`"
            )));
        }
        warnings
    }

    fn judge_block(&self, rules: &Rules<'_>, bytes: &[u8], file: usize) -> BlockOutcome {
        let mut judge = Judge::new(rules, bytes);
        let mut reader = RowReader::new(bytes, self.file.delimiter);
        let mut fields = Vec::new();
        let mut outcome = BlockOutcome {
            rows: 0,
            drafts: Vec::new(),
            amounts: Vec::new(),
            further_adults: 0,
            excluded: 0,
            trailer: None,
            types: Types::default(),
            rejected: Vec::new(),
            incomplete: Vec::new(),
            pseudonyms: Pseudonyms::default(),
            counts: IdentifierCounts::default(),
            seems_utf8: self.seems_utf8(bytes),
        };
        while let Some(range) = reader.next_row(&mut fields) {
            outcome.rows += 1;
            match judge.judge(range, &fields) {
                Judgement::Accepted => {}
                Judgement::Excluded => outcome.excluded += 1,
                Judgement::Rejected { reason, column } => {
                    let persons = u16::try_from(judge.persons().count()).unwrap_or(u16::MAX);
                    let cells = self.show_values.then(|| Box::new(self.cells(bytes, &fields)));
                    outcome.rejected.push(Rejected { file, row: outcome.rows, column, reason, persons, cells });
                    outcome.incomplete.extend(judge.persons());
                }
            }
        }
        if self.department.format.last_line == LastLine::Count {
            outcome.trailer = trailer::count(self.cells(bytes, &fields).iter().map(|cell| cell.trim()));
        }
        outcome.pseudonyms = judge.batch.finish();
        outcome.drafts = std::mem::take(&mut judge.drafts);
        outcome.amounts = std::mem::take(&mut judge.amounts);
        outcome.further_adults = judge.further_adults;
        outcome.types = std::mem::take(&mut judge.types);
        outcome.counts = judge.counts;
        outcome
    }

    /// Whether text that is read as Windows-1252 seems to be UTF-8; `None` where nothing tells.
    fn seems_utf8(&self, bytes: &[u8]) -> Option<bool> {
        let could_be_wrong = self.encoding == Encoding::Windows1252 && !bytes.is_ascii();
        could_be_wrong.then(|| std::str::from_utf8(bytes).is_ok())
    }

    /// Whether the rejected rows still fit in memory.
    fn check_amount(&self, extract: &Extract) -> Result<()> {
        let what = if extract.rejected.len() > Rejected::MOST {
            format!("of this and the department's files before it, more than {} rows cannot be used", Rejected::MOST)
        } else if extract.shown_bytes > Rejected::MOST_CELL_BYTES {
            format!("the rejected rows take more than {} GiB to show", Rejected::MOST_CELL_BYTES >> 30)
        } else {
            return Ok(());
        };
        let hint = "check that this is the right file, and the department's `format`; run without --show-values";
        Err(Error::file(&self.file.path, what, hint))
    }

    /// The cells of a rejected row as well as they can be read, for `--show-values`.
    fn cells(&self, bytes: &[u8], fields: &[Field]) -> Zeroizing<Vec<String>> {
        let mut scratch = Zeroizing::new(String::new());
        let cell = |field: &Field| {
            let content = unquoted(&bytes[field.content.clone()], field.form);
            match self.encoding.decode(&content, &mut scratch) {
                Some(text) => text.to_owned(),
                None => with_replacements(&content),
            }
        };
        Zeroizing::new(fields.iter().map(cell).collect())
    }
}

/// Text of which some is no UTF-8. Its room is reserved at once: growing would leave pieces of it behind.
fn with_replacements(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

/// What has come of one file so far.
struct Tally<'e> {
    extract: &'e mut Extract,
    rows: u64,
    /// The number in the last row, where that can be a trailer.
    trailer: Option<u64>,
    seems_utf8: Option<bool>,
}

impl Tally<'_> {
    /// Makes room for the records of a file of so many bytes, of which the first hold these.
    fn expect(&mut self, first: &[BlockOutcome], first_bytes: usize, bytes: u64) {
        let records: usize = first.iter().map(|outcome| outcome.drafts.len()).sum();
        let records = records as u128 * u128::from(bytes) / (first_bytes as u128).max(1);
        self.extract.records.expect(usize::try_from(records).unwrap_or(0));
    }

    /// Puts the outcomes of blocks, in their order, behind what is there.
    fn absorb(&mut self, outcomes: Vec<BlockOutcome>) -> Result<()> {
        for outcome in outcomes {
            let extract = &mut *self.extract;
            let positions: Vec<u32> =
                outcome.types.names().iter().map(|name| extract.types.position(name.clone())).collect();
            let pseudonyms = &outcome.pseudonyms;
            let records = outcome.drafts.iter().map(|draft| draft.record(pseudonyms));
            if outcome.amounts.is_empty() {
                extract.records.add(records, &positions);
            } else {
                // Rows that are weeks have amounts, and wait until they are spells.
                extract.weeks.extend(records.zip(&outcome.amounts).map(|(record, &amount)| Week {
                    record: Record { kind: positions[record.kind as usize], ..record },
                    amount,
                }));
            }
            extract.further_adults += outcome.further_adults;
            extract.excluded += outcome.excluded;
            if outcome.rows > 0 {
                self.trailer = outcome.trailer;
            }
            let rejected = outcome.rejected.into_iter();
            let before = extract.rejected.len();
            extract.rejected.extend(rejected.map(|rejected| Rejected { row: rejected.row + self.rows, ..rejected }));
            extract.shown_bytes += extract.rejected[before..].iter().map(Rejected::cell_bytes).sum::<usize>();
            extract.incomplete.extend(outcome.incomplete.into_iter().map(|person| pseudonyms[person]));
            extract.counts.add(outcome.counts);
            self.seems_utf8 = merge(self.seems_utf8, outcome.seems_utf8);
            self.rows += outcome.rows;
        }
        self.extract.records.keep_within_room()
    }
}

impl Tally<'_> {
    /// Takes the last row away, which must be a trailer, and holds its number against the rows before it.
    fn take_trailer(&mut self, named: &NamedFile, file: usize) -> Result<()> {
        trailer::check(named, self.trailer, self.rows.saturating_sub(1))?;
        let rejected = &mut self.extract.rejected;
        // A line with one number in it can be no row; so it was rejected.
        if rejected.last().is_some_and(|last| (last.file, last.row) == (file, self.rows)) {
            rejected.pop();
        }
        self.rows -= 1;
        Ok(())
    }
}

impl Extract {
    /// Rows of data in all files.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// A column in the department's own words.
    #[must_use]
    pub fn own_word(&self, column: Column) -> &str {
        let Some(columns) = &self.columns else { return "" };
        match (column, &columns.period) {
            (Column::Person(position), _) => columns.persons.get(usize::from(position)).map_or("", String::as_str),
            (Column::Child, _) => columns.child.as_deref().unwrap_or(""),
            (Column::Kind, _) => &columns.kind,
            (Column::Start | Column::End | Column::Week, Period::Weeks { week, .. }) => week,
            (Column::Start | Column::Week, Period::Days { start, .. }) => start,
            (Column::End, Period::Days { end, .. }) => end,
            (Column::Amount, Period::Weeks { amount, .. }) => amount.as_deref().unwrap_or(""),
            (Column::Amount, Period::Days { .. }) => "",
        }
    }

    /// Rejected rows by reason, only those that occur.
    #[must_use]
    pub fn reasons(&self) -> std::collections::BTreeMap<String, u64> {
        let mut reasons = std::collections::BTreeMap::new();
        for reason in Reason::ALL {
            let count = self.rejected.iter().filter(|rejected| rejected.reason == reason).count() as u64;
            if count > 0 {
                reasons.insert(reason.as_str().to_owned(), count);
            }
        }
        reasons
    }
}

/// The next blocks, fewer where a row is long, and why there are no more after them where that is an error.
fn next_blocks(reader: &mut BlockReader<'_>) -> (Vec<Block>, Option<Stop>) {
    let mut blocks = Vec::new();
    let mut bytes = 0;
    while bytes < BLOCKS_AT_A_TIME * BLOCK_BYTES && blocks.len() < BLOCKS_AT_A_TIME {
        match reader.next_block() {
            Ok(Some(block)) => {
                bytes += block.len();
                blocks.push(block);
            }
            Ok(None) => break,
            Err(stop) => return (blocks, Some(stop)),
        }
    }
    (blocks, None)
}

/// UTF-8 everywhere, as far as anything tells.
fn merge(before: Option<bool>, now: Option<bool>) -> Option<bool> {
    match (before, now) {
        (Some(before), Some(now)) => Some(before && now),
        (known, None) | (None, known) => known,
    }
}
