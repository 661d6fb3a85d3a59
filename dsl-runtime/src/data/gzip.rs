//! Files compressed by gzip, as `gzip -d` reads them: one member after another, and then zeros, with which
//! tapes and block devices pad files.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

/// The message for a file with other bytes behind the last member.
const TRAILING: &str = "behind its gzip data are bytes that are neither gzip data nor zeros";

/// The decompressed bytes of all members.
pub(super) struct Members<R> {
    /// The member being read; `None` once the last has ended.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    /// The members of a file that begins with one.
    pub fn new(reader: R) -> Self {
        Members {
            member: Some(GzDecoder::new(reader)),
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(into)?;
            if count > 0 || into.is_empty() {
                return Ok(count);
            }
            let ended = self.member.take().map(GzDecoder::into_inner);
            self.member = match ended {
                Some(reader) => next(reader)?,
                None => None,
            };
        }
        Ok(0)
    }
}

/// The member behind one that has ended, or `None` if only zeros follow.
fn next<R: BufRead>(mut reader: R) -> io::Result<Option<GzDecoder<R>>> {
    let mut padded = false;
    loop {
        let ahead = reader.fill_buf()?;
        match ahead.iter().position(|&byte| byte != 0) {
            None if ahead.is_empty() => return Ok(None),
            None => {
                let zeros = ahead.len();
                reader.consume(zeros);
                padded = true;
            }
            Some(0) if ahead[0] == 0x1f && !padded => return Ok(Some(GzDecoder::new(reader))),
            Some(_) => return Err(io::Error::new(ErrorKind::InvalidData, TRAILING)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Write as _};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn compressed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Decompresses through buffers of every small size, so that lookahead ends anywhere.
    fn read(file: &[u8]) -> Result<Vec<u8>, ErrorKind> {
        let through = |capacity| {
            let mut bytes = Vec::new();
            Members::new(BufReader::with_capacity(capacity, file))
                .read_to_end(&mut bytes)
                .map_err(|error| error.kind())
                .map(|_| bytes)
        };
        let whole = through(1 << 16);
        for capacity in 1..20 {
            assert_eq!(through(capacity), whole, "a buffer of {capacity}");
        }
        whole
    }

    #[test]
    fn members_follow_one_another_and_zeros_end_them() {
        let (first, second) = (compressed(b"first "), compressed(b"second"));
        let both = [&first[..], &second].concat();
        assert_eq!(read(&both).unwrap(), b"first second");
        for zeros in [1, 2, 18, 512, 10_000] {
            let padded = [&both[..], &vec![0; zeros]].concat();
            assert_eq!(read(&padded).unwrap(), b"first second", "{zeros} zeros");
        }
        assert_eq!(read(&compressed(b"")).unwrap(), b"");
    }

    #[test]
    fn what_is_neither_is_an_error() {
        let member = compressed(b"first");
        for rest in [
            &b"x"[..],
            b"\0\0x",
            b"\x1f\x8c",
            b"\x1f\x8bnonsense",
            b"\0\x1f\x8b\x08",
        ] {
            let file = [&member[..], rest].concat();
            assert!(read(&file).is_err(), "{}", rest.escape_ascii());
        }
    }

    #[test]
    fn every_cut_is_an_error() {
        let file = [compressed(b"first"), compressed(b"second")].concat();
        let boundary = compressed(b"first").len();
        for cut in 0..file.len() {
            // Between two members nothing indicates that there were more.
            assert_eq!(read(&file[..cut]).is_ok(), cut == boundary, "cut at {cut}");
        }
    }
}
