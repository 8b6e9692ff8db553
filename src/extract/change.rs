//! How an extract differs from that of an earlier period, and whether by more than the programme allows.

use super::delivery::names;
use super::quality::Quality;
use crate::error::{Error, Result, Warning};
use crate::identity::masked;
use crate::programme::{DeliveryLimits, Programme};
use crate::untrusted::SteadyFile;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;

/// An extract beside an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The earlier period's folder.
    pub previous: String,
    /// By how much figures may change.
    pub max_change: Option<String>,
    /// Rows, persons, the share of rejected rows, and rows by type, as far as both periods tell.
    pub figures: Vec<Figure>,
}

/// One figure in both periods.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What is counted: `rows`, `persons`, `rejected share` or `type …`.
    pub what: String,
    /// Then: a count, or a share from 0 to 1.
    pub before: f64,
    /// Now.
    pub now: f64,
    /// The change of a count as a share of what it was, or of a share in itself; `None` where there was nothing.
    pub change: Option<f64>,
    /// Whether that is more than the programme allows.
    pub is_beyond: bool,
}

/// What `quality.json` says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The earlier period's folder.
    pub previous: String,
    /// By how much figures may change.
    pub max_change: Option<String>,
    /// Figures that changed by more.
    pub beyond: Vec<String>,
    /// Whether `--accept-change` let them pass.
    pub accepted: bool,
}

impl Comparison {
    /// The figures that changed by more than the programme allows.
    #[must_use]
    pub fn beyond(&self) -> Vec<&str> {
        self.figures.iter().filter(|figure| figure.is_beyond).map(|figure| figure.what.as_str()).collect()
    }

    /// What `quality.json` says.
    pub(crate) fn summary(&self, programme: &Programme) -> Changed {
        let beyond: Vec<String> = self.beyond().into_iter().map(str::to_owned).collect();
        let accepted = programme.overrides.accept_change && !beyond.is_empty();
        Changed { previous: self.previous.clone(), max_change: self.max_change.clone(), beyond, accepted }
    }

    /// Why nothing may be delivered, where that is so.
    pub(crate) fn failure(&self, department: &str) -> Option<Error> {
        let figure = |figure: &Figure| {
            let is_share = figure.what == REJECTED_SHARE;
            let text = |value: f64| if is_share { format!("{:.1} %", value * 100.0) } else { format!("{value}") };
            format!("{} {} → {}", figure.what, text(figure.before), text(figure.now))
        };
        let beyond: Vec<String> = self.figures.iter().filter(|figure| figure.is_beyond).map(figure).collect();
        let limit = self.max_change.as_ref().filter(|_| !beyond.is_empty())?;
        Some(Error::NotDelivered {
            what: format!(
                "{department}: compared with {} more than {limit} has changed: {}; nothing is delivered",
                self.previous,
                beyond.join(", ")
            ),
            hint: "find out why: a file that is not whole, a new system, a reform? Where it is right, use --accept-change, which is recorded".to_owned(),
        })
    }
}

const REJECTED_SHARE: &str = "rejected share";

/// Holds quality counts against those of the earlier period that the programme or `--previous` names; `None` where
/// none is named, or the department has none there.
///
/// # Errors
///
/// [`Error::File`] where the earlier period is not there, or its quality file is none of this department.
pub(crate) fn compare(programme: &Programme, quality: &Quality) -> Result<Option<Comparison>> {
    let limits = &programme.delivery;
    let Some(folder) = &limits.previous else { return Ok(None) };
    if !folder.is_dir() {
        return Err(Error::file(
            folder,
            "there is no such earlier period",
            "name the folder <out>/<period> of an earlier period in --previous, or in `previous` of [delivery]",
        ));
    }
    let Some(earlier) = earlier(folder, &quality.department)? else { return Ok(None) };
    let name = folder.file_name().map_or_else(|| folder.to_string_lossy(), |name| name.to_string_lossy());
    Ok(Some(Comparison {
        previous: masked(&name).into_owned(),
        max_change: limits.max_change.as_ref().map(ToString::to_string),
        figures: figures(&earlier, quality, limits),
    }))
}

/// What to look at where a limit is set and nothing could be held against it.
pub(crate) fn not_compared(
    programme: &Programme,
    department: &str,
    comparison: Option<&Comparison>,
) -> Option<Warning> {
    let limits = &programme.delivery;
    let why = match (&limits.previous, &limits.max_change) {
        (None, Some(_)) => "neither --previous nor `previous` in [delivery] names an earlier period".to_owned(),
        (Some(folder), _) => format!("{} holds nothing of this department", folder.display()),
        (None, None) => return None,
    };
    comparison.is_none().then(|| Warning(format!("{department}: it was not compared with an earlier period: {why}")))
}

/// The quality counts of an earlier period: those that were delivered, or those that stayed.
fn earlier(folder: &Path, department: &str) -> Result<Option<Quality>> {
    for part in ["delivery", "private"] {
        let path = folder.join(part).join(department).join(names::QUALITY);
        if !path.exists() {
            continue;
        }
        let bytes = SteadyFile::open(&path)?.bytes(Quality::MOST_BYTES)?;
        let quality = serde_json::from_slice(&bytes).ok().filter(|quality: &Quality| quality.department == department);
        let hint = "get the folder again from where it is kept, or leave --previous out";
        return quality.map(Some).ok_or_else(|| Error::file(&path, "it is no quality file of this department", hint));
    }
    Ok(None)
}

fn figures(before: &Quality, now: &Quality, limits: &DeliveryLimits) -> Vec<Figure> {
    let mut figures = vec![count("rows".to_owned(), before.rows, now.rows, limits)];
    if let (Some(before), Some(now)) = (before.persons, now.persons) {
        figures.push(count("persons".to_owned(), before, now, limits));
    }
    figures.push(rejected_share(before, now, limits));
    if let (Some(before), Some(now)) = (&before.types, &now.types) {
        let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        figures.extend(names.into_iter().map(|name| {
            let rows = |types: &std::collections::BTreeMap<String, u64>| types.get(name).copied().unwrap_or(0);
            count(masked(&format!("type {name}")).into_owned(), rows(before), rows(now), limits)
        }));
    }
    figures
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2⁵³, and only shown")]
fn count(what: String, before: u64, now: u64, limits: &DeliveryLimits) -> Figure {
    let is_small = before.max(now) < limits.min_rows;
    let exceeds = |limit: &crate::pipeline::Share| limit.is_exceeded(before.abs_diff(now), before);
    Figure {
        what,
        before: before as f64,
        now: now as f64,
        change: (before > 0).then(|| (now as f64 - before as f64) / before as f64),
        is_beyond: !is_small && limits.max_change.as_ref().is_some_and(exceeds),
    }
}

/// The share of rejected rows, whose change is counted in percentage points.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2⁵³, and only shown")]
fn rejected_share(before: &Quality, now: &Quality, limits: &DeliveryLimits) -> Figure {
    let share = |quality: &Quality| if quality.rows == 0 { 0.0 } else { quality.rejected as f64 / quality.rows as f64 };
    let crosswise = |one: &Quality, other: &Quality| u128::from(one.rejected) * u128::from(other.rows);
    let difference = crosswise(before, now).abs_diff(crosswise(now, before));
    let whole = u128::from(before.rows) * u128::from(now.rows);
    let is_small = before.rows.max(now.rows) < limits.min_rows || whole == 0;
    Figure {
        what: REJECTED_SHARE.to_owned(),
        before: share(before),
        now: share(now),
        change: Some(share(now) - share(before)),
        is_beyond: !is_small && limits.max_change.as_ref().is_some_and(|limit| limit.is_exceeded(difference, whole)),
    }
}
