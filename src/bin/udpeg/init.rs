//! `udpeg init`: asks what was not typed, drafts a programme file and writes it.

use crate::args::init::Init;
use crate::terminal::{Terminal, heading};
use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use udpeg::init::{Delivered, Description, Request, draft, last_quarter};
use udpeg::{Error, Result};

pub(crate) fn run(typed: &Init, terminal: &Terminal) -> Result<()> {
    if typed.file.exists() {
        return Err(there_already(&typed.file));
    }
    let request = request(typed)?;
    let draft = draft(&request)?;
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => there_already(&typed.file),
        _ => Error::io(&typed.file, "write the programme file", &error),
    };
    let mut file = std::fs::File::create_new(&typed.file).map_err(failed)?;
    file.write_all(draft.text.as_bytes()).map_err(failed)?;
    let departments: Vec<_> = draft.departments.iter().map(json).collect();
    let json = serde_json::json!({ "programme": typed.file.to_string_lossy(), "departments": departments });
    terminal.summary(&json, &[], || text(&typed.file, &draft.departments))
}

fn there_already(file: &Path) -> Error {
    Error::file(file, "it is there already; nothing was changed", "name another file, or move this one away")
}

/// What was typed, and what is asked for the rest.
fn request(typed: &Init) -> Result<Request> {
    let can_ask = std::io::stdin().is_terminal();
    let (period, as_of) = last_quarter(chrono::Local::now().date_naive());
    let mut departments: Vec<Delivered> = Vec::new();
    for (id, file) in &typed.department {
        add(&mut departments, id, file);
    }
    if departments.is_empty() && !can_ask {
        return Err(Error::Usage {
            what: "no department was named, and nobody can be asked".to_owned(),
            hint: "name each with its file: --department jobcentre=jobcentre.csv".to_owned(),
        });
    }
    let name = match &typed.name {
        Some(name) => name.clone(),
        None if can_ask => ask("What is the programme called?", "programme")?,
        None => "programme".to_owned(),
    };
    let asked_period = match &typed.period {
        Some(period) => period.clone(),
        None if can_ask && typed.department.is_empty() => ask("Which period?", &period)?,
        None => period,
    };
    while typed.department.is_empty() {
        let id = ask("Id of a department, in small letters (nothing if that was all)", "")?;
        if id.is_empty() {
            break;
        }
        let file = ask("Its file", "")?;
        add(&mut departments, &id, &file);
    }
    for (id, column) in &typed.column {
        let Some(department) = departments.iter_mut().find(|department| department.id == *id) else {
            return Err(Error::Usage {
                what: format!("--column names the department `{id}`, which has no file"),
                hint: format!("name its file too: --department {id}=FILE"),
            });
        };
        department.named.push(column.clone());
    }
    let as_of = typed.as_of.unwrap_or(as_of);
    Ok(Request { file: typed.file.clone(), name, period: asked_period, as_of, departments })
}

fn add(departments: &mut Vec<Delivered>, id: &str, file: &str) {
    match departments.iter_mut().find(|department| department.id == id) {
        Some(department) => department.files.push(PathBuf::from(file)),
        None => {
            departments.push(Delivered { id: id.to_owned(), files: vec![PathBuf::from(file)], named: Vec::new() });
        }
    }
}

/// Asks on standard error, so that standard output stays what it is.
fn ask(question: &str, default: &str) -> Result<String> {
    let hint = if default.is_empty() { String::new() } else { format!(" [{default}]") };
    anstream::eprint!("{question}{hint}: ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Error::io(Path::new("standard input"), "read the answer", &error))?;
    let answer = answer.trim();
    Ok(if answer.is_empty() { default } else { answer }.to_owned())
}

fn json(department: &Description) -> serde_json::Value {
    let columns: Vec<_> = department
        .columns
        .iter()
        .map(|column| serde_json::json!({ "key": column.role.key(), "column": column.name }))
        .collect();
    serde_json::json!({
        "id": department.id,
        "input": department.input,
        "delimiter": department.delimiter.map(String::from),
        "encoding": department.encoding.map(udpeg::programme::Encoding::name),
        "dates": department.dates,
        "leading_zero_lost": department.leading_zero_lost,
        "open_end": department.open_end,
        "columns": columns,
        "look_at": department.doubts,
    })
}

fn text(file: &Path, departments: &[Description]) -> String {
    let mut text = String::new();
    for department in departments {
        heading(&mut text, &format!("Department {}", department.id));
        let written = [
            department.encoding.map(|encoding| encoding.name().to_owned()),
            department.delimiter.map(|delimiter| match delimiter {
                '\t' => "tabs between fields".to_owned(),
                other => format!("`{other}` between fields"),
            }),
            Some(format!("dates as {}", department.dates)),
            department.leading_zero_lost.then(|| "leading zeros of numbers lost".to_owned()),
        ];
        let _ = writeln!(text, " files   {}", department.input.join(", "));
        let _ = writeln!(text, " written {}", written.into_iter().flatten().collect::<Vec<_>>().join(", "));
        for column in &department.columns {
            let _ = writeln!(text, " {:<7} `{}`", column.role.key(), column.name);
        }
        for doubt in &department.doubts {
            let _ = writeln!(text, " look    {doubt}");
        }
    }
    let _ = writeln!(
        text,
        "\nwrote {}\nNext: look it over, decide what is marked DECIDE, then try: udpeg check --programme {}",
        file.display(),
        file.display()
    );
    text
}
