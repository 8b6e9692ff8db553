//! The settings of a municipality, and its programme file.

use super::dice::Dice;
use super::rules::{eligibility_text, rule_text, selection_text, text, types};
use chrono::NaiveDate;

/// What the extracts must agree with.
pub(super) struct Settings {
    pub as_of: NaiveDate,
    pub age_bands: Vec<i64>,
    pub departments: Vec<Department>,
}

/// One department and how it writes its files.
pub(super) struct Department {
    pub id: &'static str,
    pub delimiter: char,
    pub encoding: &'static str,
    pub dates: &'static str,
    pub leading_zero_lost: bool,
    /// Canonical names and the department's own (in NFC).
    pub columns: Vec<(&'static str, &'static str)>,
    pub types: Vec<String>,
    pub files: Vec<String>,
    pub rows: i64,
    input: String,
    format: String,
}

const TYPES: [&str; 12] = [
    "kontanthjælp",
    "a-dagpenge",
    "sygedagpenge",
    "Ressource;forløb",
    "under\"retning",
    "SEL §107",
    "SEL §85",
    "småbørnsstøtte",
    "café-tilbud",
    "aflastning, let",
    "restance|leje",
    "rådgivning",
];

/// Decides everything but the rules.
pub(super) fn invent(dice: &mut Dice) -> Settings {
    let dates = [
        (2024, 2, 29),
        (2023, 3, 1),
        (2024, 12, 31),
        (2025, 1, 1),
        (2023, 2, 28),
        (2026, 1, 5),
        (2024, 3, 1),
        (2026, 9, 30),
    ];
    let (year, month, day) = dice.pick(&dates);
    let bands = [vec![18, 25, 30, 40, 50, 60, 67], vec![18, 67], vec![30], vec![1, 18, 65, 100]];
    let ids = ["jobcentre", "family", "social", "housing_2"];
    let many = dice.below(3) + 2;
    let rows = dice.pick(&[60, 60, 100, 100, 150, 250, 550]);
    Settings {
        as_of: NaiveDate::from_ymd_opt(year, month, day).expect("the dates above exist"),
        age_bands: dice.pick(&bands),
        departments: ids[..many].iter().map(|id| department(dice, id, rows)).collect(),
    }
}

fn department(dice: &mut Dice, id: &'static str, rows: i64) -> Department {
    let encoding = dice.pick(&["utf-8", "utf-8", "windows-1252"]);
    let dates = dice.pick(&["%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y", "%Y%m%d"]);
    let delimiter = dice.pick(&[';', ',', '\t', '|']);
    let leading_zero_lost = dice.chance(50);
    let many_types = dice.below(4) + 2;
    let mut columns = vec![
        ("person", dice.pick(&["cpr nr", "CPR", "personnummer"])),
        ("type", dice.pick(&["art", "Ydelse"])),
        ("start", dice.pick(&["fra dato", "Påbegyndt"])),
        ("end", dice.pick(&["til dato", "slut, senest"])),
    ];
    if dice.chance(60) {
        columns.push(("record", dice.pick(&["sag nr", "Sagsår og nr"])));
    }
    if dice.chance(if id == "family" { 95 } else { 40 }) {
        columns.push(("child", dice.pick(&["barn", "Barn CPR"])));
    }
    let extension = if delimiter == '\t' && dice.chance(50) { "tsv" } else { "csv" };
    let (files, input) = files_and_input(dice, id, extension);
    let mut format: Vec<String> = Vec::new();
    let is_default = if extension == "tsv" { '\t' } else { ',' } == delimiter;
    if !is_default || dice.chance(50) {
        format.push(format!("delimiter = {}", text(&delimiter.to_string())));
    }
    if encoding != "utf-8" || dice.chance(50) {
        format.push(format!("encoding = {}", text(encoding)));
    }
    if dates != "%Y-%m-%d" || dice.chance(50) {
        format.push(format!("dates = {}", text(dates)));
    }
    if leading_zero_lost || dice.chance(50) {
        format.push(format!("leading_zero_lost = {leading_zero_lost}"));
    }
    Department {
        id,
        delimiter,
        encoding,
        dates,
        leading_zero_lost,
        columns,
        types: dice.some(&TYPES.map(str::to_owned), many_types),
        rows: (dice.between(rows * 8 / 10, rows) / i64::try_from(files.len()).expect("few")).max(20),
        files,
        input,
        format: format.join(", "),
    }
}

/// The files' names, and how the programme names them: a path, a list, a glob, or a list in which
/// a file is matched twice.
fn files_and_input(dice: &mut Dice, id: &str, extension: &str) -> (Vec<String>, String) {
    let one = format!("{id}.{extension}");
    let two = format!("{id}-2.{extension}");
    let ten = format!("{id}-10.{extension}");
    let all = format!("\"{id}*.{extension}\"");
    match dice.below(7) {
        0 => (vec![one.clone(), two.clone()], format!("[\"{one}\", \"{two}\"]")),
        1 => (vec![one, two, ten], all),
        2 => (vec![one.clone(), two.clone()], format!("[\"{two}\", {all}, \"{one}\"]")),
        3 => (vec![two], format!("\"{id}-?.{extension}\"")),
        4 => (vec![one.clone()], format!("[\"{one}\"]")),
        _ => (vec![one.clone()], format!("\"{one}\"")),
    }
}

/// The whole programme file.
pub(super) fn programme_text(dice: &mut Dice, settings: &Settings, seed: u64) -> String {
    let attributes =
        dice.pick(&[vec!["sex", "age_band"], vec!["age_band", "sex"], vec!["age_band"], vec!["sex"], vec![]]);
    let all_types: Vec<String> = settings.departments.iter().flat_map(|department| department.types.clone()).collect();
    let mut lines = vec![
        format!("[programme]\nname = \"municipality {seed}\"\nperiod = \"P{seed}\""),
        format!("as_of = {}\nkey = \"k.key\"\nout = \"out\"\n", settings.as_of),
        "[purpose]\ncontroller = \"Random\"\nlegal_basis = \"none: synthetic\"".to_owned(),
        "dpia = \"none\"\napproved_by = \"Random\"\napproved_on = 2020-01-01".to_owned(),
        "delete_after = 2099-12-31\n".to_owned(),
        format!("[persons]\nage_bands = {:?}", settings.age_bands),
        format!("attributes = {attributes:?}\n"),
    ];
    if seed % 4 == 1 {
        lines.insert(6, "dates = \"month\"".to_owned());
    }
    if dice.chance(60) {
        lines.push("[family]".to_owned());
        if dice.chance(70) {
            lines.push(format!("max_adults_per_child = {}", dice.between(1, 6)));
        }
        if dice.chance(50) {
            lines.push(format!("apart_types = {}", types(dice, &all_types, 2)));
        }
        lines.push(String::new());
    }
    for department in &settings.departments {
        lines.push(department_text(dice, department));
    }
    let rules = 1 + dice.below(5);
    for number in 0..rules {
        lines.push(rule_text(dice, settings, number));
    }
    lines.push(eligibility_text(dice, settings, attributes.contains(&"age_band"), rules));
    lines.push(selection_text(dice, rules));
    lines.push("[[coordinator]]\nid = \"k1\"\ncapacity = 100\n".to_owned());
    lines.push("[disclosure]\nthreshold = 5\n".to_owned());
    lines.join("\n")
}

fn department_text(dice: &mut Dice, department: &Department) -> String {
    let mut lines = vec![format!("[[department]]\nid = \"{}\"\ninput = {}", department.id, department.input)];
    if !department.format.is_empty() {
        lines.push(format!("format = {{ {} }}", department.format));
    }
    if dice.chance(50) {
        let mut further = department.types.clone();
        further.push("ukendt ydelse".to_owned());
        lines.push(format!("types = {}", types(dice, &further, 2)));
    }
    lines.push("[department.columns]".to_owned());
    for (canonical, own) in &department.columns {
        lines.push(format!("{canonical} = {}", text(own)));
    }
    lines.push(String::new());
    lines.join("\n")
}
