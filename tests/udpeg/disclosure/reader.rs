//! A reader with a solver: reads the published tables as they are printed, and nothing of the library's.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};
use std::collections::BTreeMap;
use udpeg::disclosure::ProtectedTable;

/// By cell, as its conditions: the lowest and the highest that it can be; for hidden cells only.
pub(super) fn work_out(tables: &[ProtectedTable]) -> BTreeMap<String, (f64, f64)> {
    let mut counts: BTreeMap<String, Option<u64>> = BTreeMap::new();
    let mut sums: Vec<(String, Vec<String>)> = Vec::new();
    for table in tables {
        for cell in table.cells() {
            counts.insert(name(table, &cell.values), cell.count.shown());
            for (axis, dimension) in
                table.dimensions.iter().enumerate().filter(|(axis, _)| cell.values[*axis].is_none())
            {
                let part = |value: &String| {
                    let mut values = cell.values.clone();
                    values[axis] = Some(value);
                    name(table, &values)
                };
                sums.push((name(table, &cell.values), dimension.values.iter().map(part).collect()));
            }
        }
    }
    let hidden: Vec<&String> = counts.iter().filter(|(_, count)| count.is_none()).map(|(cell, _)| cell).collect();
    let mut ranges = BTreeMap::new();
    for cell in hidden {
        let [low, high] = [OptimizationDirection::Minimize, OptimizationDirection::Maximize]
            .map(|direction| reach(&counts, &sums, cell, direction));
        ranges.insert(cell.clone(), (low, high));
    }
    ranges
}

/// A cell's conditions in the order of their dimensions' names.
pub(super) fn name(table: &ProtectedTable, values: &[Option<&str>]) -> String {
    let conditions: BTreeMap<&str, &str> = table
        .dimensions
        .iter()
        .zip(values)
        .filter_map(|(dimension, value)| Some((dimension.name.as_str(), (*value)?)))
        .collect();
    conditions.iter().map(|(dimension, value)| format!("{dimension}={value} ")).collect()
}

fn reach(
    counts: &BTreeMap<String, Option<u64>>,
    sums: &[(String, Vec<String>)],
    cell: &str,
    direction: OptimizationDirection,
) -> f64 {
    let mut problem = Problem::new(direction);
    let mut variables: BTreeMap<&str, Variable> = BTreeMap::new();
    for (name, count) in counts {
        let bounds = count.map_or((0.0, 1e6), |count| (count as f64, count as f64));
        variables.insert(name, problem.add_var(if name == cell { 1.0 } else { 0.0 }, bounds));
    }
    for (sum, parts) in sums {
        let terms = parts.iter().map(|part| (variables[part.as_str()], 1.0)).chain([(variables[sum.as_str()], -1.0)]);
        problem.add_constraint(terms.collect::<Vec<_>>(), ComparisonOp::Eq, 0.0);
    }
    problem.solve().unwrap().into_solution().unwrap().objective()
}
