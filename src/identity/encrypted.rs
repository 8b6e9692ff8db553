//! Key files under a passphrase, in the format of age (age-encryption.org/v1), which other programs read too.

use crate::untrusted::guarded;
use age::secrecy::SecretString;
use age::{DecryptError, scrypt};
use zeroize::Zeroizing;

/// How each form of an age file begins.
const BEGINNINGS: [&[u8]; 2] = [b"-----BEGIN AGE ENCRYPTED FILE-----", b"age-encryption.org/v1"];

/// Trying one passphrase takes 2¹⁸ rounds of scrypt, 256 MiB and about a second, as the age tool has it.
const WORK_FACTOR: u8 = 18;

/// A file that asks for more is not opened: 1 GiB of memory.
const LARGEST_WORK_FACTOR: u8 = 20;

/// Why an encrypted file cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unopened {
    /// The passphrase is another.
    WrongPassphrase,
    /// Opening it would take too much work.
    TooMuchWork,
    /// It is not whole, or not encrypted with a passphrase.
    Damaged,
}

/// Whether a file begins as an age file does.
pub(super) fn is_encrypted(bytes: &[u8]) -> bool {
    BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning))
}

/// A text under a passphrase, as an age file of ASCII lines; `None` where it cannot be made.
pub(super) fn encrypt(text: &str, passphrase: &str) -> Option<String> {
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase));
    recipient.set_work_factor(WORK_FACTOR);
    age::encrypt_and_armor(&recipient, text.as_bytes()).ok()
}

/// What an age file under a passphrase holds.
pub(super) fn decrypt(file: &[u8], passphrase: &str) -> Result<Zeroizing<Vec<u8>>, Unopened> {
    let mut identity = scrypt::Identity::new(SecretString::from(passphrase));
    identity.set_max_work_factor(LARGEST_WORK_FACTOR);
    // The file may come from anywhere.
    let decrypted = guarded(|| age::decrypt(&identity, file)).ok_or(Unopened::Damaged)?;
    decrypted.map(Zeroizing::new).map_err(|error| match error {
        DecryptError::ExcessiveWork { .. } => Unopened::TooMuchWork,
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
            Unopened::WrongPassphrase
        }
        _ => Unopened::Damaged,
    })
}
