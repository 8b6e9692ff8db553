//! The part of a programme file that decides who is picked: rules, eligibility, selection.

use unicode_normalization::UnicodeNormalization;

use super::dice::Dice;
use super::settings::Settings;

pub(super) fn rule_text(dice: &mut Dice, settings: &Settings, number: usize) -> String {
    let measures =
        ["years", "years", "years_unbroken", "years_unbroken", "open_cases", "cases", "children", "departments"];
    let measure = dice.pick(&measures);
    let mut lines = vec![format!("[[rule]]\nid = \"r{number}\"\nmeasure = \"{measure}\"")];
    if measure != "departments" {
        let department = &settings.departments[dice.below(settings.departments.len())];
        lines.push(format!("department = \"{}\"", department.id));
        if dice.chance(50) {
            lines.push(format!("types = {}", types(dice, &department.types, 4)));
        }
    }
    if (measure == "years" || measure == "cases") && dice.chance(60) {
        lines.push(format!("window_years = {}", dice.pick(&[1, 2, 4, 10])));
    }
    if measure == "years_unbroken" && dice.chance(70) {
        lines.push(format!("max_gap_days = {}", dice.pick(&[0, 1, 28, 28])));
    }
    if dice.chance(50) {
        let mut bounds = ["0.25", "0.5", "1.0", "1.5", "2.0", "3.0", "5.0", "8.0"].to_vec();
        let first = dice.below(bounds.len());
        bounds.drain(..first);
        let mut bands = Vec::new();
        for from in bounds.into_iter().step_by(1 + dice.below(2)).take(1 + dice.below(3)) {
            bands.push(format!("{{ from = {from}, points = {} }}", dice.between(-3, 9)));
        }
        lines.push(format!("bands = [{}]", bands.join(", ")));
    } else {
        lines.push(format!("points_per = {}", dice.pick(&[1, 1, 2, 3, -1, -2])));
        if dice.chance(50) {
            lines.push(format!("max = {}", dice.between(1, 9)));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

pub(super) fn eligibility_text(dice: &mut Dice, settings: &Settings, has_bands: bool, rules: usize) -> String {
    let mut lines = Vec::new();
    if dice.chance(60) {
        let most = i64::try_from(settings.departments.len()).expect("few").min(3);
        lines.push(format!("min_departments = {}", dice.between(1, most)));
    }
    if dice.chance(60) {
        lines.push(format!("min_points = {}", dice.pick(&[-50, 0, 1, 3])));
    }
    if has_bands && dice.chance(70) {
        let mut edges = vec![0];
        edges.extend(&settings.age_bands);
        let first = dice.below(edges.len());
        let last = first + 1 + dice.below(edges.len() - first);
        let ages = edges
            .get(last)
            .map_or_else(|| format!("{}+", edges[first]), |edge| format!("{}-{}", edges[first], edge - 1));
        lines.push(format!("ages = \"{ages}\""));
    }
    if dice.chance(25) {
        lines.push(format!("require = [\"r{}\"]", dice.below(rules)));
    }
    if lines.is_empty() {
        return String::new();
    }
    format!("[eligibility]\n{}\n", lines.join("\n"))
}

pub(super) fn selection_text(dice: &mut Dice, rules: usize) -> String {
    let size = dice.pick(&[1, 3, 5, 12, 40]);
    let mut lines = vec![format!("[selection]\nsize = {size}")];
    if dice.chance(70) {
        lines.push(format!("reserve = {}", dice.pick(&[0, 3, 10])));
    }
    if dice.chance(70) {
        let ids: Vec<String> = (0..rules).map(|number| format!("r{number}")).collect();
        let many = dice.below(3);
        lines.push(format!("tie_break = {:?}", dice.some(&ids, many)));
    }
    if dice.chance(50) {
        lines.push("lottery = \"Lotto 2026-10-03: 3 9 17 – trækning\"".to_owned());
    }
    let mut left = size;
    for group in ["family", "citizen"] {
        let mut bounds = Vec::new();
        let min = dice.between(0, left);
        if dice.chance(40) {
            bounds.push(format!("min = {min}"));
            left -= min;
        }
        if dice.chance(40) {
            bounds.push(format!("max = {}", min + dice.between(0, size)));
        }
        if !bounds.is_empty() || dice.chance(20) {
            lines.push(format!("quota.{group} = {{ {} }}", bounds.join(", ")));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// A TOML list of one to `most` different types, now and then in decomposed form.
pub(super) fn types(dice: &mut Dice, choices: &[String], most: usize) -> String {
    let mut choices = choices.to_vec();
    choices.sort();
    choices.dedup();
    let many = 1 + dice.below(most);
    let mut chosen = dice.some(&choices, many);
    for type_ in &mut chosen {
        if dice.chance(20) {
            *type_ = type_.nfd().collect();
        }
    }
    let quoted: Vec<String> = chosen.iter().map(|type_| text(type_)).collect();
    format!("[{}]", quoted.join(", "))
}

/// A TOML text.
pub(super) fn text(content: &str) -> String {
    let escaped = content.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t");
    format!("\"{escaped}\"")
}
