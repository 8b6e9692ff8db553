//! Re-identification risk, counted as it is defined: persons laid side by side, without hashes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::ExtractRow;

/// One row of a person, a text for each column.
type Row = BTreeMap<&'static str, String>;

/// What `quality.json` says of the extract: `persons`, `types` and `risk`.
pub(crate) fn figures(extract: &[ExtractRow], attributes: &[String], days_leave: bool) -> [(&'static str, Value); 3] {
    let mut persons: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    let mut types: BTreeMap<&str, u64> = BTreeMap::new();
    for row in extract {
        persons.entry(&row.person).or_default().push(columns(row));
        *types.entry(&row.type_).or_default() += 1;
    }
    let leaves = |name: &&str| !matches!(*name, "sex" | "age_band") || attributes.iter().any(|listed| listed == name);
    let leave: Vec<&str> = ["sex", "age_band", "type", "start", "end"].into_iter().filter(leaves).collect();
    let sizes = classes(&persons, &leave);
    let count = |below: usize| sizes.iter().filter(|size| **size < below).sum::<usize>();
    let average = share(sizes.len(), persons.len());
    let mut without = Map::new();
    let mut most: Option<(f64, &str)> = None;
    for name in &leave {
        let others: Vec<&str> = leave.iter().copied().filter(|other| other != name).collect();
        let risk = share(classes(&persons, &others).len(), persons.len());
        without.insert((*name).to_owned(), risk.into());
        if risk < most.map_or(average, |(least, _)| least) {
            most = Some((risk, name));
        }
    }
    let mut risk = json!({
        "classes": sizes.len(),
        "smallest_class": sizes.iter().min(),
        "share_below_5": share(count(5), persons.len()),
        "share_below_3": share(count(3), persons.len()),
        "average": average,
        "average_without": without,
        "raised_most_by": most.map(|(_, name)| name),
    });
    if days_leave {
        let mut with_days = leave.clone();
        with_days.extend(["first day", "last day"]);
        risk["average_with_days"] = share(classes(&persons, &with_days).len(), persons.len()).into();
    }
    [("persons", persons.len().into()), ("types", json!(types)), ("risk", risk)]
}

fn columns(row: &ExtractRow) -> Row {
    let month = |day: chrono::NaiveDate| day.format("%Y-%m").to_string();
    let mut columns = BTreeMap::from([
        ("type", row.type_.clone()),
        ("start", month(row.start)),
        ("end", row.end.map(month).unwrap_or_default()),
        ("first day", row.start.to_string()),
        ("last day", row.end.map(|day| day.to_string()).unwrap_or_default()),
    ]);
    columns.extend(row.sex.clone().map(|sex| ("sex", sex)));
    columns.extend(row.age_band.clone().map(|band| ("age_band", band)));
    columns
}

/// How many persons agree in these columns of all their rows, for each way that there is.
fn classes(persons: &BTreeMap<&str, Vec<Row>>, columns: &[&str]) -> Vec<usize> {
    let mut classes: BTreeMap<Vec<Vec<String>>, usize> = BTreeMap::new();
    for rows in persons.values() {
        let mut seen: Vec<Vec<String>> =
            rows.iter().map(|row| columns.iter().map(|column| row[column].clone()).collect()).collect();
        seen.sort();
        *classes.entry(seen).or_default() += 1;
    }
    classes.into_values().collect()
}

#[expect(clippy::cast_precision_loss, reason = "few persons")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 1e6).round() / 1e6 }
}
