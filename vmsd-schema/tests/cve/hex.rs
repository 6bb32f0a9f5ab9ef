//! Streams as annotated text: `#` begins a comment, `"…"` stands for its characters, `00*16` for a byte sixteen times, and
//! `[01 -> ff | 80]` for a good value and those that do harm.

use std::str::Chars;

/// What one file holds: the stream with all good values, and for each harm that a bracket names the one with it.
#[derive(Debug)]
pub(super) struct Streams {
    pub(super) good: Vec<u8>,
    pub(super) hostile: Vec<Vec<u8>>,
}

pub(super) fn streams(text: &str) -> Streams {
    let text: String = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut streams = Streams {
        good: Vec::new(),
        hostile: Vec::new(),
    };
    let mut rest = text.as_str();
    while let Some((plain, behind)) = rest.split_once('[') {
        streams.append(&bytes(plain));
        let (pair, behind) = behind.split_once(']').expect("a closing bracket");
        let (good, harm) = pair.split_once("->").expect("an arrow in a bracket");
        streams.choice(&bytes(good), harm.split('|').map(bytes));
        rest = behind;
    }
    streams.append(&bytes(rest));
    streams
}

impl Streams {
    fn append(&mut self, bytes: &[u8]) {
        for stream in self.hostile.iter_mut().chain([&mut self.good]) {
            stream.extend(bytes);
        }
    }

    fn choice(&mut self, good: &[u8], harm: impl Iterator<Item = Vec<u8>>) {
        let before = self.good.clone();
        self.append(good);
        self.hostile
            .extend(harm.map(|harm| [&before[..], &harm].concat()));
    }
}

fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.chars();
    while let Some(first) = rest.find(|character| !character.is_whitespace()) {
        match first {
            '"' => out.extend(
                rest.by_ref()
                    .take_while(|&quote| quote != '"')
                    .map(|c| c as u8),
            ),
            '*' => {
                let times = decimal(&mut rest);
                let last = *out.last().expect("a byte to repeat");
                out.extend(std::iter::repeat_n(last, times - 1));
            }
            high => {
                let low = rest.next().expect("two digits");
                let digits: String = [high, low].iter().collect();
                out.push(u8::from_str_radix(&digits, 16).unwrap());
            }
        }
    }
    out
}

fn decimal(rest: &mut Chars<'_>) -> usize {
    let digits: String = rest.by_ref().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

#[test]
fn notation() {
    let streams = streams("51 \"EV\" # a comment\n00*3 [01 -> 02 03 | 04] 05 [06->07]");
    assert_eq!(streams.good, *b"QEV\0\0\0\x01\x05\x06");
    let hostile: [&[u8]; 3] = [
        b"QEV\0\0\0\x02\x03\x05\x06",
        b"QEV\0\0\0\x04\x05\x06",
        b"QEV\0\0\0\x01\x05\x07",
    ];
    assert_eq!(streams.hostile, hostile);
}
