//! `udpeg explain`.

use crate::args::Explain;
use crate::context;
use crate::terminal::Terminal;
use std::slice;
use udpeg::pipeline::{self, Context, Outcome, ShowingRecords};
use udpeg::programme::Overrides;
use udpeg::{Result, report};

pub(crate) fn run(typed: &Explain, terminal: &Terminal) -> Result<()> {
    let (as_of, period, out) = (typed.as_of, typed.period.clone(), typed.out.clone());
    let overrides = Overrides { as_of, period, out, ..Overrides::default() };
    let showing = typed.records.then(|| ShowingRecords {
        consent: typed.consent.clone().unwrap_or_default(),
        by: typed.by.clone().unwrap_or_default(),
        at: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    });
    let step = |context: &Context<'_>| {
        let Outcome { summary, warnings, rules } =
            pipeline::explain(context, slice::from_ref(&typed.asked), showing.as_ref())?;
        let told = summary.into_iter().map(|explanation| {
            let text = report::explain(context.programme, &explanation, typed.language).to_plain();
            (explanation, text)
        });
        Ok(Outcome { summary: told.collect::<Vec<_>>(), warnings, rules })
    };
    let outcome = context::run_with(&typed.programme, &overrides, false, typed.memory, terminal, step)?;
    for (explanation, text) in outcome.summary {
        let one = Outcome { summary: explanation, warnings: outcome.warnings.clone(), rules: outcome.rules.clone() };
        terminal.document(&one, &text)?;
    }
    Ok(())
}
