//! `udpeg recuse`.

use crate::args::Recuse;
use crate::context;
use crate::terminal::Terminal;
use udpeg::Result;
use udpeg::pipeline::{self, Context, Memory, Recusal};
use udpeg::programme::Overrides;

pub(crate) fn run(typed: &Recuse, terminal: &Terminal) -> Result<()> {
    let overrides = Overrides { period: typed.period.clone(), out: typed.out.clone(), ..Overrides::default() };
    let recusal = Recusal {
        unit: typed.unit.clone(),
        coordinator: typed.coordinator.clone(),
        reason: typed.reason.clone(),
        at: context::now(),
    };
    let step = |context: &Context<'_>| pipeline::recuse(context, &recusal);
    let outcome = context::run_with(&typed.programme, &overrides, false, Memory::default(), terminal, step)?;
    let summary = &outcome.summary;
    terminal.outcome(&outcome, || {
        let persons = if summary.members == 1 { "1 person".to_owned() } else { format!("{} persons", summary.members) };
        format!("{} may not coordinate {} ({persons}) from now on\n", summary.coordinator, summary.label)
    })
}
