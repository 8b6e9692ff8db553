//! The programme file that goes with the made-up extracts. Its words and numbers stand in `programme.toml` beside this file.

/// The template: a programme file with names in double braces for what differs.
const TEMPLATE: &str = include_str!("programme.toml");

/// The population that the template's sizes are meant for.
const TEMPLATE_ADULTS: u32 = 30_000;

/// Where the programme file finds things, relative to itself.
#[derive(Clone, Copy, Debug)]
pub struct Paths<'a> {
    /// The key file.
    pub key: &'a str,
    /// The folder for results.
    pub out: &'a str,
    /// The folder with the three extracts, with a slash at the end, or nothing.
    pub input: &'a str,
}

impl Default for Paths<'_> {
    /// Everything in the programme file's own folder.
    fn default() -> Self {
        Self { key: "programme.key", out: "out", input: "" }
    }
}

/// The text of the programme file. Its sizes grow with the population, by whole multiples of what 30,000 adults need.
#[must_use]
pub fn programme(adults: u32, paths: &Paths<'_>) -> String {
    let times = (adults / TEMPLATE_ADULTS).max(1);
    let sizes = [("size", 120), ("reserve", 30), ("families", 24), ("capacity", 20)];
    let mut text = TEMPLATE.to_owned();
    for (name, value) in [("key", paths.key), ("out", paths.out), ("input", paths.input)] {
        text = text.replace(&format!("{{{{{name}}}}}"), &escape(value));
    }
    for (name, size) in sizes {
        text = text.replace(&format!("{{{{{name}}}}}"), &(size * times).to_string());
    }
    text
}

/// For a TOML string in double quotes.
fn escape(path: &str) -> String {
    path.replace('\\', "\\\\").replace('"', "\\\"")
}
