//! Running `select` and `assign` again, and comparing what comes out with what stands there.

use super::report::Check;
use super::standing::{Place, Standing, programme_of};
use crate::error::{Error, Warning};
use crate::output::{FileRecord, Period};
use crate::pipeline::{self, Context};
use std::path::Path;

/// Compares the steps that can be run again; a warning where none is there. `do_fit` says that the manifests of all
/// steps fit together.
pub(super) fn check(
    context: &Context<'_>,
    period: &Period,
    place: &Place<'_>,
    steps: &mut [Standing<'_>],
    do_fit: bool,
) -> Option<Warning> {
    let mut deliveries = steps.iter().filter(|step| step.expected.department.is_some());
    let can_be_read = do_fit && deliveries.all(Standing::is_whole);
    let can_be_run = |step: &&mut Standing<'_>| step.expected.recomputed.is_some() && step.manifest.is_some();
    let again: Vec<&mut Standing<'_>> = steps.iter_mut().filter(can_be_run).collect();
    let select = again.first().filter(|step| step.expected.word == "select");
    let Some(manifest) = select.and_then(|step| step.manifest.as_ref()) else {
        for step in again {
            step.pass_over(Check::Recomputed);
        }
        return Some(Warning("there is no selection; nothing was recomputed".to_owned()));
    };
    let own = programme_of(manifest, place.programme).filter(|own| can_be_read && own.sha256 == place.programme.sha256);
    let assigned = again.iter().find(|step| step.expected.word == "assign").and_then(|step| step.manifest.as_ref());
    let revised = again.iter().find(|step| step.expected.word == "decide").and_then(|step| step.manifest.as_ref());
    let recomputed = own.map(|own| {
        let context = Context { programme: &own, ..*context };
        pipeline::recompute(&context, period, assigned, revised)
    });
    let (recomputed, mut failure) = match recomputed {
        Some(Ok(recomputed)) => (Some(recomputed), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    // What follows a step that cannot be compared cannot be either.
    let mut is_comparable = true;
    for step in again {
        let errors = if !is_comparable {
            None
        } else if let Some(error) = another_programme(step, place).or_else(|| failure.take()) {
            is_comparable = false;
            Some(vec![error])
        } else {
            let files = step.expected.recomputed.zip(recomputed.as_ref()).map(|(of_step, all)| of_step(all));
            files.and_then(|files| differing(step, place, files))
        };
        match errors {
            Some(errors) => step.record(Check::Recomputed, errors),
            None => step.pass_over(Check::Recomputed),
        }
    }
    None
}

fn another_programme(step: &Standing<'_>, place: &Place<'_>) -> Option<Error> {
    let manifest = step.manifest.as_ref()?;
    let path = place.folder.join(step.expected.manifest());
    (manifest.programme_sha256 != place.programme.sha256).then(|| {
        Error::refused(
            format!("{}: the step was made with another programme file, and cannot be run again", path.display()),
            "verify with the programme file whose SHA-256 stands in the manifest",
        )
    })
}

/// Files of the step that are not those which running it again gave; `None` where nothing is wrong with those that can
/// be compared, but not all can.
fn differing(step: &Standing<'_>, place: &Place<'_>, recomputed: &[FileRecord]) -> Option<Vec<Error>> {
    let manifest = step.manifest.as_ref()?;
    let version = env!("CARGO_PKG_VERSION");
    let hint = if manifest.program_version == version {
        format!("somebody put it there, or it follows from what was altered: {}", step.expected.again)
    } else {
        format!("this is version {version}, and the manifest names another, whose bytes may differ: verify with that")
    };
    let is_intact = |record: &&FileRecord| step.intact.contains(Path::new(&record.path));
    let other = recomputed.iter().filter(is_intact).filter(|record| !manifest.outputs.contains(record));
    let refused = |record: &FileRecord| {
        let path = place.folder.join(&record.path);
        Error::refused(format!("{}: run again from the deliveries, the step gives another file", path.display()), &hint)
    };
    let errors: Vec<Error> = other.map(refused).collect();
    let are_all_compared = recomputed.iter().filter(is_intact).count() == step.expected.outputs.len();
    (!errors.is_empty() || are_all_compared).then_some(errors)
}
