//! Marked values in every column, path, setting and argument: none may come out but where the contract says so.

mod programme;

use crate::fuzzed::workbook::{row, workbook};
use crate::support::{Ran, Workplace, parquet_metadata, parquet_rows};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use udpeg::identity::{CprReader, Key, Pseudonymiser};

/// A key whose bytes turn up nowhere by chance.
const KEY_HEX: &str = "9f3c51e7a806d42b7e11c9d05a68f2b34d97ce0a1b65f8437c2e90d1b4a6835f";

/// Official test persons, none of which can be anybody's: in rows that are accepted, in rejected rows, in paths.
const NUMBERS: [&str; 7] =
    ["2512489996", "0201609995", "0201919995", "2103009996", "0505109990", "0504909989", "0505239996"];

/// Names, addresses and marks that stand in cells only, as UTF-8; all in ASCII so that every encoding finds them.
const WORDS: [&str; 12] = [
    "Zebulon",
    "Qvistgaard",
    "Xylofonvej",
    "MARKNOTE",
    "MARKTYPE",
    "MARKRECORD",
    "MARKSTART",
    "MARKEND",
    "MARKHEAD",
    "MARKPERSON",
    "MARKCHILD",
    "MARKFIELD",
];

/// Ways in which a number may be written.
fn spellings(number: &str) -> Vec<String> {
    let (date, serial) = number.split_at(6);
    let separated = ["-", " ", "\u{2011}", "\u{2013}", "\u{a0}", "\t", "\u{2009}", "\\t", "\\u00a0"]
        .map(|between| format!("{date}{between}{serial}"));
    let bare = number.strip_prefix('0').unwrap_or(number).to_owned();
    separated.into_iter().chain([bare]).collect()
}

/// Everything that must not come out.
fn secrets() -> Vec<String> {
    let mut secrets: Vec<String> = NUMBERS.iter().flat_map(|number| spellings(number)).collect();
    secrets.extend(WORDS.map(str::to_owned));
    secrets.extend(key_windows());
    secrets
}

/// Every eight bytes of the key that stand beside one another, in hex.
fn key_windows() -> Vec<String> {
    (0..=KEY_HEX.len() - 16).step_by(2).map(|at| KEY_HEX[at..at + 16].to_owned()).collect()
}

/// The first of these that some bytes hold; letters in either case.
fn found<'s>(bytes: &[u8], secrets: &'s [String]) -> Option<&'s str> {
    // One character for each byte, so that nothing of what is no text is lost.
    let lower = |bytes: &[u8]| bytes.to_ascii_lowercase().iter().map(|byte| char::from(*byte)).collect::<String>();
    let bytes = lower(bytes);
    secrets.iter().map(String::as_str).find(|secret| bytes.contains(&lower(secret.as_bytes())))
}

#[track_caller]
fn assert_silent(ran: &Ran, case: &str) {
    let secrets = secrets();
    for text in [&ran.out, &ran.err] {
        assert_eq!(found(text.as_bytes(), &secrets), None, "{case}:\n{text}");
    }
}

/// No file below a folder holds a secret, nor its path below it; of `private/` only the words that may stand there.
#[track_caller]
fn assert_files_silent(place: &Workplace, below: &str, case: &str) {
    let (secrets, key) = (secrets(), key_windows());
    for (path, bytes) in place.files(below) {
        assert_eq!(found(path.as_bytes(), &secrets), None, "{case}: {path}");
        if path.ends_with("other_types.csv") {
            let others: Vec<String> = secrets.iter().filter(|secret| *secret != "MARKTYPE").cloned().collect();
            assert_eq!(found(&bytes, &others), None, "{case}: {path}");
        } else if !(path.contains("private/") && path.ends_with("rejected.csv") && case.contains("--show-values")) {
            assert_eq!(found(&bytes, &secrets), None, "{case}: {path}");
        }
        assert_eq!(found(&bytes, &key), None, "{case}: {path}");
        if path.ends_with(".parquet") {
            let file = place.path(below).join(&path);
            let text = format!("{:?} {:?}", parquet_metadata(&file), parquet_rows(&file));
            assert_eq!(found(text.as_bytes(), &secrets), None, "{case}: {path}");
        }
    }
}

/// The small programme with a key of its own and marks in every column of every extract, whose paths hold numbers.
fn planted() -> Workplace {
    let place = Workplace::with_small_programme();
    place.write("p.key", format!("udpeg-key-1:{KEY_HEX}\n"));
    place.edit("p.toml", "\"jobcentre.csv\"", "\"sag 210300-9996/0505239996.csv\"");
    place.edit("p.toml", "\"family.csv\"", "\"sager/(0505239996) *.csv\"");
    place.write(
        "sag 210300-9996/0505239996.csv",
        "CPR;Navn MARKHEAD;Ydelse;Fra;Til;Adresse 050511-9990;Note\r\n\
         020160-9995;Zebulon Qvistgaard;kontanthj\u{e6}lp;01-01-2020;;Xylofonvej 4;MARKNOTE 251248-9996\r\n\
         '2512489996;Zebulon;MARKTYPE;01-01-2023;31-12-2024;Xylofonvej 4;0504909989\r\n\
         251248\u{a0}9996.0;Zebulon;kontanthj\u{e6}lp;01-01-2023;31-12-2024;Xylofonvej;\r\n\
         201609995;Zebulon;kontanthj\u{e6}lp;01-01-2023;;;\r\n\
         MARKPERSON;Zebulon;x;01-01-2023;;;\r\n\
         3102009996;Zebulon 0505109990;x;01-01-2023;;;\r\n\
         2103009996;Zebulon;MARKTYPE 050490-9989;01-01-2023;;;\r\n\
         2103009996;Zebulon;MARKFIELD;MARKSTART 0505109990;;;\r\n\
         2103009996;Zebulon;MARKFIELD;01-01-2023;MARKEND;;\r\n\
         0505109990;\"Zebulon\" MARKFIELD;x;01-01-2023;;;\r\n\
         0505109990;Zebulon;MARKFIELD;0504909989\r\n"
            .chars()
            .map(|character| u8::try_from(u32::from(character)).unwrap())
            .collect::<Vec<u8>>(),
    );
    place.write(
        "sager/(0505239996) f.csv",
        "CPR,Sag,Foranstaltning,Barn,Fra,Til,MARKHEAD\n\
         0201609995,MARKRECORD 0504909989,aflastning,020191\u{2013}9995,2024-01-01,,Zebulon\n\
         0201609996,2103009996,MARKTYPE,0201919995,2024-01-01,,Qvistgaard\n\
         0201609995,MARKRECORD,aflastning,MARKCHILD,2024-01-01,,\n\
         0201609995,MARKRECORD,,0201919995,2024-01-01,,Xylofonvej 0505109990\n",
    );
    place.write("social.tsv", place.read("social.tsv") + "0505109990\tMARKRECORD\tx\t31/02/2024\t\n");
    place
}

const STEPS: [&[&str]; 5] = [
    &["pseudonymise", "--programme", "p.toml", "--department", "jobcentre"],
    &["pseudonymise", "--programme", "p.toml", "--department", "family"],
    &["pseudonymise", "--programme", "p.toml", "--department", "social"],
    &["select", "--programme", "p.toml"],
    &["assign", "--programme", "p.toml"],
];

#[test]
fn nothing_planted_in_the_extracts_comes_out_of_any_step() {
    for variant in [&[][..], &["--json"], &["--quiet"]] {
        let place = planted();
        let case = format!("{variant:?}");
        for step in STEPS {
            let more: &[&str] = if step[0] == "pseudonymise" { &["--max-rejected", "100%"] } else { &[] };
            assert_silent(&place.udpeg(&[step, variant, more].concat()).succeeded(), &case);
        }
        assert_files_silent(&place, "out", &case);
        let check = ["check", "-p", "p.toml", "--max-rejected", "100%", "--previous", "out/2024Q4"];
        assert_silent(&place.udpeg(&[&check, variant].concat()).succeeded(), &case);
        for department in ["jobcentre", "family", "social"] {
            let alone = place.udpeg(&[&["check", "-p", "p.toml", "-d", department], variant].concat());
            assert!(matches!(alone.code, 0 | 3), "{case}: {}", alone.err);
            assert_silent(&alone, &case);
        }
        let run = place.udpeg(&[&["run", "-p", "p.toml", "--force", "--max-rejected", "100%"], variant].concat());
        assert_silent(&run.succeeded(), &case);
        assert_files_silent(&place, "out", &case);
        // The marks have been read, or the search would prove nothing.
        assert_eq!(place.json("out/2024Q4/private/jobcentre/quality.json")["rows"], 11);
        assert!(place.read("out/2024Q4/private/jobcentre/other_types.csv").contains("MARKTYPE"));
    }
}

#[test]
fn nothing_planted_comes_out_of_the_second_key_and_the_way_back_but_what_was_asked_for() {
    for variant in [&[][..], &["--json"]] {
        let place = planted();
        let case = format!("the way back {variant:?}");
        let silently =
            |arguments: &[&str]| assert_silent(&place.udpeg(&[arguments, variant].concat()).succeeded(), &case);
        silently(&["key", "new", "second.key"]);
        for step in &STEPS[..3] {
            silently(&[step, &["--max-rejected", "100%"][..]].concat());
        }
        let folders = ["out/2024Q4/delivery/jobcentre", "out/2024Q4/delivery/family", "out/2024Q4/delivery/social"];
        silently(
            &[&["rekey", "-p", "p.toml", "--out", "second", "--key", "second.key", "--delivery"], &folders[..]]
                .concat(),
        );
        fs::create_dir_all(place.path("analyst/2024Q4")).unwrap();
        fs::rename(place.path("second/2024Q4/rekeyed"), place.path("analyst/2024Q4/delivery")).unwrap();
        for step in ["select", "assign"] {
            silently(&[step, "-p", "p.toml", "--out", "analyst"]);
        }
        let list = ["--list", "analyst/2024Q4/coordinators/k1/list.parquet"];
        let manifest = ["--manifest", "analyst/2024Q4/assignment/manifest.json"];
        let who = ["--by", "T. Ester", "--reason", "journal 1"];
        let unkey = ["unkey", "-p", "p.toml", "--out", "second", "--key", "second.key", "--delivery"];
        silently(&[&unkey[..], &folders, &list, &manifest, &who].concat());
        let mut told = String::new();
        for department in ["jobcentre", "family", "social"] {
            let unkeyed = format!("second/2024Q4/unkeyed/{department}/k1/pseudonyms.parquet");
            let command = ["reidentify", "-p", "p.toml", "-d", department, "--out", "back", "--list", &unkeyed];
            silently(&[&command[..], &manifest, &who].concat());
            told += &place.read(&format!("back/2024Q4/reidentified/{department}/k1/persons.csv"));
            fs::remove_file(place.path(&format!("back/2024Q4/reidentified/{department}/k1/persons.csv"))).unwrap();
        }
        place.write("number.txt", "251248-9996");
        silently(&[&["pseudonym-of", "-p", "p.toml", "--from", "number.txt"], &who[..]].concat());
        silently(&["log", "verify", "--key", "p.key"]);
        silently(&["log", "verify", "--key", "second.key"]);
        for folder in ["out", "second", "analyst", "back"] {
            assert_files_silent(&place, folder, &case);
        }
        for log in ["p.key.log.jsonl", "second.key.log.jsonl"] {
            assert_eq!(found(place.read(log).as_bytes(), &secrets()), None, "{case}: {log}");
        }
        // Members of the list, and neither a child nor anybody whose rows were all rejected.
        let is_told = |number: &str| told.contains(&format!("{}-{}", &number[..6], &number[6..]));
        assert!(is_told("2512489996") && is_told("0201609995"), "{told}");
        assert!(!["0201919995", "2103009996", "0505109990", "0504909989", "0505239996"].iter().any(|one| is_told(one)));
        assert!(!WORDS.iter().any(|word| told.contains(word)), "{told}");
    }
}

#[test]
fn the_rows_own_columns_are_repeated_in_private_only_and_only_where_asked_for() {
    let place = planted();
    let options = ["--max-rejected", "100%", "--show-values"];
    for step in STEPS {
        let more = if step[0] == "pseudonymise" { &options[..] } else { &[] };
        assert_silent(&place.udpeg(&[step, more].concat()).succeeded(), "--show-values");
    }
    assert_files_silent(&place, "out", "--show-values");
    let list = place.read("out/2024Q4/private/jobcentre/rejected.csv");
    for shown in ["Navn MARKHEAD", "MARKPERSON", "MARKSTART 0505109990", "Zebulon"] {
        assert!(list.contains(shown), "{shown} is not shown");
    }
    assert!(!list.contains("Xylofonvej 4"), "an accepted row is shown");
    place.udpeg(&[STEPS[0], &options[..2], &["--force"]].concat()).succeeded();
    assert_files_silent(&place, "out/2024Q4/private/jobcentre", "without");
}

#[test]
fn no_failure_repeats_what_stands_in_an_extract() {
    let place = planted();
    let file = "sag 210300-9996/0505239996.csv";
    let whole = fs::read(place.path(file)).unwrap();
    let header_at = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let breaks: [(&str, Vec<u8>); 8] = [
        ("too many rejected rows", whole.clone()),
        ("no header", whole[header_at..].to_vec()),
        ("no header, one row", b"0201609995;Zebulon Qvistgaard;MARKTYPE;01-01-2020;;Xylofonvej 4;\r\n".to_vec()),
        ("another delimiter", whole.iter().map(|byte| if *byte == b';' { b',' } else { *byte }).collect()),
        ("a quote that is not closed", [&whole[..], b"\"0504909989;Zebulon"].concat()),
        ("a header with a quote", [b"\"0504909989 MARKHEAD".as_slice(), &whole].concat()),
        ("a header of NUL bytes", [b"\0".as_slice(), &whole].concat()),
        ("a doubled column", [b"CPR;Zebulon;CPR;MARKHEAD;".as_slice(), &whole].concat()),
    ];
    for (case, bytes) in breaks {
        place.write(file, bytes);
        for variant in [&[][..], &["--json"], &["--show-values"]] {
            let ran = place.udpeg(&[STEPS[0], variant].concat());
            assert!(matches!(ran.code, 1 | 3), "{case}: {}", ran.err);
            assert_silent(&ran, case);
            assert_silent(&place.udpeg(&[&["run", "-p", "p.toml"], variant].concat()), case);
            assert_silent(&place.udpeg(&["check", "-p", "p.toml", "--json"]), case);
        }
        assert_files_silent(&place, "out", &format!("{case}, --show-values"));
    }
    fs::remove_file(place.path(file)).unwrap();
    assert_silent(&place.udpeg(STEPS[0]).failed(1, &["/**********.csv: it is not there"]), "missing");
    fs::create_dir(place.path(file)).unwrap();
    assert_silent(&place.udpeg(&[STEPS[0], &["--json"]].concat()).failed(1, &["it is a folder"]), "a folder");
}

/// The planted extract of the jobcentre in other formats, whole and cut off.
fn in_other_formats(csv: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let text: String = csv.iter().map(|&byte| char::from(byte)).collect();
    let lines: Vec<String> =
        text.lines().zip(1..).map(|(line, number)| row(number, &line.split(';').collect::<Vec<_>>())).collect();
    let sheet = workbook(|sheet| sheet.write_all(lines.concat().as_bytes()).unwrap(), b"MARKNOTE 2512489996");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(csv).unwrap();
    vec![("xlsx", sheet), ("csv.gz", gzip.finish().unwrap()), ("csv.zst", zstd::encode_all(csv, 3).unwrap())]
}

#[test]
fn nothing_planted_in_files_of_other_formats_comes_out() {
    let file = "sag 210300-9996/0505239996.csv";
    let csv = fs::read(planted().path(file)).unwrap();
    for (extension, bytes) in in_other_formats(&csv) {
        let place = planted();
        let other = file.replace("csv", extension);
        place.edit("p.toml", file, &other);
        place.write(&other, &bytes);
        let step = [STEPS[0], &["--max-rejected", "100%"]].concat();
        assert_silent(&place.udpeg(&step).succeeded(), extension);
        assert_files_silent(&place, "out", extension);
        let quality = place.json("out/2024Q4/private/jobcentre/quality.json");
        assert_eq!(quality["rows"], 11, "{extension}");
        assert!(place.read("out/2024Q4/private/jobcentre/other_types.csv").contains("MARKTYPE"), "{extension}");
        place.write(&other, &bytes[..bytes.len() / 2]);
        assert_silent(&place.udpeg(&[&step[..], &["--force"]].concat()).failed(1, &[]), extension);
        place.write(&other, &csv);
        assert_silent(&place.udpeg(&[&step[..], &["--force"]].concat()).failed(1, &[]), extension);
    }
}

#[test]
fn nothing_of_the_lists_of_persons_comes_out() {
    for (renumbered, code) in [
        ("MARKHEAD;ny\n2103009996;0504909989\n", 0),
        ("MARKHEAD;ny\n2103009996;0504909989\n2512489996;0504909989\n", 1),
        ("MARKHEAD;ny\n2103009996;MARKPERSON\n", 1),
        ("2103009996;0504909989\n0504909989;2103009996\n", 1),
    ] {
        let place = planted();
        let lists = "renumbered = \"251248-9996.csv\"\nexclude = \"gone.csv\"\nage_bands = ";
        place.edit("p.toml", "age_bands = ", lists);
        place.write("251248-9996.csv", renumbered);
        place.write("gone.csv", "MARKHEAD\n0201609995\nMARKPERSON\nZebulon\n");
        let ran = place.udpeg(&[STEPS[0], &["--max-rejected", "100%"]].concat());
        assert_eq!(ran.code, code, "{}", ran.err);
        assert_silent(&ran, renumbered);
        if code == 0 {
            assert_files_silent(&place, "out", renumbered);
            assert_eq!(place.json("out/2024Q4/private/jobcentre/quality.json")["excluded"], 4);
        }
    }
}

#[test]
fn no_usage_error_repeats_a_number() {
    let place = Workplace::with_small_programme();
    let cases: [&[&str]; 8] = [
        &["2512489996"],
        &["run", "251248-9996"],
        &["run", "--2512489996"],
        &["run", "-p", "p.toml", "--as-of", "2512489996"],
        &["run", "-p", "p.toml", "--max-rejected", "251248 9996"],
        &["synth", "--adults", "2512489996", "--out", "x"],
        &["key", "new", "a", "0201609995"],
        &["pseudonymise", "-p", "p.toml", "--department", "family", "--show-values=2512489996"],
    ];
    for arguments in cases {
        assert_silent(&place.udpeg(arguments).failed(2, &[]), &format!("{arguments:?}"));
    }
}

#[test]
fn paths_and_ids_that_are_typed_are_masked_wherever_they_are_repeated() {
    let place = Workplace::with_small_programme();
    place.write("f/020160-9995/251248 9996.csv", place.read("family.csv"));
    let cases: [(&[&str], i32); 9] = [
        (&["run", "-p", "2512489996.toml"], 2),
        (&["run", "-p", "p.toml", "--key", "251248-9996.key"], 1),
        (&["run", "-p", "p.toml", "--period", "251248 9996"], 2),
        (&["run", "-p", "p.toml", "--department", "2512489996", "--input", "family.csv"], 2),
        (&["pseudonymise", "-p", "p.toml", "--department", "251248-9996"], 2),
        (&["run", "-p", "p.toml", "--department", "family", "--input", "2512489996*.csv"], 1),
        (&["run", "-p", "p.toml", "--department", "family", "--input", "f/020160-9995/251248 9996.csv"], 0),
        (&["key", "new", "251248-9996.key"], 0),
        (&["synth", "--adults", "20", "--out", "made 251248-9996"], 0),
    ];
    for (arguments, code) in cases {
        let ran = place.udpeg(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
        assert_silent(&ran, &format!("{arguments:?}"));
        // Once more, where what succeeded is there already.
        assert_silent(&place.udpeg(&[arguments, &["--json"]].concat()), &format!("{arguments:?} --json"));
    }
    assert_files_silent(&place, "out", "typed paths");
    let inputs = place.json("out/2024Q4/delivery/family/manifest.json")["inputs"].clone();
    assert!(inputs[0]["path"].as_str().unwrap().ends_with("/f/**********/**********.csv"), "{inputs}");
}

#[test]
fn json_masks_numbers_beside_control_characters_too() {
    let place = Workplace::with_small_programme();
    for folder in ["a\n2512489996", "a/251248\t9996", "\r020160-9995"] {
        let ran = place.udpeg(&["run", "-p", "p.toml", "--out", folder, "--json"]).succeeded();
        assert_silent(&ran, folder);
        let ran = place.udpeg(&["run", "-p", "p.toml", "--out", folder, "--json"]).failed(1, &[]);
        assert_silent(&ran, folder);
    }
}

#[test]
fn a_number_in_a_path_is_masked_whatever_stands_beside_it() {
    let place = Workplace::with_small_programme();
    place.write("cpr2512489996.csv", place.read("family.csv"));
    let ran = place.udpeg(&["run", "-p", "p.toml", "--department", "family", "--input", "cpr2512489996.csv"]);
    assert_silent(&ran.succeeded(), "a letter before");
    assert_files_silent(&place, "out", "a letter before");
    assert_silent(&place.udpeg(&["run", "-p", "2512489996x.toml"]), "a letter after");
}

#[test]
fn debugging_output_of_numbers_and_keys_shows_nothing() {
    let place = planted();
    let key = Key::read(&place.path("p.key")).unwrap();
    let reader = CprReader { as_of: chrono::NaiveDate::from_ymd_opt(2024, 12, 31).unwrap(), leading_zero_lost: true };
    assert_eq!(format!("{key:?} {key:#?}"), "Key(…) Key(…)");
    assert_eq!(format!("{:?}", Pseudonymiser::new(&key, "social")), "Pseudonymiser(…)");
    for spelling in ["2512489996", "201609995"] {
        let cell = format!("{:?}", reader.read(spelling));
        assert!(cell.contains("CprNumber(…)") && found(cell.as_bytes(), &secrets()).is_none(), "{cell}");
    }
    place.write("p.key", format!("udpeg-key-1:{KEY_HEX}0\n"));
    let error = Key::read(&place.path("p.key")).unwrap_err();
    assert_eq!(found(format!("{error:?} {error}").as_bytes(), &secrets()), None);
}

/// The modes of everything below a folder, itself included.
fn modes(place: &Workplace, below: &str) -> BTreeMap<String, u32> {
    let mut modes = BTreeMap::new();
    let mut waiting = vec![place.path(below)];
    while let Some(path) = waiting.pop() {
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        modes.insert(
            format!("{}{}", path.display(), if metadata.is_dir() { "/" } else { "" }),
            metadata.permissions().mode() & 0o7777,
        );
    }
    modes
}

#[test]
fn nobody_else_can_read_what_is_written_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let place = Workplace::with_small_programme();
        fs::remove_file(place.path("p.key")).unwrap();
        let udpeg = env!("CARGO_BIN_EXE_udpeg");
        let script = format!(
            "umask {umask} && '{udpeg}' key new p.key && '{udpeg}' run -p p.toml && '{udpeg}' run -p p.toml --force \
             && '{udpeg}' key new second.key && '{udpeg}' rekey -p p.toml --key second.key --delivery out/2024Q4/delivery/social \
             && '{udpeg}' reidentify -p p.toml -d social --list out/2024Q4/coordinators/k1/list.parquet --by x --reason x \
             && '{udpeg}' run -p p.toml --key new.key --new-key --out a/b && ! '{udpeg}' run -p p.toml --out c --max-rejected 5% \
             --department family --input bad.csv"
        );
        place.write("bad.csv", place.read("family.csv") + "x,,,,,\n");
        let output = Command::new("sh").args(["-c", &script]).current_dir(place.path(".")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for folder in ["out", "a", "c"] {
            let modes = modes(&place, folder);
            assert!(modes.len() > 10, "{folder}: {modes:?}");
            for (path, mode) in modes {
                assert_eq!(mode, if path.ends_with('/') { 0o700 } else { 0o600 }, "umask {umask}: {path}");
            }
        }
        assert!(place.path("out/2024Q4/reidentified/social/k1/persons.csv").exists());
        for key in ["p.key", "new.key", "p.key.log.jsonl"] {
            assert_eq!(modes(&place, key).into_values().collect::<Vec<_>>(), [0o600], "umask {umask}: {key}");
        }
    }
}
