//! `udpeg pseudonym-of`.

use crate::args::custody::PseudonymOf;
use crate::context;
use crate::terminal::Terminal;
use std::path::Path;
use udpeg::Result;
use udpeg::custody::{self, Log, Question};
use udpeg::identity::{Asked, Key};
use udpeg::pipeline::{Context, Memory};
use udpeg::programme::Overrides;

pub(crate) fn run(typed: &PseudonymOf, terminal: &Terminal) -> Result<()> {
    let account = context::account(&typed.account)?;
    let overrides = Overrides { key: typed.key.clone(), ..Overrides::default() };
    let asked = match typed.from.as_deref() {
        None => Asked::Terminal,
        Some(path) if path == Path::new("-") => Asked::StandardInput,
        Some(path) => Asked::File(path.to_path_buf()),
    };
    let question = if typed.rekeyed { Question::Pseudonym } else { Question::Number };
    let step = |context: &Context<'_>| {
        let key_file = &context.programme.key;
        let key = Key::unlock(key_file, &typed.unlock.passphrase())?;
        let log = Log::new(key_file, &key, typed.account.log.as_deref());
        custody::pseudonym_of(context, &key, question, &asked, &account, &log)
    };
    let found = context::run_with(&typed.programme, &overrides, false, Memory::default(), terminal, step)?;
    terminal.summary(&found, &[], || {
        let hint = match question {
            Question::Number => {
                "\n Where the deliveries were re-keyed, the analyst has another: ask the custodian of the second key\n for `udpeg pseudonym-of --rekeyed` of this one.\n"
            }
            Question::Pseudonym => "",
        };
        format!("{}\n{hint}\n custody log  {}\n its head     {}\n", found.pseudonym, found.log, found.head)
    })
}
