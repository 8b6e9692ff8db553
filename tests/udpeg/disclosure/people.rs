//! Invented people, counted into tables that share margins.

use crate::municipality::Dice;
use udpeg::disclosure::{CellDefinition, Dimension, Published, RawCount, Release, Table};

/// Some people, each with a value in every dimension.
pub(super) struct People {
    sizes: Vec<usize>,
    values: Vec<Vec<usize>>,
}

impl People {
    /// So many people with uneven values; those of one dimension lean on those of the dimension before.
    pub(super) fn new(dice: &mut Dice, sizes: &[usize], many: usize) -> Self {
        let person = |dice: &mut Dice| {
            let mut values: Vec<usize> = Vec::new();
            for (dimension, &size) in sizes.iter().enumerate() {
                let leans = dimension > 0 && dice.chance(25);
                let uneven = dice.below(size).min(dice.below(size));
                values.push(if leans { values[dimension - 1] % size } else { uneven });
            }
            values
        };
        Self { sizes: sizes.to_vec(), values: (0..many).map(|_| person(dice)).collect() }
    }

    /// A table over some of the dimensions.
    pub(super) fn table(&self, dimensions: &[usize]) -> Table {
        let sizes: Vec<usize> = dimensions.iter().map(|&dimension| self.sizes[dimension]).collect();
        let mut counts = vec![RawCount::ZERO; sizes.iter().product()];
        for values in &self.values {
            let digits = dimensions.iter().map(|&dimension| (values[dimension], self.sizes[dimension]));
            counts[digits.fold(0, |position, (value, size)| position * size + value)] += RawCount::ONE;
        }
        let dimension = |&dimension: &usize| {
            let values: Vec<String> = (0..self.sizes[dimension]).map(|value| format!("v{value}")).collect();
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            Dimension::new(&format!("d{dimension}"), &values)
        };
        let name = format!("{dimensions:?}");
        Table::new(&name, "persons", dimensions.iter().map(dimension).collect(), &counts).unwrap()
    }

    pub(super) fn release(&self, tables: &[&[usize]]) -> Release {
        tables.iter().fold(Release::default(), |release, dimensions| release.table(self.table(dimensions)))
    }
}

/// Shapes from 3×3 to 12×10×4, alone and with further tables that share margins; the sizes, then the tables.
pub(super) const SHAPES: [(&str, &[usize], &[&[usize]]); 9] = [
    ("3×3", &[3, 3], &[&[0, 1]]),
    ("5×4", &[5, 4], &[&[0, 1]]),
    ("3×3 + 3×4", &[3, 3, 4], &[&[0, 1], &[0, 2]]),
    ("12×10", &[12, 10], &[&[0, 1]]),
    ("8×5 + 8×4 + 4×6", &[8, 5, 4, 6], &[&[0, 1], &[0, 2], &[2, 3]]),
    ("3×3×3", &[3, 3, 3], &[&[0, 1, 2]]),
    ("5×4×3 + 4×6", &[5, 4, 3, 6], &[&[0, 1, 2], &[1, 3]]),
    ("8×6×3 + 8×6×2", &[8, 6, 3, 2], &[&[0, 1, 2], &[0, 1, 3]]),
    ("12×10×4", &[12, 10, 4], &[&[0, 1, 2]]),
];

/// People for a shape: from 2 to 20 for each combination of the first table's values.
pub(super) fn people(dice: &mut Dice, (_, sizes, tables): (&str, &[usize], &[&[usize]])) -> People {
    let cells: usize = tables[0].iter().map(|&dimension| sizes[dimension]).product();
    let each = usize::try_from(dice.between(2, 20)).unwrap();
    People::new(dice, sizes, cells * each)
}

impl People {
    /// The true counts of what a release publishes, by its cells.
    pub(super) fn counts(&self, published: &Published) -> Vec<u64> {
        let count = |definition: &CellDefinition| {
            let wanted: Vec<Option<usize>> = (0..self.sizes.len())
                .map(|dimension| Some(definition.value(&format!("d{dimension}"))?[1..].parse().unwrap()))
                .collect();
            let is_counted = |values: &&Vec<usize>| {
                values.iter().zip(&wanted).all(|(value, wanted)| wanted.is_none_or(|wanted| wanted == *value))
            };
            u64::try_from(self.values.iter().filter(is_counted).count()).unwrap()
        };
        published.cells.iter().map(|(definition, _)| count(definition.as_ref().unwrap())).collect()
    }
}
