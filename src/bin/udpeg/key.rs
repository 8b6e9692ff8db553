//! `udpeg key`.

use crate::args::{Key, KeyCommand};
use crate::terminal::Terminal;
use udpeg::Result;

pub(crate) fn run(typed: &Key, terminal: &Terminal) -> Result<()> {
    let KeyCommand::New { file } = &typed.command;
    let key = udpeg::identity::Key::create(file)?;
    let summary = serde_json::json!({ "file": file.to_string_lossy(), "key_id": key.id().to_string() });
    terminal.summary(&summary, &[], || {
        format!(
            "made {}, key id {}\nOnly you can read it. Give it to the departments alone, never to the analyst, and never together with an extract.\n",
            file.display(),
            key.id()
        )
    })
}
