//! Recognises files that are often mistaken for data, by their first bytes.

/// The first bytes of files, and a description of each.
const KINDS: &[(&[u8], &str)] = &[
    (
        b"version https://git-lfs.github.com/spec/",
        "a Git LFS pointer, which stands for the file; `git lfs pull` brings the file itself",
    ),
    (b"\x1f\x8b", "compressed by gzip; decompress it"),
    (
        b"PK\x03\x04",
        "a zip archive, such as PyTorch's `torch.save` writes; unpack it, or save the tensors by \
         `safetensors.torch.save_file`",
    ),
    (b"\x80\x02", PICKLE),
    (b"\x80\x03", PICKLE),
    (b"\x80\x04", PICKLE),
    (b"\x80\x05", PICKLE),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
];

const PICKLE: &str =
    "a Python pickle, which only Python can read; write the file anew in the format asked for";

/// The first bytes of web pages, in lower case, after spaces.
const PAGES: &[&[u8]] = &[b"<!doctype html", b"<html", b"<?xml"];

const PAGE: &str =
    "a page of the web, such as a server sends instead of a file it does not give; download it anew";

/// A description of the file with these first bytes, if it is one that is often mistaken for data.
///
/// It is meant for files already known to be wrong: the first bytes of one format may be numbers in another.
pub(crate) fn kind(bytes: &[u8]) -> Option<&'static str> {
    let known = KINDS.iter().find(|(beginning, _)| bytes.starts_with(beginning));
    let text = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii_start();
    let is_page = |beginning: &&[u8]| {
        let first = text.get(..beginning.len());
        first.is_some_and(|first| first.eq_ignore_ascii_case(beginning))
    };
    match known {
        Some((_, kind)) => Some(kind),
        None => PAGES.iter().any(is_page).then_some(PAGE),
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        let known = |bytes: &[u8], what: &str| {
            let found = kind(bytes).unwrap_or_else(|| panic!("{} is known", bytes.escape_ascii()));
            assert!(found.contains(what), "{found}");
        };
        known(
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n",
            "git lfs pull",
        );
        known(b"<!DOCTYPE html>\n<html lang=\"en\">", "page of the web");
        known(b"\xef\xbb\xbf\r\n  <HTML>", "page of the web");
        known(
            b"<?xml version=\"1.0\"?><Error><Code>AccessDenied",
            "page of the web",
        );
        known(b"PK\x03\x04\x14\0", "torch.save");
        known(b"\x80\x04\x95", "pickle");
        known(b"\x1f\x8b\x08\0", "gzip");
        for other in [
            &b""[..],
            b"\0\0\x08\x03",
            b"{\"a\":1}",
            b"<",
            b"version",
            b"   ",
            b"\x80",
        ] {
            assert_eq!(kind(other), None, "{}", other.escape_ascii());
        }
    }
}
