//! A process that has come to a point where it waits.

use super::is_root;
use crate::support::Workplace;
use std::fs;
use std::io::{PipeReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A running process. Killed when dropped.
pub(super) struct Paused {
    child: Child,
    /// Its standard output, which is full.
    _unread: Option<PipeReader>,
}

impl Drop for Paused {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Paused {
    /// A step, waiting to write its summary after it has put `last_file` in place.
    pub(super) fn before_summary(place: &Workplace, arguments: &[&str], last_file: &str) -> Self {
        let mut paused = Self::started(place, arguments);
        let last_file = place.path(last_file);
        paused.wait_until(&format!("{} is there", last_file.display()), || last_file.exists());
        paused.wait_until_idle();
        paused
    }

    /// A step of the program, or this test's own binary doing the same where we may not look into the program.
    fn started(place: &Workplace, arguments: &[&str]) -> Self {
        if is_root() {
            let mut command = Command::new(env!("CARGO_BIN_EXE_udpeg"));
            command.args(arguments).current_dir(place.path("."));
            return Self::with_full_output(command);
        }
        Self::in_this_binary(place, arguments)
    }

    /// The same in a process of this test's own binary.
    pub(super) fn in_this_binary(place: &Workplace, arguments: &[&str]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "memory::a_step_that_waits", "--ignored", "--nocapture"]);
        command.env("UDPEG_WAITING_STEP", arguments.join(" ")).current_dir(place.path("."));
        Self { child: command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(), _unread: None }
    }

    /// The program's help, as this user, from this file.
    pub(super) fn at_help(program: &Path, user: Option<u32>) -> Self {
        let mut command = Command::new(program);
        command.arg("--help");
        user.map(|user| command.uid(user));
        Self::with_full_output(command)
    }

    fn with_full_output(mut command: Command) -> Self {
        let (unread, writer) = std::io::pipe().unwrap();
        let written = Arc::new(AtomicUsize::new(0));
        let (mut filler, count) = (writer.try_clone().unwrap(), Arc::clone(&written));
        // Writes as long as there is room; ends when nobody can read any more.
        std::thread::spawn(move || {
            while filler.write_all(&[b'.'; 4096]).is_ok() {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut before = 0;
        while before == 0 || before != written.load(Ordering::Relaxed) {
            before = written.load(Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(50));
        }
        let child = command.stdout(writer).stderr(Stdio::null()).spawn().unwrap();
        Self { child, _unread: Some(unread) }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until all threads have slept for some moments.
    pub(super) fn wait_until_idle(&mut self) {
        let tasks = format!("/proc/{}/task", self.id());
        let mut moments = 0;
        self.wait_until("it sleeps", || {
            let is_idle = fs::read_dir(&tasks).unwrap().all(|task| {
                let stat = fs::read_to_string(task.unwrap().path().join("stat")).unwrap_or_default();
                // The state follows the name, which stands in brackets.
                stat.rsplit(") ").next().is_some_and(|after| after.starts_with('S'))
            });
            moments = if is_idle { moments + 1 } else { 0 };
            moments == 5
        });
    }

    #[track_caller]
    pub(super) fn wait_until(&mut self, what: &str, mut holds: impl FnMut() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < Duration::from_mins(2), "waited too long until {what}");
            assert!(self.child.try_wait().unwrap().is_none(), "it ended before {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
