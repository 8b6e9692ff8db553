//! What of the ledger a release of a period stands beside.

use super::ledger::{Identity, Ledger};
use crate::error::Result;
use crate::statistics::Around;

/// All earlier releases of a period, by what they counted.
///
/// # Errors
///
/// Those of [`Ledger::kept`].
pub fn beside(ledger: &Ledger, period: &str, identity: &Identity) -> Result<Around> {
    let mut around = Around::default();
    for entry in ledger.of_period(period) {
        let kept = ledger.kept(entry)?;
        around.bands = Some(kept.bands);
        if entry.identity == *identity {
            around.same.push(kept.published);
        } else if entry.identity.deliveries == identity.deliveries {
            around.other_selections.push((entry.number, kept.published));
        } else {
            around.changed.push((entry.number, kept.published));
        }
    }
    Ok(around)
}
