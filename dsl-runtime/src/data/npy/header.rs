//! The header of a `.npy` file: a dictionary, as Python prints it.

use crate::error::DataProblem;

/// What a header says.
pub(super) struct Header {
    pub kind: Kind,
    /// True if the first axis varies fastest.
    pub fortran: bool,
    pub shape: Vec<u64>,
}

impl Header {
    /// Reads the dictionary that Python prints, `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
    pub fn parse(bytes: &[u8]) -> Result<Header, DataProblem> {
        let fault = |fault| DataProblem::Header { fault };
        let text = std::str::from_utf8(bytes).map_err(|_| fault("it is no text in UTF-8"))?;
        let mut text = Text(text);
        let (mut kind, mut fortran, mut shape) = (None, None, None);
        text.expect('{').ok_or(fault("it does not begin with a brace"))?;
        while text.expect('}').is_none() {
            let key = text.string().ok_or(fault("a key is no text"))?;
            text.expect(':').ok_or(fault("a key has no value"))?;
            match key {
                "descr" => {
                    let found = text
                        .string()
                        .ok_or(fault("the elements are records, which are not read"))?;
                    kind = Some(Kind::parse(found)?);
                }
                "fortran_order" => fortran = Some(text.truth().ok_or(fault("`fortran_order` is neither"))?),
                "shape" => shape = Some(text.tuple().ok_or(fault("`shape` is no tuple of sizes"))?),
                _ => return Err(fault("it holds an unknown key")),
            }
            if text.expect(',').is_none() {
                text.expect('}').ok_or(fault("it does not end with a brace"))?;
                break;
            }
        }
        if !text.0.trim().is_empty() {
            return Err(fault("it goes on after its closing brace"));
        }
        Ok(Header {
            kind: kind.ok_or(fault("`descr` is missing"))?,
            fortran: fortran.ok_or(fault("`fortran_order` is missing"))?,
            shape: shape.ok_or(fault("`shape` is missing"))?,
        })
    }
}

/// The rest of a header.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    fn strip(&mut self, beginning: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(beginning)?;
        Some(())
    }

    fn expect(&mut self, character: char) -> Option<()> {
        self.strip(character.encode_utf8(&mut [0; 4]))
    }

    fn string(&mut self) -> Option<&'a str> {
        let mark = self
            .0
            .trim_start()
            .chars()
            .next()
            .filter(|mark| matches!(mark, '\'' | '"'))?;
        let (text, rest) = self.0.trim_start()[1..].split_once(mark)?;
        self.0 = rest;
        Some(text)
    }

    fn truth(&mut self) -> Option<bool> {
        self.strip("True")
            .map(|()| true)
            .or_else(|| self.strip("False").map(|()| false))
    }

    fn tuple(&mut self) -> Option<Vec<u64>> {
        self.expect('(')?;
        let (inside, rest) = self.0.split_once(')')?;
        self.0 = rest;
        let inside = inside.trim();
        let inside = inside.strip_suffix(',').unwrap_or(inside);
        if inside.is_empty() {
            return Some(Vec::new());
        }
        // NumPy has at most 64 axes.
        let sizes: Option<Vec<u64>> = inside
            .split(',')
            .take(65)
            .map(|size| size.trim().parse().ok())
            .collect();
        sizes.filter(|sizes| sizes.len() <= 64)
    }
}

/// The type of the elements in the file.
pub(super) struct Kind {
    pub letter: u8,
    pub size: usize,
    pub big_endian: bool,
}

impl Kind {
    fn parse(text: &str) -> Result<Kind, DataProblem> {
        let unknown = || DataProblem::ElementType {
            found: text.to_owned(),
        };
        let &[order, letter, size] = text.as_bytes() else {
            return Err(unknown());
        };
        let size = usize::from(size.wrapping_sub(b'0'));
        let known = matches!(
            (letter, size),
            (b'b', 1) | (b'i' | b'u', 1 | 2 | 4 | 8) | (b'f', 4 | 8)
        );
        let big_endian = match order {
            b'<' => false,
            b'>' => true,
            b'|' if size == 1 => false,
            b'=' => cfg!(target_endian = "big"),
            _ => return Err(unknown()),
        };
        let kind = Kind {
            letter,
            size,
            big_endian,
        };
        known.then_some(kind).ok_or_else(unknown)
    }
}
