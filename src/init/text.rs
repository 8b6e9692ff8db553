//! The text of a drafted programme file.

use super::columns::Role;
use super::{Description, Request};
use std::fmt::Write;

const HEAD: &str = "\
# The programme file: what is looked for, in whose extracts, by which points, and how many are proposed.
#
# Drafted by `udpeg init` from the files that it was shown. How they are written is a guess to look over; whatever is
# marked DECIDE is for people to decide. docs/programme-file.md explains every key, and with the output of `udpeg schema`
# many editors do too. `udpeg check` shows what a delivery would be like.
";

const PURPOSE: &str = "
# DECIDE. Without a complete purpose nothing is run. The approval must lie behind us, the deletion before us.
[purpose]
controller   = \"\"
legal_basis  = \"\"               # the statute that the selection rests on
dpia         = \"\"               # reference of the impact assessment
approved_by  = \"\"
# approved_on  = 2026-01-31
# delete_after = 2027-01-31
# approved_rules = \"\"           # the SHA-256 of the approved rules, which `udpeg describe` prints; others are refused

# Of each person only these things are derived from the CPR number; the number itself never leaves a department.
[persons]
age_bands  = [18, 25, 30, 40, 50, 60, 67]
attributes = [\"sex\", \"age_band\"]

# Adults with a child together in open cases are one family and get one coordinator.
[family]
max_adults_per_child = 4        # a child of more adults than that is a placeholder, and joins nobody
";

const REST: &str = "
# DECIDE who can be proposed at all.
[eligibility]
min_departments = 2

# DECIDE how many are proposed. Ties are broken by the lottery, drawn in public after the deliveries.
[selection]
size    = 120
reserve = 30
# lottery = \"Lotto 2026-01-31: 1 2 3 4 5 6 7\"
# quota.family = { min = 24 }

# DECIDE who coordinates, and how many units each can take. An id is a code, not a name.
# [[coordinator]]
# id       = \"k1\"
# capacity = 20

# In what is released, counts of 1 to 4 are never shown, nor derivable.
[disclosure]
threshold = 5
";

/// The whole file.
pub(super) fn programme(request: &Request, departments: &[Description]) -> String {
    let mut text = HEAD.to_owned();
    // Writing into a text cannot fail.
    let _ = write!(
        text,
        "\n[programme]\nname   = {}\nperiod = {}\nas_of  = {}          # everything is measured on this day, inclusive\nkey    = \"programme.key\"     # held by the departments, never by the analyst\nout    = \"out\"\n",
        quoted(&request.name),
        quoted(&request.period),
        request.as_of,
    );
    text.push_str(PURPOSE);
    text.push_str("\n# The departments, each in its own dialect.\n");
    for department in departments {
        let _ = write_department(&mut text, department);
    }
    text.push_str("\n# The points. DECIDE each: these are placeholders, so that the file can be checked.\n");
    for department in departments {
        let _ = write_rules(&mut text, &department.id);
    }
    if departments.len() > 1 {
        text.push_str(
            "\n# The more departments, the more there is to gain from one plan.\n[[rule]]\nid      = \"breadth\"\nmeasure = \"departments\"\nbands   = [{ from = 2, points = 2 }, { from = 3, points = 5 }]\n",
        );
    }
    let least = departments.len().min(2);
    text.push_str(&REST.replace("min_departments = 2\n", &format!("min_departments = {least}\n")));
    text
}

fn write_department(text: &mut String, department: &Description) -> std::fmt::Result {
    text.push('\n');
    for doubt in &department.doubts {
        // The name of a column can hold line breaks, and what follows one would be read.
        writeln!(text, "# LOOK: {}", doubt.replace(char::is_control, " "))?;
    }
    let input: Vec<String> = department.input.iter().map(|path| quoted(path)).collect();
    let input = if let [one] = &input[..] { one.clone() } else { format!("[{}]", input.join(", ")) };
    writeln!(text, "[[department]]\nid     = {}\ninput  = {input}", quoted(&department.id))?;
    writeln!(text, "format = {{ {} }}", format_keys(department).join(", "))?;
    writeln!(
        text,
        "# types = []                   # further types that may leave under their own names; rules name theirs"
    )?;
    writeln!(text, "[department.columns]")?;
    for role in Role::ALL {
        let names: Vec<String> =
            department.columns.iter().filter(|column| column.role == role).map(|column| quoted(&column.name)).collect();
        match &names[..] {
            [] => {}
            [one] => writeln!(text, "{:<6} = {one}", role.key())?,
            several => writeln!(text, "{:<6} = [{}]", role.key(), several.join(", "))?,
        }
    }
    Ok(())
}

fn format_keys(department: &Description) -> Vec<String> {
    let mut keys = Vec::new();
    if let Some(delimiter) = department.delimiter {
        keys.push(format!("delimiter = {}", quoted(&delimiter.to_string())));
    }
    if let Some(encoding) = department.encoding {
        keys.push(format!("encoding = {}", quoted(encoding.name())));
    }
    keys.push(format!("dates = {}", quoted(department.dates)));
    if department.leading_zero_lost {
        keys.push("leading_zero_lost = true".to_owned());
    }
    if !department.open_end.is_empty() {
        let texts: Vec<String> = department.open_end.iter().map(|text| quoted(text)).collect();
        keys.push(format!("open_end = [{}]", texts.join(", ")));
    }
    if department.columns.iter().any(|column| column.role == Role::Amount) {
        keys.push("decimal = \",\"".to_owned());
    }
    keys
}

fn write_rules(text: &mut String, department: &str) -> std::fmt::Result {
    write!(
        text,
        "
# Each open case in this department.
[[rule]]
id         = {}
department = {}
measure    = \"open_cases\"
points_per = 1
max        = 3

# [[rule]]
# id           = {}
# department   = {}
# measure      = \"years\"
# types        = [\"…\"]              # as the extract writes them
# window_years = 10
# bands        = [{{ from = 1.0, points = 2 }}, {{ from = 3.0, points = 5 }}]
",
        quoted(&format!("{department}_cases")),
        quoted(department),
        quoted(&format!("{department}_years")),
        quoted(department),
    )
}

/// A text as TOML writes it, on one line whatever it holds.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(control));
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}
