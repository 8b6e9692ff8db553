//! `udpeg rekey`.

use crate::args::custody::Rekey;
use crate::context;
use crate::terminal::{Terminal, heading, number, table};
use std::fmt::Write;
use udpeg::Result;
use udpeg::custody::{self, RekeyedDelivery};
use udpeg::identity::Key;
use udpeg::pipeline::{Context, Outcome};
use udpeg::programme::Overrides;

pub(crate) fn run(typed: &Rekey, terminal: &Terminal) -> Result<()> {
    let overrides = Overrides { key: Some(typed.key.clone()), ..context::overrides(&typed.programme.of) };
    let step = |context: &Context<'_>| {
        let second = Key::unlock(&context.programme.key, &typed.unlock.passphrase())?;
        custody::rekey(context, &second, &typed.delivery)
    };
    let Outcome { summary: rekeyed, warnings, rules } = context::run(&typed.programme, &overrides, terminal, step)?;
    let summary = serde_json::json!({ "deliveries": rekeyed });
    terminal.outcome(&Outcome { summary, warnings, rules }, || text(&rekeyed))
}

fn text(rekeyed: &[RekeyedDelivery]) -> String {
    let mut text = String::new();
    heading(&mut text, "Re-keyed deliveries");
    let mut rows = vec![["department", "rows", "incomplete", "keys"].map(str::to_owned).to_vec()];
    for delivery in rekeyed {
        rows.push(vec![
            delivery.department.clone(),
            number(delivery.rows),
            number(delivery.incomplete),
            delivery.key_id.clone(),
        ]);
    }
    text.push_str(&table(rows));
    heading(&mut text, "For the analyst, who puts them into <out>/<period>/delivery/");
    for delivery in rekeyed {
        let _ = writeln!(text, " {}", delivery.folder);
    }
    text.push_str(
        "\n Keep the deliveries as they came until the period's data are deleted: `udpeg unkey` needs them.\n",
    );
    text
}
