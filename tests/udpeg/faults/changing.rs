//! Files that are cut off, grow, are rewritten, replaced or removed while they are read.

use crate::support::{KEY_LINE, Ran, Workplace};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use udpeg::assignment::{TargetGroup, Terms};
use udpeg::custody;
use udpeg::identity::{Key, Passphrase};
use udpeg::output::Manifest;
use udpeg::pipeline::{self, Context, Delivering, Memory, Progress};
use udpeg::programme::{Overrides, Programme};
use udpeg::untrusted::SteadyFile;

/// Times of change are told this much apart at least, on whatever file system.
const TICK: Duration = Duration::from_millis(20);

/// What somebody does to a file, and what it is called.
type Meddling = (&'static str, fn(&Path));

const MEDDLINGS: [Meddling; 8] = [
    ("emptied", |path| open(path).set_len(0).unwrap()),
    ("cut in half", |path| open(path).set_len(fs::metadata(path).unwrap().len() / 2).unwrap()),
    ("appended to", |path| OpenOptions::new().append(true).open(path).unwrap().write_all(b"x\n").unwrap()),
    ("rewritten as it was", |path| fs::write(path, fs::read(path).unwrap()).unwrap()),
    ("altered at its end", |path| alter_last_byte(path)),
    ("altered, its time put back", |path| {
        let before = fs::metadata(path).unwrap().modified().unwrap();
        alter_last_byte(path);
        open(path).set_modified(before).unwrap();
    }),
    ("replaced", |path| {
        let other = path.with_extension("other");
        fs::write(&other, fs::read(path).unwrap()).unwrap();
        fs::rename(other, path).unwrap();
    }),
    ("removed", |path| fs::remove_file(path).unwrap()),
];

fn open(path: &Path) -> File {
    OpenOptions::new().write(true).open(path).unwrap()
}

fn alter_last_byte(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    open(path).write_all(&bytes).unwrap();
}

/// Meddles with a file once some of it has been read, before its reader is done with it.
struct Meddler<'a> {
    path: &'a Path,
    meddling: fn(&Path),
    is_done: AtomicBool,
}

impl Progress for Meddler<'_> {
    fn begin(&self, what: &str, _: u64) {
        // By then all deliveries have been looked at, and no row of them read.
        if what.starts_with("re-keying") {
            self.advance(0);
        }
    }
    fn advance(&self, _: u64) {
        if !self.is_done.swap(true, Ordering::Relaxed) {
            std::thread::sleep(TICK);
            (self.meddling)(self.path);
        }
    }
    fn end(&self) {}
}

#[test]
fn an_extract_that_changes_while_it_is_read_fails_and_leaves_the_older_delivery() {
    // Read in one go, and in several.
    for (rows, meddlings) in [(1_000, &MEDDLINGS[..]), (450_000, &MEDDLINGS[..3])] {
        let place = Workplace::with_small_programme();
        let row = "2512489996\tS-0000000\tSEL § 85\t1/2/2024\t\n";
        let text = format!("CPR\tSag\tIndsats\tFra\tTil\n{}", row.repeat(rows));
        place.write("social.tsv", &text);
        let path = place.path("social.tsv");
        let programme = Programme::read(&place.path("p.toml"), &Overrides::default()).unwrap();
        let today = chrono::Local::now().date_naive();
        let delivering =
            Delivering { max_rejected: "5%".parse().unwrap(), show_values: false, passphrase: Passphrase::Terminal };
        let pseudonymise = |progress: &dyn Progress| {
            let context = Context { programme: &programme, today, force: true, memory: Memory::default(), progress };
            pipeline::pseudonymise(&context, "social", &delivering).map(|_| ())
        };
        pseudonymise(&pipeline::Silent).unwrap();
        let before = place.files("out");
        for &(case, meddling) in meddlings {
            let meddler = Meddler { path: &path, meddling, is_done: AtomicBool::new(false) };
            let error = pseudonymise(&meddler).unwrap_err().to_string();
            assert!(error.contains("social.tsv: it changed while it was read"), "{case}, {rows} rows: {error}");
            assert!(place.files("out") == before, "{case}, {rows} rows");
            place.write("social.tsv", &text);
        }
        pseudonymise(&pipeline::Silent).unwrap();
    }
}

#[test]
fn a_delivery_that_changes_once_it_was_checked_is_not_rekeyed() {
    let place = Workplace::with_small_programme();
    place.udpeg(&["run", "--programme", "p.toml"]).succeeded();
    place.write("second.key", KEY_LINE.replace("0001", "ffff"));
    place.set_mode("second.key", 0o600);
    let second = Key::read(&place.path("second.key")).unwrap();
    let overrides = Overrides { out: Some(place.path("second")), ..Overrides::default() };
    let programme = Programme::read(&place.path("p.toml"), &overrides).unwrap();
    let today = chrono::Local::now().date_naive();
    let folders = ["social", "family"].map(|department| place.path("out/2024Q4/delivery").join(department));
    for name in ["extract.parquet", "incomplete.parquet"] {
        let path = folders[1].join(name);
        let whole = fs::read(&path).unwrap();
        for (case, meddling) in MEDDLINGS {
            let progress = Meddler { path: &path, meddling, is_done: AtomicBool::new(false) };
            let memory = Memory::default();
            let context = Context { programme: &programme, today, force: false, memory, progress: &progress };
            let error = custody::rekey(&context, &second, &folders).unwrap_err().to_string();
            assert!(error.contains(&format!("{name}: it changed while it was read")), "{case}: {error}");
            assert!(place.files("second").is_empty(), "{case}");
            fs::write(&path, &whole).unwrap();
        }
    }
}

#[test]
fn an_extract_that_never_stops_growing_fails_in_the_end() {
    let place = Workplace::with_small_programme();
    place.write("social.tsv", "CPR\tSag\tIndsats\tFra\tTil\n");
    let path = place.path("social.tsv");
    let is_over = AtomicBool::new(false);
    let (grows, has_grown) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let _ending = Ending(&is_over);
        scope.spawn(|| {
            let mut file = OpenOptions::new().append(true).open(&path).unwrap();
            let rows = "2512489996\tS-0000000\tSEL § 85\t1/2/2024\t\n".repeat(10_000);
            for _ in 0..300 {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                file.write_all(rows.as_bytes()).unwrap();
                grows.send(()).unwrap();
            }
        });
        // Some megabytes take longer to read than further rows to write.
        for _ in 0..10 {
            has_grown.recv().unwrap();
        }
        let ran = place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "social"]);
        ran.failed(1, &["social.tsv: it changed while it was read", "run again when whoever writes it has finished"]);
    });
    assert!(place.files("out").is_empty());
}

#[test]
fn what_was_checked_is_what_is_read_or_the_change_is_told() {
    for (case, meddling) in MEDDLINGS {
        let place = Workplace::with_small_programme();
        place.udpeg(&["run", "--programme", "p.toml"]).succeeded();
        let folder = place.path("out/2024Q4");
        let manifest = Manifest::read(&folder.join("selection"), "select").unwrap();
        let name = Path::new("selection/candidates.parquet");
        let (_, file) = manifest.unaltered(&folder.join(name), name, "hint").unwrap();
        let programme = Programme::read(&place.path("p.toml"), &Overrides::default()).unwrap();
        let terms = |_: &str| Ok(Terms::default());
        assert_eq!(TargetGroup::read(&file, &programme, terms).unwrap().0.units.len(), 2);
        std::thread::sleep(TICK);
        meddling(&folder.join(name));
        let error = TargetGroup::read(&file, &programme, terms).unwrap_err().to_string();
        assert!(error.contains("candidates.parquet: it changed while it was read"), "{case}: {error}");
        assert!(file.bytes(1 << 20).is_err(), "{case}");
    }
}

#[test]
fn a_file_that_stays_as_it_is_may_be_read_as_often_as_one_likes() {
    let place = Workplace::new();
    place.write("x", b"abc");
    let file = SteadyFile::open(&place.path("x")).unwrap();
    for _ in 0..3 {
        assert_eq!(file.bytes(3).unwrap(), b"abc");
        assert_eq!(file.sha256().unwrap(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        file.check_unchanged().unwrap();
    }
    assert!(file.bytes(2).unwrap_err().to_string().contains("it is larger than"));
    let error = SteadyFile::open(&place.path(".")).unwrap_err().to_string();
    assert!(error.contains("it is a folder, not a file"), "{error}");
    for name in ["/dev/null", "/dev/zero"] {
        let error = SteadyFile::open(Path::new(name)).unwrap_err().to_string();
        assert!(error.contains("it is no regular file"), "{error}");
    }
}

/// Tells another thread to end once this one has, or has failed.
struct Ending<'f>(&'f AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs a command again and again while somebody rewrites a file in place, now as one version, now as another.
fn while_rewritten(place: &Workplace, name: &str, versions: &[Vec<u8>; 2], arguments: &[&str], check: impl Fn(Ran)) {
    const RUNS: usize = 12;
    let is_over = AtomicBool::new(false);
    let path = place.path(name);
    std::thread::scope(|scope| {
        // However this ends, whoever rewrites must end too.
        let _ending = Ending(&is_over);
        scope.spawn(|| {
            for version in versions.iter().cycle() {
                // Emptied, half and whole are three states that a reader can meet.
                let mut file = OpenOptions::new().write(true).truncate(true).open(&path).unwrap();
                let (half, rest) = version.split_at(version.len() / 2);
                for part in [half, rest] {
                    std::thread::sleep(TICK / 4);
                    file.write_all(part).unwrap();
                }
                std::thread::sleep(TICK * 2);
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        for _ in 0..RUNS {
            check(place.udpeg(arguments));
        }
    });
    fs::write(&path, &versions[0]).unwrap();
    place.udpeg(arguments).succeeded();
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

const PSEUDONYMISE: [&str; 6] = ["pseudonymise", "--programme", "p.toml", "--department", "family", "--force"];
const MANIFEST: &str = "out/2024Q4/delivery/family/manifest.json";

#[test]
fn an_extract_a_programme_or_a_key_that_is_rewritten_meanwhile_is_one_or_the_other_or_fails() {
    let place = Workplace::with_small_programme();
    let extract = place.read("family.csv");
    let more = extract.clone() + &"0201609995,F-9,aflastning,,2024-02-01,\n".repeat(30_000);
    let programme = place.read("p.toml");
    let key = KEY_LINE.to_owned();
    let cases = [
        ("family.csv", extract, more, 1, "/inputs/0/sha256"),
        ("p.toml", programme.clone(), programme + "# another\n", 2, "/programme_sha256"),
        ("p.key", key.clone(), key.replace("0001", "ffff"), 1, "/key_id"),
    ];
    for (name, one, other, code, said) in cases {
        let versions = [one.into_bytes(), other.into_bytes()];
        let may_say: Vec<String> = match name {
            "p.key" => vec!["cf38ac5703629760".to_owned(), key_id(&versions[1])],
            // What stands there half for a while is a file like any other.
            _ => {
                versions.iter().flat_map(|version| [&version[..], &version[..version.len() / 2]]).map(sha256).collect()
            }
        };
        while_rewritten(&place, name, &versions, &PSEUDONYMISE, |ran| {
            if ran.code == 0 {
                let told = place.json(MANIFEST).pointer(said).unwrap().as_str().unwrap().to_owned();
                assert!(may_say.contains(&told), "{name}: a mixture was read");
            } else {
                let is_half = name == "family.csv" && ran.code == 3;
                ran.failed(if is_half { 3 } else { code }, &["error: ", if is_half { "cannot be used" } else { name }]);
            }
            super::assert_nothing_hidden(&place);
        });
    }
}

fn key_id(line: &[u8]) -> String {
    let hex = std::str::from_utf8(&line[12..76]).unwrap();
    let bytes = (0..64).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
    sha256(&b"udpeg/1/key-id:".iter().copied().chain(bytes).collect::<Vec<_>>())[..16].to_owned()
}

#[test]
fn a_delivery_that_is_rewritten_meanwhile_is_read_as_it_was_checked_or_fails() {
    let place = Workplace::with_small_programme();
    place.udpeg(&["run", "--programme", "p.toml"]).succeeded();
    let candidates = |place: &Workplace| fs::read(place.path("out/2024Q4/selection/candidates.parquet")).unwrap();
    let expected = candidates(&place);
    // Another delivery, whole in itself, that would give another selection.
    let other = Workplace::with_small_programme();
    other.edit("social.tsv", "S-3", "S-4");
    other.edit("social.tsv", "SEL § 107", "SEL § 85");
    other.udpeg(&["run", "--programme", "p.toml"]).succeeded();
    let name = "out/2024Q4/delivery/social/extract.parquet";
    let versions = [&place, &other].map(|place| fs::read(place.path(name)).unwrap());
    assert!(versions[0] != versions[1]);
    while_rewritten(&place, name, &versions, &["select", "--programme", "p.toml", "--force"], |ran| {
        assert!(ran.code == 0 || (matches!(ran.code, 1 | 4) && ran.err.contains(name)), "{}", ran.err);
        assert!(candidates(&place) == expected, "what was read is not what was checked");
        super::assert_nothing_hidden(&place);
    });
}
