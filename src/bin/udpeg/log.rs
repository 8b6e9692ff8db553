//! `udpeg log`.

use crate::args::custody::{Log as Typed, LogCommand};
use crate::terminal::{Terminal, number};
use std::fmt::Write;
use udpeg::Result;
use udpeg::custody::{Log, Verified};
use udpeg::error::Warning;
use udpeg::identity::Key;
use udpeg::programme::{Overrides, Programme};

pub(crate) fn run(typed: &Typed, terminal: &Terminal) -> Result<()> {
    let LogCommand::Verify { key, programme, log, head, unlock } = &typed.command;
    let of_programme = |file| Programme::read(file, &Overrides::default()).map(|programme| programme.key);
    let key_file = match (key, programme) {
        (Some(key), _) => key.clone(),
        (None, programme) => programme.as_deref().map(of_programme).transpose()?.unwrap_or_default(),
    };
    let key = Key::unlock(&key_file, &unlock.passphrase())?;
    let verified = Log::new(&key_file, &key, log.as_deref()).verify(head.as_ref())?;
    let warning = (verified.half_lines > 0).then(|| {
        Warning(format!("{} times a line was cut off while it was written; the entry behind vouches for what is left of it, and nothing was handed out for it", verified.half_lines))
    });
    terminal.summary(&verified, warning.as_slice(), || text(&verified))
}

fn text(verified: &Verified) -> String {
    let mut text = format!("{}: {} entries, none altered, removed or moved\n", verified.file, number(verified.entries));
    if let (Some(first), Some(last)) = (&verified.first, &verified.last) {
        let _ = writeln!(text, " from {first} to {last}");
    }
    for (command, uses) in &verified.uses {
        let _ = writeln!(text, " {command}  {}", number(*uses));
    }
    let _ = writeln!(text, "\n its head  {}", verified.head);
    text.push_str(if verified.holds_kept_head.is_some() {
        " It holds the head that was kept: up to there nothing was cut off or made anew.\n"
    } else {
        " Keep the head elsewhere, with somebody else, and give it with --head next time: without one nobody\n can find out that lines at the end were cut off, or that whoever holds the key made the log anew.\n"
    });
    text
}
