//! `udpeg key`.

use crate::args::custody::{Accountable, Key as Typed, KeyCommand, Unlock};
use crate::context;
use crate::terminal::{Terminal, confirm};
use std::path::Path;
use udpeg::Result;
use udpeg::custody::{Event, Log};
use udpeg::identity::{Destroyed, Key, KeyForm, Passphrase, destroy};

pub(crate) fn run(typed: &Typed, terminal: &Terminal) -> Result<()> {
    match &typed.command {
        KeyCommand::New { file, passphrase, passphrase_file } => {
            let form = match (passphrase_file, passphrase) {
                (Some(path), _) => KeyForm::Encrypted(Passphrase::File(path.clone())),
                (None, true) => KeyForm::Encrypted(Passphrase::Terminal),
                (None, false) => KeyForm::Plain,
            };
            new(file, &form, terminal)
        }
        KeyCommand::Id { file, unlock } => id(file, unlock, terminal),
        KeyCommand::Destroy { file, yes, account, unlock } => destroy_key(file, *yes, account, unlock, terminal),
    }
}

fn new(file: &Path, form: &KeyForm, terminal: &Terminal) -> Result<()> {
    let key = Key::create_as(file, form)?;
    let is_encrypted = *form != KeyForm::Plain;
    let summary = serde_json::json!({
        "file": file.to_string_lossy(), "key_id": key.id().to_string(), "encrypted": is_encrypted,
    });
    terminal.summary(&summary, &[], || {
        let (file, id) = (file.display(), key.id());
        let passphrase = if is_encrypted {
            "It is encrypted: without the passphrase the key is lost. Keep the two apart, and tell them by different ways.\n"
        } else {
            ""
        };
        format!(
            "made {file}, key id {id}\nOnly you can read it. A programme's key is for its departments alone, never for the analyst, and never travels together\nwith an extract or a delivery. A second key, for `udpeg rekey`, stays with its custodian.\n{passphrase}"
        )
    })
}

fn id(file: &Path, unlock: &Unlock, terminal: &Terminal) -> Result<()> {
    let id = Key::unlock(file, &unlock.passphrase())?.id();
    let summary = serde_json::json!({ "file": file.to_string_lossy(), "key_id": id.to_string() });
    terminal.summary(&summary, &[], || format!("{id}\n"))
}

fn destroy_key(file: &Path, yes: bool, typed: &Accountable, unlock: &Unlock, terminal: &Terminal) -> Result<()> {
    let account = context::account(typed)?;
    let key = Key::unlock(file, &unlock.passphrase())?;
    let id = key.id();
    if !yes {
        confirm(
            &format!("This destroys {}. Type its key id, {id}, to go on: ", file.display()),
            &id.0,
            "give --yes where nobody can be asked",
        )?;
    }
    let log = Log::new(file, &key, typed.log.as_deref());
    let event = Event {
        command: "key destroy",
        account: &account,
        department: None,
        period: None,
        list_sha256: None,
        count: 1,
    };
    let head = log.append(&event)?;
    let Destroyed { other_names } = destroy(file)?;
    let summary = serde_json::json!({
        "file": file.to_string_lossy(), "key_id": id.to_string(), "other_names": other_names,
        "log": log.path().to_string_lossy(), "head": head.to_string(),
    });
    terminal.summary(&summary, &[], || {
        let links = if other_names > 0 {
            format!(" {other_names} further names of the file are left, with nothing of the key in it.\n")
        } else {
            String::new()
        };
        format!(
            "wrote over {} and removed it, key id {id}\n{links}
 What this cannot reach: what a solid-state disk, a file system that copies on writing, a snapshot
 or a backup has kept, and copies of the key elsewhere. Destroy those too.
 Without any copy of the key nobody can verify its custody log again: keep its head.

 custody log  {}\n its head     {head}\n",
            file.display(),
            log.path().display(),
        )
    })
}
