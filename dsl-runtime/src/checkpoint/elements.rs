//! The types of elements that safetensors files hold, and their numbers as `f64`, in which each of them is
//! exact but integers beyond 2⁵³.

use super::format::Tensor;

/// The size in bytes of an element of a type that can be read.
pub(super) fn size(element: &str) -> Option<usize> {
    Some(match element {
        "BOOL" | "I8" | "U8" => 1,
        "F16" | "BF16" | "I16" | "U16" => 2,
        "F32" | "I32" | "U32" => 4,
        "F64" | "I64" | "U64" => 8,
        _ => return None,
    })
}

/// The numbers of a tensor in canonical order; `None` if its type cannot be read.
pub(super) fn numbers<'a>(tensor: &'a Tensor<'_>) -> Option<Box<dyn Iterator<Item = f64> + 'a>> {
    let bytes = &*tensor.bytes;
    Some(match &*tensor.element {
        "BOOL" => each(bytes, |[byte]: [u8; 1]| f64::from(u8::from(byte != 0))),
        "U8" => each(bytes, |[byte]: [u8; 1]| f64::from(byte)),
        "I8" => each(bytes, |bytes| f64::from(i8::from_le_bytes(bytes))),
        "U16" => each(bytes, |bytes| f64::from(u16::from_le_bytes(bytes))),
        "I16" => each(bytes, |bytes| f64::from(i16::from_le_bytes(bytes))),
        "U32" => each(bytes, |bytes| f64::from(u32::from_le_bytes(bytes))),
        "I32" => each(bytes, |bytes| f64::from(i32::from_le_bytes(bytes))),
        "U64" => each(bytes, |bytes| u64::from_le_bytes(bytes) as f64),
        "I64" => each(bytes, |bytes| i64::from_le_bytes(bytes) as f64),
        "F16" => each(bytes, |bytes| half(u16::from_le_bytes(bytes))),
        "BF16" => each(bytes, |bytes| brain(u16::from_le_bytes(bytes))),
        "F32" => each(bytes, |bytes| f64::from(f32::from_le_bytes(bytes))),
        "F64" => each(bytes, f64::from_le_bytes),
        _ => return None,
    })
}

fn each<'a, const N: usize>(
    bytes: &'a [u8],
    number: fn([u8; N]) -> f64,
) -> Box<dyn Iterator<Item = f64> + 'a> {
    Box::new(bytes.as_chunks::<N>().0.iter().map(move |bytes| number(*bytes)))
}

/// The number of a bf16: the upper half of an `f32`.
fn brain(bits: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(bits) << 16))
}

/// The number of an IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    sign * match exponent {
        0 => fraction * (-24_f64).exp2(),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * f64::from(exponent - 25).exp2(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Tensor, numbers, size};

    fn read(element: &str, bytes: &[u8]) -> Vec<f64> {
        let tensor = Tensor {
            element: element.to_owned(),
            shape: vec![bytes.len() / size(element).unwrap()],
            bytes: bytes.into(),
        };
        let numbers = numbers(&tensor).unwrap();
        numbers.collect()
    }

    #[test]
    fn half_numbers_are_those_of_the_standard() {
        // As `numpy.frombuffer(…, "float16")` reads them.
        for (bits, number) in [
            (0x0000_u16, 0.0),
            (0x0001, 5.960_464_477_539_063e-8),
            (0x03ff, 6.097_555_160_522_461e-5),
            (0x0400, 6.103_515_625e-5),
            (0x3555, 0.333_251_953_125),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0xfbff, -65504.0),
            (0x7c00, f64::INFINITY),
            (0xfc00, f64::NEG_INFINITY),
        ] {
            assert_eq!(read("F16", &bits.to_le_bytes()), [number], "{bits:04x}");
        }
        assert!(read("F16", &0x7e01_u16.to_le_bytes())[0].is_nan());
        assert!(read("F16", &0x8000_u16.to_le_bytes())[0].is_sign_negative());
    }

    #[test]
    fn every_type_is_read() {
        assert_eq!(read("BF16", &[0x80, 0x3f, 0x49, 0xc0]), [1.0, -3.140_625]);
        assert_eq!(read("BOOL", &[0, 1, 1]), [0.0, 1.0, 1.0]);
        assert_eq!(read("U8", &[255]), [255.0]);
        assert_eq!(read("I8", &[255]), [-1.0]);
        assert_eq!(read("U16", &[0, 128]), [32768.0]);
        assert_eq!(read("I16", &[0, 128]), [-32768.0]);
        assert_eq!(read("U32", &(1_u32 << 31).to_le_bytes()), [2_147_483_648.0]);
        assert_eq!(read("I32", &(-7_i32).to_le_bytes()), [-7.0]);
        assert_eq!(read("U64", &u64::MAX.to_le_bytes()), [u64::MAX as f64]);
        assert_eq!(read("I64", &(-511_i64).to_le_bytes()), [-511.0]);
        assert_eq!(read("F32", &1.5_f32.to_le_bytes()), [1.5]);
        assert_eq!(read("F64", &1e300_f64.to_le_bytes()), [1e300]);
        assert_eq!(size("F8_E4M3"), None);
    }
}
