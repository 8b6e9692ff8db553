//! `udpeg reidentify`.

use crate::args::custody::Reidentify;
use crate::context;
use crate::terminal::{Terminal, number};
use udpeg::Result;
use udpeg::custody::{self, Log, Reidentified, Reidentifying};
use udpeg::identity::Key;
use udpeg::pipeline::{Context, Memory};
use udpeg::programme::Overrides;

pub(crate) fn run(typed: &Reidentify, terminal: &Terminal) -> Result<()> {
    let account = context::account(&typed.account)?;
    let overrides = Overrides { key: typed.key.clone(), ..context::overrides(&typed.programme) };
    let step = |context: &Context<'_>| {
        let programme = context.programme;
        programme.department(&typed.department)?;
        let key = Key::unlock(&programme.key, &typed.unlock.passphrase())?;
        let log = Log::new(&programme.key, &key, typed.account.log.as_deref());
        let reidentifying = Reidentifying {
            department: &typed.department,
            key: &key,
            list: &typed.list,
            assignment: &context::assignment(typed.manifest.as_ref(), programme),
        };
        custody::reidentify(context, &reidentifying, &account, &log)
    };
    let outcome = context::run_with(&typed.programme.programme, &overrides, false, Memory::default(), terminal, step)?;
    terminal.outcome(&outcome, || text(&outcome.summary))
}

fn text(reidentified: &Reidentified) -> String {
    let Reidentified { department, coordinator, units, persons, found, file, log, head } = reidentified;
    format!(
        "{} of {} persons ({} units) on the list of {coordinator} stand in the extract of {department}

 for the coordinator  {file}
 It holds CPR numbers: give it to that coordinator alone, and delete it when the work is done.

 custody log          {log}
 its head             {head}\n",
        number(*found),
        number(*persons),
        number(*units),
    )
}
