//! Numbers in words, and in digits, as tokens of one vocabulary.

use std::collections::BTreeSet;

use dsl_runtime::data::Marks;
use dsl_runtime::random::Stream;

/// Numbers are below this.
const LIMIT: u32 = 1_000_000;
/// The most digits.
pub const DIGITS: usize = 6;
/// The most words: seven hundred and seventy seven thousand seven hundred and seventy seven.
pub const WORDS: usize = 11;

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const OTHERS: [&str; 3] = ["hundred", "thousand", "and"];

/// The tokens that are no word and no digit.
pub const MARKS: Marks = Marks {
    pad: 0,
    begin: 1,
    end: 2,
};
const FIRST_DIGIT: u32 = 3;
const FIRST_WORD: u32 = FIRST_DIGIT + 10;
/// How many tokens there are.
pub const TOKENS: usize = FIRST_WORD as usize + SMALL.len() + TENS.len() + OTHERS.len();

/// A number as it is said: 305012 is "three hundred and five thousand and twelve".
pub fn words(number: u32) -> Vec<&'static str> {
    let (thousands, rest) = (number / 1000, number % 1000);
    let mut said = Vec::new();
    if thousands > 0 {
        below_thousand(thousands, &mut said);
        said.push("thousand");
    }
    if rest > 0 || thousands == 0 {
        if thousands > 0 && rest < 100 {
            said.push("and");
        }
        below_thousand(rest, &mut said);
    }
    said
}

fn below_thousand(number: u32, said: &mut Vec<&'static str>) {
    let (hundreds, rest) = (number as usize / 100, number as usize % 100);
    if hundreds > 0 {
        said.extend([SMALL[hundreds], "hundred"]);
        if rest == 0 {
            return;
        }
        said.push("and");
    }
    if rest < 20 {
        said.push(SMALL[rest]);
    } else {
        said.push(TENS[rest / 10 - 2]);
        if !rest.is_multiple_of(10) {
            said.push(SMALL[rest % 10]);
        }
    }
}

/// The words of a number as tokens.
pub fn source(number: u32) -> Vec<u32> {
    let all = || SMALL.iter().chain(&TENS).chain(&OTHERS);
    let token =
        |word: &str| FIRST_WORD + all().position(|known| *known == word).expect("a known word") as u32;
    words(number).into_iter().map(token).collect()
}

/// The digits of a number as tokens.
pub fn target(number: u32) -> Vec<u32> {
    number
        .to_string()
        .bytes()
        .map(|digit| FIRST_DIGIT + u32::from(digit - b'0'))
        .collect()
}

/// The digits that some tokens stand for; `?` for tokens that are no digit.
pub fn digits(tokens: &[u32]) -> String {
    let digit = |&token: &u32| match token.checked_sub(FIRST_DIGIT) {
        Some(digit @ 0..10) => char::from(b'0' + digit as u8),
        _ => '?',
    };
    tokens.iter().map(digit).collect()
}

/// `count` different numbers in random order, with as many digits as chance has it: short ones are as likely as long
/// ones, as far as there are enough of them.
pub fn draw(count: usize, seed: u64) -> Vec<u32> {
    let mut stream = Stream::new(seed, "numbers");
    let mut seen = BTreeSet::new();
    let mut numbers = Vec::new();
    while numbers.len() < count.min(LIMIT as usize) {
        let most = 10f64.powi(1 + (stream.uniform() * DIGITS as f64) as i32);
        let number = (stream.uniform() * most) as u32;
        if seen.insert(number) {
            numbers.push(number);
        }
    }
    stream.shuffle(&mut numbers);
    numbers
}
