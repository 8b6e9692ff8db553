//! `udpeg unkey`.

use crate::args::custody::Unkey;
use crate::context;
use crate::terminal::{Terminal, heading, number, table};
use std::fmt::Write;
use udpeg::Result;
use udpeg::custody::{self, Log, Unkeyed, Unkeying};
use udpeg::identity::Key;
use udpeg::pipeline::{Context, Memory};
use udpeg::programme::Overrides;

pub(crate) fn run(typed: &Unkey, terminal: &Terminal) -> Result<()> {
    let account = context::account(&typed.account)?;
    let overrides = Overrides { key: Some(typed.key.clone()), ..context::overrides(&typed.programme) };
    let step = |context: &Context<'_>| {
        let programme = context.programme;
        let second = Key::unlock(&programme.key, &typed.unlock.passphrase())?;
        let log = Log::new(&programme.key, &second, typed.account.log.as_deref());
        let assignment = context::assignment(typed.manifest.as_ref(), programme);
        let unkeying =
            Unkeying { second: &second, list: &typed.list, assignment: &assignment, deliveries: &typed.delivery };
        custody::unkey(context, &unkeying, &account, &log)
    };
    let outcome = context::run_with(&typed.programme.programme, &overrides, false, Memory::default(), terminal, step)?;
    terminal.outcome(&outcome, || text(&outcome.summary))
}

fn text(unkeyed: &Unkeyed) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "the list of {}: {} units, {} persons",
        unkeyed.coordinator,
        number(unkeyed.units),
        number(unkeyed.persons)
    );
    heading(&mut text, "For each department, its own");
    let mut rows = vec![["department", "persons"].map(str::to_owned).to_vec()];
    for department in &unkeyed.departments {
        rows.push(vec![department.department.clone(), number(department.persons)]);
    }
    text.push_str(&table(rows));
    text.push('\n');
    for department in &unkeyed.departments {
        let _ = writeln!(text, " {}", department.folder);
    }
    let _ = writeln!(text, "\n custody log  {}\n its head     {}", unkeyed.log, unkeyed.head);
    text
}
