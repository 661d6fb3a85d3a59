//! Messages in the encoding of Protocol Buffers: <https://protobuf.dev/programming-guides/encoding/>.

/// A message, field by field.
#[derive(Debug, Clone, Default)]
pub(super) struct Message(Vec<u8>);

/// How the value of a field is written.
#[derive(Clone, Copy)]
enum Wire {
    Varint = 0,
    Eight = 1,
    Length = 2,
    Four = 5,
}

impl Message {
    pub fn new() -> Message {
        Message::default()
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// A field of a whole number; 0 is what a reader takes where there is none.
    pub fn whole(self, field: u64, value: u64) -> Message {
        match value {
            0 => self,
            _ => self.tag(field, Wire::Varint).varint(value),
        }
    }

    pub fn double(mut self, field: u64, value: f64) -> Message {
        self = self.tag(field, Wire::Eight);
        self.0.extend(value.to_le_bytes());
        self
    }

    pub fn float(mut self, field: u64, value: f32) -> Message {
        self = self.tag(field, Wire::Four);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// A field of text or of other bytes.
    pub fn bytes(mut self, field: u64, bytes: &[u8]) -> Message {
        self = self.tag(field, Wire::Length).varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    pub fn message(self, field: u64, message: Message) -> Message {
        self.bytes(field, &message.0)
    }

    /// A field of several numbers, packed.
    pub fn doubles(self, field: u64, values: &[f64]) -> Message {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.bytes(field, &bytes)
    }

    fn tag(self, field: u64, wire: Wire) -> Message {
        self.varint(field << 3 | wire as u64)
    }

    fn varint(mut self, mut value: u64) -> Message {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    /// The examples of the encoding's documentation, and one of each other kind.
    #[test]
    fn fields_are_encoded_as_documented() {
        assert_eq!(
            Message::new().whole(1, 150).whole(2, 0).into_bytes(),
            [0x08, 0x96, 0x01]
        );
        assert_eq!(
            Message::new().bytes(2, b"testing").into_bytes(),
            [0x12, 0x07, b't', b'e', b's', b't', b'i', b'n', b'g']
        );
        let inner = Message::new().whole(1, 150);
        assert_eq!(
            Message::new().message(3, inner).into_bytes(),
            [0x1a, 0x03, 0x08, 0x96, 0x01]
        );
        assert_eq!(
            Message::new().float(2, 1.0).double(1, 1.0).into_bytes(),
            [0x15, 0, 0, 0x80, 0x3f, 0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
        );
        assert_eq!(Message::new().doubles(6, &[0.0; 2]).into_bytes()[..2], [0x32, 16]);
        let largest = Message::new().whole(1, u64::MAX).into_bytes();
        assert_eq!(largest, [0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
    }
}
