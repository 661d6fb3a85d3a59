//! Examples of a run and what is predicted of them.

use std::path::Path;

use super::html::address;
use crate::error::RunProblem;
use crate::run::RunFolder;
use crate::run::csv::{record, records};
use crate::run::file::read_if_there;
use crate::{Error, Real};

const NAME: &str = "samples.csv";

const HEADER: [&str; 4] = ["picture", "text", "expected", "predicted"];

/// An example, and what is predicted of it, to be shown in a report.
///
/// ```
/// use dsl_runtime::run::Sample;
///
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// let digit = Sample::image([1, 28, 28], &[0.0f32; 784])?.expected("7").predicted("1");
/// let review = Sample::text("A film to fall asleep in.").predicted("negative");
/// # let _ = (digit, review);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sample {
    /// The address of a picture, or nothing.
    pub(super) picture: String,
    pub(super) text: String,
    pub(super) expected: Option<String>,
    pub(super) predicted: Option<String>,
}

impl Sample {
    /// An image of one channel, grey, or three, red, green and blue: the values of a `Tensor<CHANNELS, HEIGHT, WIDTH>`.
    ///
    /// Values from 0 to 1 are shown as they are. If there are others, as in images that are normalised, the lowest is shown
    /// black and the highest white.
    ///
    /// # Errors
    ///
    /// [`RunProblem::Picture`] if there are more or fewer values than the shape says, or none, or channels of another number.
    pub fn image<T: Real>(shape: [usize; 3], values: &[T]) -> Result<Sample, Error> {
        let png = png(shape, values).ok_or_else(|| {
            let [channels, height, width] = shape;
            Error::Run {
                path: NAME.into(),
                problem: RunProblem::Picture {
                    channels,
                    height,
                    width,
                    values: values.len(),
                },
            }
        })?;
        Ok(Sample {
            picture: address("image/png", &png),
            ..Sample::default()
        })
    }

    /// An example that is text, or described by it.
    pub fn text(text: impl Into<String>) -> Sample {
        Sample {
            text: text.into(),
            ..Sample::default()
        }
    }

    /// Adds a text below an image.
    #[must_use]
    pub fn caption(mut self, text: impl Into<String>) -> Sample {
        self.text = text.into();
        self
    }

    /// What is right.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Sample {
        self.expected = Some(expected.into());
        self
    }

    /// What the network says. If both are given, the report tells whether they are the same.
    #[must_use]
    pub fn predicted(mut self, predicted: impl Into<String>) -> Sample {
        self.predicted = Some(predicted.into());
        self
    }

    /// The samples of a folder.
    pub(super) fn read(folder: &Path) -> Result<Vec<Sample>, Error> {
        let text = read_if_there(&folder.join(NAME))?.unwrap_or_default();
        let mut samples = Vec::new();
        for (line, fields) in records(&text).skip(1) {
            let broken = |problem| Error::Run {
                path: folder.to_owned(),
                problem: RunProblem::Line {
                    file: NAME,
                    line,
                    problem,
                },
            };
            let fields = <[String; 4]>::try_from(fields);
            let [picture, text, expected, predicted] =
                fields.map_err(|_| broken("is no picture, text, expectation and prediction"))?;
            // Nothing is loaded from elsewhere.
            if !picture.is_empty() && !picture.starts_with("data:image/png;base64,") {
                return Err(broken("has a picture that is none of ours"));
            }
            samples.push(Sample {
                picture,
                text,
                expected: Some(expected).filter(|text| !text.is_empty()),
                predicted: Some(predicted).filter(|text| !text.is_empty()),
            });
        }
        Ok(samples)
    }
}

impl RunFolder {
    /// Keeps samples, in place of earlier ones.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if the file cannot be written.
    pub fn samples(&self, samples: &[Sample]) -> Result<(), Error> {
        let lines = samples.iter().map(|sample| {
            let Sample {
                picture,
                text,
                expected,
                predicted,
            } = sample;
            let said = |text: &Option<String>| text.clone().unwrap_or_default();
            record([picture, text, &*said(expected), &*said(predicted)])
        });
        self.write(NAME, &(record(HEADER) + &lines.collect::<String>()))
    }
}

/// A picture as a PNG file; `None` if the values have not this shape.
fn png<T: Real>([channels, height, width]: [usize; 3], values: &[T]) -> Option<Vec<u8>> {
    let pixels = height.checked_mul(width)?;
    let colour = match channels {
        1 => png::ColorType::Grayscale,
        3 => png::ColorType::Rgb,
        _ => return None,
    };
    if pixels == 0 || pixels.checked_mul(channels)? != values.len() {
        return None;
    }
    let finite = values
        .iter()
        .map(|value| value.to_f64())
        .filter(|value| value.is_finite());
    let lowest = finite.clone().fold(0.0, f64::min);
    let highest = finite.fold(1.0, f64::max);
    let (lowest, highest) = match (lowest, highest) {
        (0.0, 1.0) => (0.0, 1.0),
        _ => range(values),
    };
    let byte = |value: T| ((value.to_f64() - lowest) / (highest - lowest) * 255.0).round() as u8;
    let channel = |channel: usize| &values[channel * pixels..][..pixels];
    let bytes: Vec<u8> = (0..pixels)
        .flat_map(|pixel| (0..channels).map(move |at| byte(channel(at)[pixel])))
        .collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    encoder.set_color(colour);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&bytes).ok()?;
    writer.finish().ok()?;
    Some(file)
}

/// The lowest and the highest of the finite values.
fn range<T: Real>(values: &[T]) -> (f64, f64) {
    let finite = values
        .iter()
        .map(|value| value.to_f64())
        .filter(|value| value.is_finite());
    let lowest = finite.clone().fold(f64::INFINITY, f64::min);
    (lowest, finite.fold(f64::NEG_INFINITY, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn decoded(file: &[u8]) -> (png::ColorType, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        bytes.truncate(info.buffer_size());
        (info.color_type, bytes)
    }

    #[test]
    fn pixels_are_shades_and_channels_lie_together() {
        let grey = png([1, 1, 4], &[0.0f32, 0.2, 1.0, f32::NAN]).unwrap();
        assert_eq!(decoded(&grey), (png::ColorType::Grayscale, vec![0, 51, 255, 0]));
        let normalised = png([1, 1, 3], &[-2.0f64, 0.0, 2.0]).unwrap();
        assert_eq!(decoded(&normalised).1, [0, 128, 255]);
        let colours = png([3, 1, 2], &[1.0f32, 0.0, 0.0, 1.0, 0.0, 0.0]).unwrap();
        assert_eq!(
            decoded(&colours),
            (png::ColorType::Rgb, vec![255, 0, 0, 0, 255, 0])
        );
        for (shape, values) in [
            ([1, 2, 2], 3),
            ([2, 1, 1], 2),
            ([1, 0, 0], 0),
            ([1, usize::MAX, 2], 4),
        ] {
            let error = Sample::image(shape, &vec![0.0f32; values]).unwrap_err();
            assert!(error.to_string().contains("channels are 1 or 3"), "{error}");
        }
    }

    #[test]
    fn samples_are_read_back_and_nothing_is_loaded_from_elsewhere() {
        let folder = Folder::new("samples");
        let run = RunFolder::create(folder.join("run")).unwrap();
        let samples = [
            Sample::image([1, 1, 1], &[0.5f32])
                .unwrap()
                .caption("grey")
                .expected("a")
                .predicted("b"),
            Sample::text("two\nlines, \"quoted\" <b>"),
        ];
        run.samples(&samples).unwrap();
        assert_eq!(Sample::read(run.path()).unwrap(), samples);
        std::fs::write(run.path().join(NAME), "p,t,e,p\nhttps://example.com/a.png,,,\n").unwrap();
        let error = Sample::read(run.path()).unwrap_err();
        assert!(error.to_string().contains("line 2 of `samples.csv`"), "{error}");
        assert_eq!(Sample::read(folder.path()).unwrap(), []);
    }
}
