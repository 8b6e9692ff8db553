//! The JSON Schema of the programme file knows the keys that the program knows, and takes the programmes that it takes.

use super::{SMALL_PROGRAMME, edited, mistakes};
use serde_json::Value;

fn schema() -> Value {
    serde_json::from_str(udpeg::programme::SCHEMA).unwrap()
}

/// A TOML text as an editor sees it: dates are texts.
fn instance(text: &str) -> Value {
    fn plain(value: toml::Value) -> Value {
        match value {
            toml::Value::Datetime(date) => date.to_string().into(),
            toml::Value::Array(items) => items.into_iter().map(plain).collect(),
            toml::Value::Table(entries) => entries.into_iter().map(|(key, value)| (key, plain(value))).collect(),
            other => serde_json::to_value(other).unwrap(),
        }
    }
    plain(toml::Value::Table(toml::from_str(text).unwrap()))
}

/// What an editor would say of a programme: where a value stands that the schema does not take. Knows the words that the
/// schema uses, patterns excepted.
fn objections(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    object(&schema(), &instance(text), "", &mut found);
    found
}

fn object(schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else {
        if *schema == Value::Bool(false) {
            found.push(format!("{place} may not be there"));
        }
        return;
    };
    for (word, says) in schema {
        let is_right = match word.as_str() {
            "type" => match says.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "integer" => value.is_i64(),
                "number" => value.is_number(),
                other => panic!("{other}"),
            },
            "enum" => says.as_array().unwrap().contains(value),
            "minimum" => value.as_f64().is_none_or(|number| number >= says.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= says.as_f64().unwrap()),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= says.as_u64().unwrap()),
            "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= says.as_u64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= says.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= says.as_u64().unwrap()),
            "minProperties" => value.as_object().is_none_or(|entries| entries.len() as u64 >= says.as_u64().unwrap()),
            "uniqueItems" => {
                value.as_array().is_none_or(|items| (1..items.len()).all(|at| !items[..at].contains(&items[at])))
            }
            "required" => says.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some()),
            "oneOf" => {
                let fits = |one: &&Value| {
                    let mut objections = Vec::new();
                    object(one, value, place, &mut objections);
                    objections.is_empty()
                };
                says.as_array().unwrap().iter().filter(fits).count() == 1
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    object(says, item, &format!("{place}[]"), found);
                }
                true
            }
            "properties" | "additionalProperties" => {
                for (key, below) in value.as_object().into_iter().flatten() {
                    let known = schema.get("properties").and_then(|properties| properties.get(key));
                    let holds = if word == "properties" { known } else { known.is_none().then_some(says) };
                    if let Some(holds) = holds {
                        object(holds, below, &format!("{place}.{key}"), found);
                    }
                }
                true
            }
            "$schema" | "title" | "description" | "default" | "examples" | "format" | "pattern" | "propertyNames" => {
                true
            }
            other => panic!("the schema says {other:?}, which this test does not know"),
        };
        if !is_right {
            found.push(format!("{place}: {word}"));
        }
    }
}

/// Every key of the schema, as a TOML text in which it has a value that nothing takes.
fn keys(schema: &Value, table: &str, texts: &mut Vec<(String, String)>) {
    let properties = schema["properties"].as_object();
    for (key, below) in properties.into_iter().flatten() {
        let items = &below["items"];
        let line =
            |value: &str| if table.is_empty() { format!("{key} = {value}") } else { format!("{table}{key} = {value}") };
        if items["properties"].is_object() && table.is_empty() {
            texts.push((key.clone(), format!("{key} = 5")));
            keys(items, &format!("[[{key}]]\n"), texts);
        } else if items["properties"].is_object() {
            for inner in items["properties"].as_object().unwrap().keys() {
                texts.push((inner.clone(), line(&format!("[{{ {inner} = {{}} }}]"))));
            }
        } else if below["properties"].is_object() {
            let inner = if table.is_empty() { format!("[{key}]\n") } else { format!("{table}{key}.") };
            texts.push((key.clone(), line("5")));
            keys(below, &inner, texts);
        } else {
            texts.push((key.clone(), line("{}")));
        }
    }
}

#[test]
fn every_key_of_the_schema_is_one_that_the_program_reads() {
    let mut texts = Vec::new();
    keys(&schema(), "", &mut texts);
    assert!(texts.len() > 60, "{}", texts.len());
    for (key, text) in texts {
        let unknown = format!("unknown key `{key}`");
        let found = mistakes(&text);
        assert!(!found.iter().any(|mistake| mistake.what.contains(&unknown)), "{text}: {found:?}");
    }
    let found = mistakes("[programme]\nno_key = {}");
    assert!(found.iter().any(|mistake| mistake.what.contains("unknown key `no_key`")), "{found:?}");
}

#[test]
fn every_key_that_is_documented_is_in_the_schema() {
    fn names(schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(entries) => {
                if let Some(properties) = entries.get("properties").and_then(Value::as_object) {
                    found.extend(properties.keys().cloned());
                }
                entries.values().for_each(|below| names(below, found));
            }
            Value::Array(items) => items.iter().for_each(|below| names(below, found)),
            _ => {}
        }
    }
    let mut known = Vec::new();
    names(&schema(), &mut known);
    let page = include_str!("../../../docs/programme-file.md");
    let tables = page.split_once("\n## Tables and keys").unwrap().1.split_once("\n## ").unwrap().0;
    let mut documented = 0;
    // Tables of keys have a first row that says so.
    for table in tables.split("\n\n").filter(|table| table.trim_start().starts_with("| key |")) {
        for cell in table.lines().skip(2).filter_map(|row| row.split('|').nth(1)) {
            for key in cell.split('`').skip(1).step_by(2) {
                let last = key.rsplit('.').next().unwrap();
                assert!(known.iter().any(|name| name == last), "`{key}` is documented and not in the schema");
                documented += 1;
            }
        }
    }
    assert!(documented > 50, "{documented}");
}

#[test]
fn programmes_that_the_program_takes_pass_the_schema() {
    let furesoe = include_str!("../../../config/furesoe.toml");
    let weekly = edited(&[("start = \"Fra\"\nend = \"Til\"", "week = \"Uge\"\namount = \"Beløb\"")]);
    let groups = edited(&[
        ("[eligibility]", "[types.support]\n\"SEL § 85\" = { from = 2020-01-01 }\n\n[eligibility]"),
        ("[eligibility]", "[family]\napart_types = [\"@support\"]\n\n[eligibility]"),
    ]);
    let limits = edited(&[
        ("[disclosure]", "[report]\nlanguage = \"en\"\n\n[disclosure]"),
        ("[disclosure]", "[delivery]\nmax_change = \"12.5%\"\nmin_rows = 0\nprevious = \"out/2024Q3\"\n\n[disclosure]"),
        ("[18, 25, 30, 40, 50, 60, 67]", "[18]\ndates = \"month\""),
    ]);
    let approved = edited(&[("[purpose]", &format!("[purpose]\napproved_rules = \"{}\"", "0f".repeat(32)))]);
    let people = edited(&[
        ("[programme]\n", "[programme]\nlanguage = \"en\"\n"),
        ("[disclosure]", "[family]\napart_file = \"apart.csv\"\n[assignment]\nload = \"units\"\n[disclosure]"),
        ("[disclosure]", "[consent]\nrest = { no = \"1 year\", moved = \"never\" }\n[disclosure]"),
    ]);
    for text in [SMALL_PROGRAMME, furesoe, &weekly, &groups, &limits, &approved, &people] {
        assert!(super::parse(text).is_ok(), "{:?}", mistakes(text));
        assert_eq!(objections(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn programmes_that_the_program_refuses_do_not() {
    for (from, to) in [
        ("[programme]\n", "[programme]\nnam = \"x\"\n"),
        ("[programme]\n", "[programme_]\n"),
        ("measure = \"years\"", "measure = \"month\""),
        ("threshold = 5", "threshold = 0"),
        ("[programme]\n", "[programme]\nlanguage = \"de\"\n"),
        ("[disclosure]", "[assignment]\nload = \"days\"\n[disclosure]"),
        ("[disclosure]", "[consent]\naccept = []\n[disclosure]"),
        ("[disclosure]", "[consent]\nrest = { no = 1 }\n[disclosure]"),
        ("capacity = ", "capacity = -"),
        ("[18, 25, 30, 40, 50, 60, 67]", "[18]\ndates = \"week\""),
        ("[disclosure]", "[delivery]\nmax_change = 30\n[disclosure]"),
        ("[disclosure]", "[delivery]\nmin_rows = -1\n[disclosure]"),
        ("[disclosure]", "[report]\nlanguage = \"de\"\n[disclosure]"),
        ("[purpose]", "[purpose]\napproved_rules = 5"),
    ] {
        let text = edited(&[(from, to)]);
        assert!(!mistakes(&text).is_empty(), "{to}");
        assert!(!objections(&text).is_empty(), "{to}");
    }
}
