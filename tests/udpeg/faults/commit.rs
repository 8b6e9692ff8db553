//! Putting a step's folders into place, interrupted after each renaming, and what the next process makes of it.

use crate::support::Workplace;
use std::fs;
use std::path::Path;
use udpeg::output::{Period, Staged, Step};

const FOLDERS: [&str; 2] = ["private/social", "delivery/social"];

/// The folder's name when it is written, and when it stands aside.
fn hidden(folder: &str, what: &str) -> String {
    let (parent, name) = folder.split_once('/').unwrap();
    format!("{parent}/.{name}.{what}")
}

/// A folder of a step, with a file that says whose it is.
fn write(place: &Workplace, folder: &str, whose: &str) {
    place.write(&format!("out/p/{folder}/manifest.json"), whose);
    place.write(&format!("out/p/{folder}/rows"), whose);
}

/// Whose the two folders are; `None` where one is not there.
fn owners(place: &Workplace) -> [Option<String>; 2] {
    FOLDERS.map(|folder| {
        let read = |file| fs::read_to_string(place.path("out/p").join(folder).join(file)).ok();
        assert_eq!(read("manifest.json"), read("rows"), "{folder} is half");
        read("rows")
    })
}

fn assert_tidy(place: &Workplace, case: &str) {
    let hidden: Vec<String> = place.files("out").into_keys().filter(|name| name.contains("/.")).collect();
    assert_eq!(hidden, Vec::<String>::new(), "{case}");
    for folder in FOLDERS {
        for what in ["partial", "old"] {
            assert!(!place.path("out/p").join(self::hidden(folder, what)).exists(), "{case}");
        }
    }
}

/// The renamings that put a step's new folders into the place of those that are there, in their order.
fn renamings(there: &[&str]) -> Vec<(String, String)> {
    let away = FOLDERS.iter().rev().filter(|folder| there.contains(folder));
    let away = away.map(|folder| ((*folder).to_owned(), hidden(folder, "old")));
    away.chain(FOLDERS.map(|folder| (hidden(folder, "partial"), folder.to_owned()))).collect()
}

/// A period with the old folders that are there, and the new ones written beside them.
fn staged(there: &[&str]) -> Workplace {
    let place = Workplace::new();
    for folder in FOLDERS {
        if there.contains(&folder) {
            write(&place, folder, "old");
        }
        write(&place, &hidden(folder, "partial"), "new");
    }
    place
}

fn rename(place: &Workplace, (from, to): &(String, String)) {
    fs::rename(place.path("out/p").join(from), place.path("out/p").join(to)).unwrap();
}

#[test]
fn what_was_interrupted_between_two_renamings_is_put_back_or_kept_by_the_next_process() {
    for there in [&FOLDERS[..], &FOLDERS[..1], &[]] {
        let renamings = renamings(there);
        for done in 0..=renamings.len() {
            let place = staged(there);
            renamings[..done].iter().for_each(|renaming| self::rename(&place, renaming));
            drop(Period::open(&place.path("out"), "p").unwrap());
            let case = format!("{there:?}, {done} of {}", renamings.len());
            let old = FOLDERS.map(|folder| there.contains(&folder).then(|| "old".to_owned()));
            if done == renamings.len() {
                assert_eq!(owners(&place), [Some("new".to_owned()), Some("new".to_owned())], "{case}");
            } else if there.is_empty() && done == 1 {
                // Private lists alone say nothing of a step; they are whole.
                assert_eq!(owners(&place), [Some("new".to_owned()), None], "{case}");
            } else {
                assert_eq!(owners(&place), old, "{case}");
            }
            assert_tidy(&place, &case);
        }
    }
}

#[test]
fn private_lists_alone_that_were_interrupted_leave_an_older_delivery_as_it_was() {
    let folder = FOLDERS[0];
    let renamings = [(folder.to_owned(), hidden(folder, "old")), (hidden(folder, "partial"), folder.to_owned())];
    for (done, lists) in [(0, "old"), (1, "old"), (2, "new")] {
        let place = staged(&FOLDERS);
        fs::remove_dir_all(place.path("out/p").join(hidden(FOLDERS[1], "partial"))).unwrap();
        renamings[..done].iter().for_each(|renaming| rename(&place, renaming));
        drop(Period::open(&place.path("out"), "p").unwrap());
        assert_eq!(owners(&place), [Some(lists.to_owned()), Some("old".to_owned())], "{done}");
        assert_tidy(&place, lists);
    }
}

#[test]
fn what_stands_aside_half_removed_is_never_put_back() {
    // Removing begins only once it is no longer called old.
    let place = staged(&FOLDERS);
    for renaming in &renamings(&FOLDERS) {
        rename(&place, renaming);
    }
    let [lists, _] = FOLDERS;
    rename(&place, &(hidden(lists, "old"), hidden(lists, "partial")));
    fs::remove_file(place.path("out/p").join(hidden(lists, "partial")).join("rows")).unwrap();
    drop(Period::open(&place.path("out"), "p").unwrap());
    assert_eq!(owners(&place), [Some("new".to_owned()), Some("new".to_owned())]);
    assert_tidy(&place, "half removed");
}

#[test]
fn a_renaming_that_fails_is_undone_at_once() {
    // What stands in the way of each renaming of a step that replaces another, in the order of the renamings.
    for (in_the_way, case) in [
        (hidden(FOLDERS[1], "old"), "the old delivery cannot be put aside"),
        (hidden(FOLDERS[0], "old"), "the old lists cannot be put aside"),
        (hidden(FOLDERS[0], "partial"), "the new lists are gone"),
        (hidden(FOLDERS[1], "partial"), "the new delivery is gone"),
    ] {
        let place = Workplace::new();
        for folder in &FOLDERS {
            write(&place, folder, "old");
        }
        let period = Period::open(&place.path("out"), "p").unwrap();
        let staged = period.stage(&Step::pseudonymise("social")).unwrap();
        for folder in FOLDERS {
            write(&place, &hidden(folder, "partial"), "new");
        }
        if in_the_way.ends_with("old") {
            place.write(&format!("out/p/{in_the_way}/x"), "in the way");
        } else {
            fs::remove_dir_all(place.path("out/p").join(&in_the_way)).unwrap();
        }
        Staged::commit(staged).expect_err(case);
        assert_eq!(owners(&place), [Some("old".to_owned()), Some("old".to_owned())], "{case}");
        drop(period);
        drop(Period::open(&place.path("out"), "p").unwrap());
        assert_eq!(owners(&place), [Some("old".to_owned()), Some("old".to_owned())], "{case}");
        assert_tidy(&place, case);
    }
}

#[test]
fn a_first_step_that_cannot_be_put_into_place_leaves_nothing() {
    let place = Workplace::new();
    let period = Period::open(&place.path("out"), "p").unwrap();
    let staged = period.stage(&Step::pseudonymise("social")).unwrap();
    fs::remove_dir(place.path("out/p/delivery/.social.partial")).unwrap();
    Staged::commit(staged).unwrap_err();
    assert_eq!(owners(&place), [None, None]);
    assert_tidy(&place, "a first step");
}

#[test]
fn only_what_stands_beside_a_steps_folder_is_removed() {
    let place = Workplace::new();
    let kept = [
        "out/p/.notes.old/x",
        "out/p/.partial/x",
        "out/p/mine/.x.partial/y",
        "out/p/delivery/x.old/y",
        "out/p/.old",
        "out/p/delivery/a/.x.partial/y",
    ];
    for name in &kept {
        place.write(name, "mine");
    }
    let below =
        ["private/.a.partial/x", "rekeyed/.a.partial/x", "unkeyed/a/.k1.partial/x", "reidentified/a/.k1.partial/x"];
    for left in [".selection.partial/x", ".coordinators.partial/k1/x", "delivery/.b.old/x"].iter().chain(&below) {
        place.write(&format!("out/p/{left}"), "left");
    }
    drop(Period::open(&place.path("out"), "p").unwrap());
    let mut expected: Vec<String> = kept.iter().map(|name| name.strip_prefix("out/").unwrap().to_owned()).collect();
    expected.push("p/delivery/b/x".to_owned());
    expected.sort();
    assert_eq!(place.files("out").into_keys().collect::<Vec<_>>(), expected);
}

#[test]
fn every_step_that_is_staged_is_one_that_is_put_right() {
    let of_custody = [Step::rekey("social"), Step::unkey("social", "k1"), Step::reidentify("social", "k1")];
    for step in
        [Step::pseudonymise("social"), Step::select(), Step::assign(), Step::release()].iter().chain(&of_custody)
    {
        for folder in &step.folders {
            assert_eq!(Step::of_folder(folder).map(|found| found.name), Some(step.name.clone()), "{folder:?}");
        }
    }
    for other in ["", "private", "delivery/a/b", "reports", "x/selection", "rekeyed", "unkeyed/a", "reidentified"] {
        assert!(Step::of_folder(Path::new(other)).is_none(), "{other}");
    }
}

#[test]
fn a_file_of_records_that_a_killed_process_had_no_time_to_take_the_name_from_is_removed() {
    let place = staged(&[]);
    for name in [".records-1-0.partial", ".records-4194304-12.partial"] {
        place.write(&format!("out/p/{name}"), "records");
    }
    place.write("out/p/.records", "somebody else's");
    drop(Period::open(&place.path("out"), "p").unwrap());
    let left: Vec<String> = place.files("out").into_keys().collect();
    assert_eq!(left, ["p/.records"]);
}
