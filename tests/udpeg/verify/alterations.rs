//! One alteration after the other, each found with its code and its words.

use super::{PERIOD, RUN, VERIFY, edit_manifest, flip, made, snapshot, verifies, verify};
use crate::bad_input::handmade::{edit_record, replace_in, rewritten, with_cell};
use crate::support::{KEY_LINE, Workplace};
use arrow_array::{RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::Arc;

/// Files that some manifest names, in the small programme's period.
const NAMED: [&str; 15] = [
    "delivery/jobcentre/extract.parquet",
    "delivery/jobcentre/incomplete.parquet",
    "delivery/jobcentre/quality.json",
    "delivery/family/extract.parquet",
    "delivery/family/incomplete.parquet",
    "delivery/family/quality.json",
    "delivery/social/extract.parquet",
    "delivery/social/incomplete.parquet",
    "delivery/social/quality.json",
    "selection/candidates.parquet",
    "selection/counts.json",
    "selection/why.parquet",
    "assignment/target_group.parquet",
    "coordinators/k1/list.parquet",
    "coordinators/k1/list.xlsx",
];

const MANIFESTS: [&str; 5] = ["delivery/jobcentre", "delivery/family", "delivery/social", "selection", "assignment"];

#[test]
fn a_period_that_nobody_touched_fits() {
    let place = made();
    let ran = verifies(&place, &[], 0, &[]);
    assert!(ran.err.is_empty(), "{}", ran.err);
    assert!(ran.out.contains("All fits: 15 files"), "{}", ran.out);
    assert!(!ran.out.contains("WRONG") && !ran.out.contains("unchecked"), "{}", ran.out);
    // The table of this file is whole: with manifests and private lists it is everything.
    assert_eq!(place.files(PERIOD).len(), NAMED.len() + MANIFESTS.len() + 9);
}

#[test]
fn one_byte_of_any_named_file_is_enough() {
    let place = made();
    for file in NAMED {
        let path = format!("{PERIOD}/{file}");
        flip(&place, &path);
        verifies(&place, &[], 4, &[&format!("refused: {path}: it is not the file that its manifest names")]);
        flip(&place, &path);
    }
    verifies(&place, &[], 0, &[]);
}

#[test]
fn of_the_private_lists_only_the_quality_counts_can_be_checked() {
    let place = made();
    let path = format!("{PERIOD}/private/social/quality.json");
    flip(&place, &path);
    verifies(&place, &[], 4, &[&format!("refused: {path}: it is not that of the delivery"), "rejected.csv"]);
    flip(&place, &path);
    // No manifest names these, so that nobody who gets a delivery can guess what stands in them.
    flip(&place, &format!("{PERIOD}/private/social/rejected.csv"));
    flip(&place, &format!("{PERIOD}/private/social/other_types.csv"));
    verifies(&place, &[], 0, &[]);
}

#[test]
fn any_file_that_is_gone_is_missed() {
    let place = made();
    for file in NAMED {
        let path = format!("{PERIOD}/{file}");
        let bytes = fs::read(place.path(&path)).unwrap();
        fs::remove_file(place.path(&path)).unwrap();
        verifies(&place, &[], 1, &[&format!("error: {path}: it is not there, although its manifest names it")]);
        place.write(&path, bytes);
        place.set_mode(&path, 0o600);
    }
    for folder in MANIFESTS {
        let path = format!("{PERIOD}/{folder}/manifest.json");
        let bytes = fs::read(place.path(&path)).unwrap();
        fs::remove_file(place.path(&path)).unwrap();
        verifies(&place, &[], 1, &[&format!("error: {path}: it is not there"), "run `udpeg "]);
        place.write(&path, bytes);
        place.set_mode(&path, 0o600);
    }
    fs::remove_file(place.path(&format!("{PERIOD}/private/family/rejected.csv"))).unwrap();
    verifies(&place, &[], 1, &["private/family/rejected.csv: it is not there, although the others of its folder are"]);
}

#[test]
fn whatever_does_not_belong_is_found() {
    let place = made();
    for (file, says) in [
        ("notes.txt", "notes.txt: it belongs to no step of this programme"),
        ("delivery/notes.txt", "delivery/notes.txt: it belongs to no step"),
        ("delivery/social/extract.csv", "delivery/social/extract.csv: it belongs to no step"),
        ("delivery/housing/extract.parquet", "delivery/housing: it belongs to no step"),
        ("private/social/mended.xlsx", "private/social/mended.xlsx: it belongs to no step"),
        ("selection/candidates.csv", "selection/candidates.csv: it belongs to no step"),
        ("coordinators/k2/list.parquet", "coordinators/k2: it belongs to no step"),
        ("coordinators/k1/list.csv", "coordinators/k1/list.csv: it belongs to no step"),
        ("reports/report.html", "reports: it belongs to no step"),
        (".selection.partial/candidates.parquet", ".selection.partial: a process that was killed left it"),
        ("delivery/.social.old/extract.parquet", "delivery/.social.old: a process that was killed left it"),
    ] {
        let path = format!("{PERIOD}/{file}");
        place.write(&path, "x");
        place.set_mode(&path, 0o600);
        let (stray, _) = says.split_once(':').unwrap();
        let stray = place.path(PERIOD).join(stray);
        if stray.is_dir() {
            fs::set_permissions(&stray, fs::Permissions::from_mode(0o700)).unwrap();
        }
        // A folder that does not belong is told once, whatever is in it.
        let ran = verifies(&place, &[], 4, &[&format!("error: refused: {PERIOD}/{says}")]);
        assert_eq!(ran.err.matches("error: ").count(), 1, "{}", ran.err);
        if stray.is_dir() { fs::remove_dir_all(stray) } else { fs::remove_file(stray) }.unwrap();
    }
    verifies(&place, &[], 0, &[]);
}

#[test]
fn a_link_is_not_the_file() {
    let place = made();
    for file in ["delivery/social/extract.parquet", "delivery/social/manifest.json", "coordinators/k1/list.parquet"] {
        let path = place.path(PERIOD).join(file);
        fs::rename(&path, place.path("moved")).unwrap();
        symlink(place.path("moved"), &path).unwrap();
        verifies(&place, &[], 4, &[&format!("{file}: it is no ordinary file"), "not a link"]);
        fs::rename(place.path("moved"), &path).unwrap();
    }
    verifies(&place, &[], 0, &[]);
    let social = place.path(PERIOD).join("delivery/social");
    fs::rename(&social, place.path("moved")).unwrap();
    symlink(place.path("moved"), &social).unwrap();
    verifies(&place, &[], 4, &["delivery/social: it is no folder"]);
}

#[test]
fn a_pipe_is_not_waited_for() {
    let place = made();
    for file in ["selection/manifest.json", "delivery/social/extract.parquet", "private/social/quality.json"] {
        let path = place.path(PERIOD).join(file);
        fs::rename(&path, place.path("moved")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        verifies(&place, &["--recompute"], 4, &[&format!("{file}: it is no ordinary file")]);
        fs::remove_file(&path).unwrap();
        fs::rename(place.path("moved"), &path).unwrap();
    }
}

#[test]
fn what_others_can_reach_is_found() {
    let place = made();
    for (name, mode) in [
        ("", 0o755),
        ("delivery", 0o750),
        ("delivery/social", 0o711),
        ("delivery/social/extract.parquet", 0o640),
        ("delivery/social/manifest.json", 0o604),
        ("private/social/rejected.csv", 0o644),
        ("selection", 0o701),
        ("selection/counts.json", 0o620),
        ("coordinators/k1", 0o755),
        ("coordinators/k1/list.parquet", 0o666),
        ("assignment/target_group.parquet", 0o601),
    ] {
        let path = format!("{PERIOD}/{name}");
        let path = path.trim_end_matches('/');
        place.set_mode(path, mode);
        let says = format!("refused: {path}: others than its owner can reach it (mode {mode:04o})");
        let ran = verifies(&place, &[], 4, &[&says, "chmod -R go= out/2024Q4"]);
        assert_eq!(ran.err.matches("error: ").count(), 1, "{}", ran.err);
        place.set_mode(path, if place.path(path).is_dir() { 0o700 } else { 0o600 });
    }
    // That the owner cannot write is no harm: so a period is kept.
    place.set_mode("out/2024Q4/selection/counts.json", 0o400);
    place.set_mode("out/2024Q4/selection", 0o500);
    verifies(&place, &[], 0, &[]);
    place.set_mode("out/2024Q4/selection", 0o700);
}

/// Puts a delivery of social's, made with these overrides below `other`, in the place of the one that stands there.
fn swap_delivery(place: &Workplace, more: &[&str], period: &str) {
    let command = ["pseudonymise", "-p", "p.toml", "-d", "social", "--out", "other"];
    place.udpeg(&[&command, more].concat()).succeeded();
    let here = place.path(PERIOD).join("delivery/social");
    fs::remove_dir_all(&here).unwrap();
    fs::rename(place.path("other").join(period).join("delivery/social"), here).unwrap();
}

#[test]
fn a_delivery_from_elsewhere_is_found() {
    let made_from = "selection/manifest.json: it was made from another delivery/social/extract.parquet than the one";
    let place = made();
    swap_delivery(&place, &["--period", "2024Q3"], "2024Q3");
    verifies(
        &place,
        &[],
        4,
        &["delivery/social/manifest.json: it was made for another period", "udpeg.period differs", made_from],
    );

    let place = made();
    swap_delivery(&place, &["--as-of", "2024-12-30"], "2024Q4");
    let days = "the steps were made for different days: pseudonymise jobcentre 2024-12-31, pseudonymise family 2024-12-31, pseudonymise social 2024-12-30, select";
    verifies(&place, &[], 4, &[days, made_from]);

    let place = made();
    place.write("other.key", KEY_LINE.replace("0001", "ffff"));
    place.set_mode("other.key", 0o600);
    swap_delivery(&place, &["--key", "other.key"], "2024Q4");
    let ran = verifies(
        &place,
        &[],
        4,
        &["the steps were made with different keys", "pseudonymise family cf38ac5703629760", made_from],
    );
    // The keys' ids are told, and everything is still compared.
    assert!(!ran.err.contains("pseudonymise social cf38ac5703629760"), "{}", ran.err);

    let place = made();
    let programme = place.read("p.toml");
    place.edit("p.toml", "name = \"Small\"", "name = \"Other\"");
    swap_delivery(&place, &[], "2024Q4");
    place.write("p.toml", &programme);
    verifies(&place, &[], 4, &["warning: social: the programme file has changed since it was delivered", made_from]);

    let place = made();
    place.edit("p.toml", "[18, 25, 30, 40, 50, 60, 67]", "[18, 67]");
    swap_delivery(&place, &[], "2024Q4");
    place.write("p.toml", &programme);
    verifies(
        &place,
        &[],
        4,
        &["delivery/social/extract.parquet: it was not made for this period and programme: udpeg.age_bands differs"],
    );

    let place = made();
    let delivery = place.path(PERIOD).join("delivery");
    fs::rename(delivery.join("family"), place.path("kept")).unwrap();
    fs::rename(delivery.join("social"), delivery.join("family")).unwrap();
    fs::rename(place.path("kept"), delivery.join("social")).unwrap();
    verifies(
        &place,
        &[],
        4,
        &[
            "delivery/family/manifest.json: it names a file that this step does not make",
            "its manifest does not name it",
        ],
    );
}

#[test]
fn a_delivery_made_again_after_the_selection_is_found() {
    let place = made();
    let family = place.read("family.csv");
    place.write("family.csv", family.replace("0201609996,F-1", "0201609996,F-2"));
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "family", "--force"]).succeeded();
    let says = "selection/manifest.json: it was made from another delivery/family/extract.parquet than the one that stands there";
    let ran = verifies(&place, &[], 4, &[says, "udpeg select --force"]);
    assert!(!ran.err.contains("delivery/social") && !ran.err.contains("incomplete.parquet"), "{}", ran.err);
    for step in ["select", "assign"] {
        place.udpeg(&[step, "-p", "p.toml", "--force"]).succeeded();
    }
    verifies(&place, &["--recompute"], 0, &[]);
}

#[test]
fn a_selection_made_again_with_another_programme_is_found() {
    let place = made();
    let programme = place.read("p.toml");
    place.edit("p.toml", "size = 2", "size = 1");
    place.udpeg(&["select", "-p", "p.toml", "--force"]).succeeded();
    let another = place.read("p.toml");
    place.write("p.toml", &programme);
    let warned = "warning: select: the programme file has changed since the step was made";
    let made_from = "assignment/manifest.json: it was made from another selection/candidates.parquet than the one";
    verifies(&place, &[], 4, &[warned, made_from, "udpeg assign --force"]);
    // Assigned from it with the same other programme, all fits, and there is a warning.
    place.write("p.toml", &another);
    place.udpeg(&["assign", "-p", "p.toml", "--force"]).succeeded();
    place.write("p.toml", &programme);
    verifies(&place, &[], 0, &[warned, "warning: assign: the programme file has changed"]);
    let cannot = "selection/manifest.json: the step was made with another programme file, and cannot be run again";
    verifies(&place, &["--recompute"], 4, &[cannot, "SHA-256"]);
    // With that programme the deliveries are the ones to warn of, and the bytes are the same.
    place.write("p.toml", &another);
    verifies(&place, &["--recompute"], 0, &["warning: family: the programme file has changed since it was delivered"]);
}

#[test]
fn another_programme_with_other_coordinators_is_only_warned_of() {
    let place = made();
    place.edit("p.toml", "id = \"k1\"", "id = \"k2\"");
    place.udpeg(&["assign", "-p", "p.toml", "--force"]).succeeded();
    verifies(&place, &[], 0, &["warning: select: the programme file has changed"]);
    place.edit("p.toml", "id = \"k2\"", "id = \"k3\"");
    let ran = verifies(&place, &[], 0, &["warning: assign: the programme file has changed"]);
    assert!(ran.out.contains("All fits: 15 files"), "{}", ran.out);
    flip(&place, "out/2024Q4/coordinators/k2/list.parquet");
    verifies(&place, &[], 4, &["coordinators/k2/list.parquet: it is not the file that its manifest names"]);
}

#[test]
fn a_coordinators_list_of_another_run_is_found() {
    let place = made();
    place.udpeg(&[&RUN[..], &["--out", "other"]].concat()).succeeded();
    // The same data: the same list, from wherever it comes.
    let list = "coordinators/k1/list.parquet";
    fs::copy(place.path("other/2024Q4").join(list), place.path(PERIOD).join(list)).unwrap();
    verifies(&place, &[], 0, &[]);

    let social = place.read("social.tsv");
    place.write("social.tsv", social.replace("0104909995\tS-3", "0104909995\tS-4"));
    place.edit("p.toml", "min_departments = 2", "min_departments = 1");
    place.udpeg(&[&RUN[..], &["--out", "other", "--force"]].concat()).succeeded();
    place.edit("p.toml", "min_departments = 1", "min_departments = 2");
    let bytes = fs::read(place.path("other/2024Q4").join(list)).unwrap();
    let whole = fs::read(place.path(PERIOD).join(list)).unwrap();
    place.write(&format!("{PERIOD}/{list}"), &bytes);
    verifies(&place, &[], 4, &[&format!("{PERIOD}/{list}: it is not the file that its manifest names")]);
    place.write(&format!("{PERIOD}/{list}"), &whole);
    replace_in(&place, list, &bytes, &["assignment"]);
    verifies(
        &place,
        &[],
        4,
        &[&format!("{PERIOD}/{list}: it was not made for this period and programme: udpeg.programme differs")],
    );
}

#[test]
fn lists_and_target_groups_that_only_their_manifest_fits_are_found() {
    let list = "coordinators/k1/list.parquet";
    let group = "assignment/target_group.parquet";
    let other_label = |file: &str, place: &Workplace| {
        rewritten(&place.path(PERIOD).join(file), |_| true, |batch| with_cell(&batch, "label", Some("00000000")))
    };
    let place = made();
    replace_in(&place, list, &other_label(list, &place), &["assignment"]);
    verifies(
        &place,
        &[],
        4,
        &["coordinators/k1/list.parquet: it is not this coordinator's part of target_group.parquet"],
    );
    let place = made();
    replace_in(&place, group, &other_label(group, &place), &["assignment"]);
    verifies(&place, &[], 4, &["target_group.parquet: it is not the proposed units of candidates.parquet"]);
    let place = made();
    let to_nobody =
        rewritten(&place.path(PERIOD).join(group), |_| true, |batch| with_cell(&batch, "coordinator", Some("k9")));
    replace_in(&place, group, &to_nobody, &["assignment"]);
    verifies(&place, &[], 4, &["list.parquet: it is not this coordinator's part"]);
    let without_last =
        rewritten(&place.path(PERIOD).join(list), |_| true, |batch| batch.slice(0, batch.num_rows() - 1));
    replace_in(&place, list, &without_last, &["assignment"]);
    edit_record(&place, "assignment", list, |record| record["rows"] = 1.into());
    verifies(&place, &[], 4, &["target_group.parquet: it names a coordinator who has no list"]);
    let place = made();
    let rows: Vec<u8> =
        rewritten(&place.path(PERIOD).join(list), |_| true, |batch| batch.slice(0, batch.num_rows() - 1));
    replace_in(&place, list, &rows, &["assignment"]);
    verifies(&place, &[], 4, &["coordinators/k1/list.parquet: it has another number of rows than its manifest says"]);
    let place = made();
    replace_in(&place, list, b"no Parquet", &["assignment"]);
    verifies(&place, &[], 1, &["coordinators/k1/list.parquet: it is not a whole Parquet file"]);
}

#[test]
fn deliveries_that_only_their_manifest_fits_are_found() {
    let place = made();
    let quality = "delivery/family/quality.json";
    let forged = place.read("out/2024Q4/delivery/family/quality.json").replace("\"rejected\": 0", "\"rejected\": 1");
    replace_in(&place, quality, forged.as_bytes(), &["delivery/family", "selection"]);
    verifies(&place, &[], 4, &["delivery/family/quality.json: its counts do not add up"]);

    // A column more, which no delivery has: in the words of `select`.
    let place = made();
    let extract = "delivery/family/extract.parquet";
    let with_names = |batch: RecordBatch| {
        let mut fields = batch.schema().fields().to_vec();
        fields.push(Arc::new(Field::new("name", DataType::Utf8, false)));
        let mut columns = batch.columns().to_vec();
        columns.push(Arc::new(StringArray::from(vec!["Ane"; batch.num_rows()])));
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
    };
    let bytes = rewritten(&place.path(PERIOD).join(extract), |_| true, with_names);
    replace_in(&place, extract, &bytes, &["delivery/family", "selection"]);
    verifies(&place, &[], 4, &["delivery/family/extract.parquet: it has 1 more columns than a delivery has"]);
}

#[test]
fn every_other_edit_of_a_manifest_is_found() {
    let place = made();
    for folder in MANIFESTS {
        let edits: [(&str, &str, i32, &str); 9] = [
            ("\"step\": \"", "\"step\": \"x", 4, "manifest.json: it is the manifest of another step"),
            (
                "\"controller\": \"Test\"",
                "\"controller\": \"Nobody\"",
                4,
                "manifest.json: its `purpose` is not that of",
            ),
            ("cf38ac5703629760", "cf38ac5703629761", 4, "different keys"),
            ("cf38ac5703629760", "Ane Østergård", 4, "(no key id)"),
            ("\"overrides\": {}", "\"overrides\": {\"as_of\": \"2024-12-30\"}", 4, "different days"),
            ("\"overrides\": {}", "\"overrides\": {\"as_of\": \"today\"}", 4, "the `as_of` of its overrides is no day"),
            ("\"overrides\": {}", "\"overrides\": {\"period\": \"2024Q3\"}", 4, "it was made for another period"),
            ("\"program_version\": \"", "\"program_version\": \"9", 4, "made by another version of the program"),
            ("{", "", 1, "manifest.json: not a manifest (line "),
        ];
        let manifest = format!("{PERIOD}/{folder}/manifest.json");
        let whole = place.read(&manifest);
        for (from, to, code, says) in edits {
            edit_manifest(&place, folder, from, to);
            let ran = verifies(&place, &[], code, &[says]);
            assert!(!ran.err.contains("Ane"), "{}", ran.err);
            place.write(&manifest, &whole);
        }
        let programme = place.json(&manifest)["programme_sha256"].as_str().unwrap().to_owned();
        edit_manifest(&place, folder, &programme, &programme.replace(['0', '1', '2'], "3"));
        verifies(&place, &[], 4, &["udpeg.programme differs", "warning: "]);
        place.write(&manifest, &whole);
    }
    let place = made();
    edit_manifest(&place, "delivery/family", "\"rows\": 2", "\"rows\": 3");
    verifies(&place, &[], 4, &["delivery/family/quality.json: its counts do not add up"]);
    let place = made();
    edit_manifest(&place, "selection", "selection/counts.json", "selection/../../../p.key");
    let ran = verifies(
        &place,
        &[],
        4,
        &[
            "selection/manifest.json: it names a file that this step does not make",
            "counts.json: its manifest does not name it",
        ],
    );
    assert!(!ran.err.contains("p.key"), "{}", ran.err);
    for (list, says) in [("inputs", "it names an input twice"), ("outputs", "it names a file twice")] {
        let place = made();
        let path = format!("{PERIOD}/selection/manifest.json");
        let mut manifest = place.json(&path);
        let records = manifest[list].as_array_mut().unwrap();
        records.push(records[0].clone());
        place.write(&path, manifest.to_string());
        verifies(&place, &[], 4, &[&format!("selection/manifest.json: {says}")]);
    }
    let place = made();
    edit_manifest(&place, "selection", "delivery/family/extract.parquet", "delivery/family/extract.csv");
    verifies(&place, &[], 4, &["it does not say that the step was made from delivery/family/extract.parquet"]);
}

#[test]
fn of_several_things_that_are_wrong_all_are_told_and_4_wins_over_1() {
    let place = made();
    fs::remove_file(place.path("out/2024Q4/delivery/social/quality.json")).unwrap();
    verifies(&place, &[], 1, &["social/quality.json: it is not there"]);
    flip(&place, "out/2024Q4/delivery/family/quality.json");
    place.write("out/2024Q4/assignment/manifest.json", "no JSON");
    let says = [
        "social/quality.json: it is not there",
        "family/quality.json: it is not the file",
        "assignment/manifest.json: not a manifest",
    ];
    let ran = verifies(&place, &[], 4, &says);
    assert!(ran.out.contains("3 things are wrong"), "{}", ran.out);
    assert_eq!(ran.err.matches("error: ").count(), 3, "{}", ran.err);
}

#[test]
fn what_a_run_that_delivered_nothing_leaves_is_told() {
    let place = made();
    place.write("family.csv", "CPR,Sag,Foranstaltning,Barn,Fra,Til\n,F-1,aflastning,,2024-01-01,\n");
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "family", "--force"]).failed(3, &[]);
    verifies(&place, &[], 4, &["private/family/quality.json: it is not that of the delivery", "delivered nothing"]);
    let before = snapshot(&place);
    verify(&place, &["--quiet"]).failed(4, &[]);
    assert!(before == snapshot(&place));
    // Where nothing was delivered before, there is nothing that does not fit.
    let place = Workplace::with_small_programme();
    place.write("family.csv", "CPR,Sag,Foranstaltning,Barn,Fra,Til\n,F-1,aflastning,,2024-01-01,\n");
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "social"]).succeeded();
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "family"]).failed(3, &[]);
    let ran = place.udpeg(&VERIFY).succeeded();
    assert!(ran.out.contains("Not there: pseudonymise jobcentre, pseudonymise family, select, assign."), "{}", ran.out);
}
