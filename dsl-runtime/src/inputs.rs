//! Checks of a call's inputs.

use crate::Error;

/// The number of examples in each of `inputs` (name, length, values per example).
///
/// # Errors
///
/// An input holds no whole number of examples, none at all, more than `capacity`, or another number than the
/// first. An input of width 0 must be empty and fits any number.
pub(crate) fn admit(capacity: usize, inputs: &[(&'static str, usize, usize)]) -> Result<usize, Error> {
    let mut known: Option<(&'static str, usize)> = None;
    for &(input, len, width) in inputs {
        if (width == 0 && len > 0) || (width > 0 && len % width != 0) {
            return Err(Error::RaggedInput { input, len, width });
        }
        if width == 0 {
            continue;
        }
        let examples = len / width;
        if examples == 0 {
            return Err(Error::EmptyInput { input, width });
        }
        match known {
            Some((first, expected)) if examples != expected => {
                return Err(Error::UnequalInputs {
                    input,
                    len,
                    width,
                    examples,
                    first,
                    expected,
                });
            }
            Some(_) => {}
            None if examples > capacity => {
                return Err(Error::BatchTooLarge {
                    input,
                    len,
                    width,
                    examples,
                    capacity,
                });
            }
            None => known = Some((input, examples)),
        }
    }
    Ok(known.map_or(1, |(_, examples)| examples))
}

/// Checks that every index (a class label, a token) of the argument `name` is below `limit`.
///
/// # Errors
///
/// Names the first position whose value is not.
pub fn check_indices(name: &'static str, indices: &[u32], limit: usize) -> Result<(), Error> {
    match indices.iter().position(|&index| index as usize >= limit) {
        None => Ok(()),
        Some(position) => Err(Error::IndexOutOfRange {
            input: name,
            position,
            value: indices[position],
            limit,
        }),
    }
}

/// Checks that the shared argument `name`, one value for the whole batch, holds `expected` numbers.
///
/// # Errors
///
/// It holds another number of them.
pub fn check_shared(name: &'static str, len: usize, expected: usize) -> Result<(), Error> {
    match len == expected {
        true => Ok(()),
        false => Err(Error::SharedInput {
            input: name,
            len,
            expected,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(inputs: &[(&'static str, usize, usize)]) -> String {
        admit(64, inputs).unwrap_err().to_string()
    }

    #[test]
    fn equal_whole_numbers_of_examples_are_admitted() {
        assert_eq!(admit(64, &[("image", 3 * 784, 784), ("digit", 3, 1)]).unwrap(), 3);
        assert_eq!(admit(64, &[("image", 64, 1)]).unwrap(), 64);
        assert_eq!(admit(64, &[("nothing", 0, 0), ("x", 8, 4)]).unwrap(), 2);
        assert_eq!(admit(64, &[]).unwrap(), 1);
    }

    #[test]
    fn messages_name_input_length_width_and_expectation() {
        let ragged = message(&[("image", 785, 784)]);
        assert_eq!(
            ragged,
            "`image` holds 785 values, which is no whole number of examples of 784 values each"
        );
        let unequal = message(&[("image", 1568, 784), ("digit", 3, 1)]);
        assert!(
            unequal.contains("`digit` holds 3 values") && unequal.contains("`image` holds 2"),
            "{unequal}"
        );
        assert!(message(&[("image", 0, 784)]).contains("`image` is empty"));
        assert!(message(&[("digit", 65, 1)]).contains("at most 64"));
        assert!(message(&[("nothing", 1, 0)]).contains("`nothing`"));
    }

    #[test]
    fn the_first_index_out_of_range_is_named() {
        assert!(check_indices("digit", &[0, 9, 3], 10).is_ok());
        let error = check_indices("digit", &[0, 10, 11], 10).unwrap_err().to_string();
        assert_eq!(error, "`digit[1]` is 10, but must be below 10");
        assert!(check_indices("digit", &[u32::MAX], 10).is_err());
    }
}
