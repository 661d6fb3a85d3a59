use std::collections::BTreeMap;

use super::*;

fn alice() -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/alice.txt");
    std::fs::read_to_string(path).unwrap()
}

/// Sennrich et al. 2016, algorithm 1, as plainly as can be: all pairs are counted anew for each merge.
fn reference(text: &str, merges: usize) -> Vec<(u32, u32)> {
    let mut words: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
    for chunk in chunks(text) {
        *words.entry(chunk.bytes().map(u32::from).collect()).or_default() += 1;
    }
    let mut words: Vec<(Vec<u32>, usize)> = words.into_iter().collect();
    let mut merged = Vec::new();
    for token in (256..).take(merges) {
        let mut counts: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        for (word, count) in &words {
            for place in 1..word.len() {
                *counts.entry((word[place - 1], word[place])).or_default() += count;
            }
        }
        let best = counts.iter().rev().max_by_key(|(_, count)| **count);
        let Some((&pair, _)) = best.filter(|(_, count)| **count >= 2) else {
            break;
        };
        for (word, _) in &mut words {
            let mut next = Vec::new();
            while !word.is_empty() {
                if word.len() > 1 && (word[0], word[1]) == pair {
                    next.push(token);
                    word.drain(..2);
                } else {
                    next.push(word.remove(0));
                }
            }
            *word = next;
        }
        merged.push(pair);
    }
    merged
}

#[test]
fn pairs_are_those_of_the_plain_algorithm() {
    let part: String = alice().chars().take(20_000).collect();
    for (text, merges) in [
        (&*part, 300),
        (
            "low low low low low lower lower newest newest newest newest newest newest widest widest widest",
            100,
        ),
        ("aaaaaaaaaaaaaaa aaaa aaaaaaa", 100),
        ("abab abab baba", 100),
        ("", 10),
        ("x", 10),
    ] {
        assert_eq!(
            BytePairs::train(text, 256 + merges).pairs,
            reference(text, merges)
        );
    }
}

#[test]
fn every_text_and_all_bytes_come_back() {
    let alice = alice();
    let vocabulary = BytePairs::train(&alice, 600);
    assert_eq!(vocabulary.len(), 600);
    let tokens = vocabulary.encode(&alice);
    assert!(
        tokens.len() < alice.len() / 2,
        "{} of {}",
        tokens.len(),
        alice.len()
    );
    assert_eq!(vocabulary.decode_text(&tokens).unwrap(), alice);
    for text in [
        "",
        " ",
        "  \n\t x",
        "Zwölf 12\u{1f980}e\u{301}",
        "\0\u{feff}",
        &"a ".repeat(3000),
        &"é".repeat(3000),
    ] {
        assert_eq!(vocabulary.decode_text(&vocabulary.encode(text)).unwrap(), text);
    }
    let mut stream = crate::random::Stream::new(1, "bytes");
    let bytes: Vec<u8> = (0..5000).map(|_| (stream.uniform() * 256.0) as u8).collect();
    assert_eq!(
        vocabulary.decode(&vocabulary.encode_bytes(&bytes)).unwrap(),
        bytes
    );
    assert_eq!(vocabulary.decode_text(&[0xff, 65]).unwrap(), "\u{fffd}A");
    assert_eq!(
        vocabulary.decode(&[0, 600]).unwrap_err().to_string(),
        "not in the vocabulary: token 1 is 600, but there are 600 tokens"
    );
}

#[test]
fn chunks_are_words_with_the_space_before_them() {
    let all: Vec<&str> = chunks("It's  12 o'clock,\n\n  éa").collect();
    assert_eq!(
        all,
        [
            "It", "'", "s", " ", " 12", " o", "'", "clock", ",", "\n\n ", " éa"
        ]
    );
    let long = "x".repeat(5000);
    assert!(chunks(&long).all(|chunk| chunk.len() <= LONGEST));
    assert_eq!(chunks(&long).collect::<String>(), long);
}

#[test]
fn merges_follow_the_order_in_which_they_were_learnt() {
    // `bc` before `ab`: of `abc` the first is taken.
    let vocabulary: BytePairs = "byte pairs 1\n98 99\n97 98\n".parse().unwrap();
    assert_eq!(vocabulary.encode("abc ab"), [97, 256, 32, 257]);
    assert_eq!(vocabulary.piece(257), Some(&b"ab"[..]));
    let longer: BytePairs = "byte pairs 1\n97 97\n256 256\n".parse().unwrap();
    assert_eq!(longer.encode("aaaaaaa"), [257, 256, 97]);
}

#[test]
fn a_vocabulary_comes_back_from_its_text_and_no_other_does() {
    let vocabulary = BytePairs::train(&alice()[..20_000], 400);
    assert_eq!(vocabulary.to_string().parse(), Ok(vocabulary));
    let refused = |text: &str| text.parse::<BytePairs>().unwrap_err().to_string();
    for text in ["", "byte pairs 2\n", "1 2\n"] {
        assert_eq!(refused(text), "line 1 is not `byte pairs 1`");
    }
    for line in [
        "",
        "1",
        "1 2 3",
        "-1 2",
        "x y",
        "257 1",
        "1 257",
        "4294967296 1",
        "97 98",
    ] {
        let text = refused(&format!("byte pairs 1\n97 98\n{line}\n1 1\n"));
        assert_eq!(
            text, "line 3 is not a new pair of tokens of the lines before it",
            "{line}"
        );
    }
    // Pieces that double in length with each line would be larger than any memory.
    let mut text = "byte pairs 1\n97 97\n".to_owned();
    (256..320).for_each(|token| text += &format!("{token} {token}\n"));
    assert!(refused(&text).starts_with("line 2") || refused(&text).starts_with("line 3"));
}
