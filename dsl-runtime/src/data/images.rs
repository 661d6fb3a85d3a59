//! Images in a folder for each class.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};

use super::Dataset;
use crate::error::DataProblem;
use crate::span::span;
use crate::{Error, Real, foreign};

/// The most pixels along a side of a file's image.
const LONGEST: u32 = 1 << 15;
/// The most bytes that decoding an image may take.
const MOST_BYTES: u64 = 1 << 29;

/// A reader of PNG and JPEG files that lie in a folder for each class.
///
/// Classes and the images of each are in the order of their names; names that begin with a dot are left out. Grey
/// images become colour and the other way round, as asked for; transparency is dropped, and 16 bits become 8. Values
/// are scaled to `0..=1`.
///
/// ```no_run
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// use dsl_runtime::data::ImageFolder;
///
/// // `flowers/daisy/1.jpg`, `flowers/tulip/1.jpg`, …, as a `Tensor<3, 64, 64>` each.
/// let flowers = ImageFolder::colour(64, 64).resized().read::<f32>("flowers")?;
/// println!("{} images of {:?}", flowers.data.len(), flowers.classes);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageFolder {
    is_colour: bool,
    height: u32,
    width: u32,
    resized: bool,
}

/// Images and the names of their classes.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledImages<T> {
    /// The images: each channel row by row, first red, then green, then blue.
    pub data: Dataset<T>,
    /// The names of the classes, in the order of the labels.
    pub classes: Vec<String>,
}

impl ImageFolder {
    /// Grey images, `[1, height, width]`.
    pub fn grey(height: u32, width: u32) -> ImageFolder {
        ImageFolder {
            is_colour: false,
            height,
            width,
            resized: false,
        }
    }

    /// Colour images, `[3, height, width]`.
    pub fn colour(height: u32, width: u32) -> ImageFolder {
        ImageFolder {
            is_colour: true,
            ..ImageFolder::grey(height, width)
        }
    }

    /// Scales images of another size, by linear interpolation and to averages, instead of refusing them. Proportions are
    /// not kept.
    #[must_use]
    pub fn resized(mut self) -> ImageFolder {
        self.resized = true;
        self
    }

    /// Reads all images of a folder.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or is no whole PNG or JPEG image, or of another size than asked for; the folder holds no
    /// folder, or one of them no image. The error names the file.
    pub fn read<T: Real>(self, folder: impl AsRef<Path>) -> Result<LabelledImages<T>, Error> {
        let folder = folder.as_ref();
        span!(INFO, "loading", path = %folder.display());
        let scaled: Vec<T> = (0..=255).map(|value| T::literal(value as f64 / 255.0)).collect();
        let folders: Vec<(String, PathBuf)> = entries(folder)?
            .into_iter()
            .filter(|(_, path)| path.is_dir())
            .collect();
        let (mut inputs, mut labels) = (Vec::new(), Vec::new());
        for (label, (_, class)) in (0..).zip(&folders) {
            let images = entries(class)?;
            if images.is_empty() {
                return Err(wrong(class, DataProblem::Empty));
            }
            for (_, path) in images {
                self.append(&path, &scaled, &mut inputs)?;
                labels.push(label);
            }
        }
        if labels.is_empty() {
            return Err(wrong(folder, DataProblem::Empty));
        }
        let channels = if self.is_colour { 3 } else { 1 };
        let width = channels * self.height as usize * self.width as usize;
        Ok(LabelledImages {
            data: Dataset::new(inputs, width, labels, folders.len())?,
            classes: folders.into_iter().map(|(name, _)| name).collect(),
        })
    }

    /// Appends the values of an image.
    fn append<T: Real>(self, path: &Path, scaled: &[T], inputs: &mut Vec<T>) -> Result<(), Error> {
        let mut image = decoded(path)?;
        let (found, expected) = ([image.height(), image.width()], [self.height, self.width]);
        if found != expected {
            if !self.resized || expected.contains(&0) {
                let problem = DataProblem::Dimensions {
                    found: found.to_vec(),
                    expected: expected.to_vec(),
                };
                return Err(wrong(path, problem));
            }
            image = image.resize_exact(self.width, self.height, FilterType::Triangle);
        }
        let values = match self.is_colour {
            true => image.into_rgb8().into_raw(),
            false => image.into_luma8().into_raw(),
        };
        let channels = if self.is_colour { 3 } else { 1 };
        for channel in 0..channels {
            let values = values.iter().skip(channel).step_by(channels);
            inputs.extend(values.map(|&value| scaled[value as usize]));
        }
        Ok(())
    }
}

/// The image of a file.
fn decoded(path: &Path) -> Result<DynamicImage, Error> {
    let bytes = fs::read(path).map_err(failed("read", path))?;
    let fault = |fault: String| match foreign::kind(&bytes) {
        Some(kind) => wrong(path, DataProblem::Foreign { kind }),
        None => wrong(path, DataProblem::Image { fault }),
    };
    let mut reader = ImageReader::new(Cursor::new(&bytes));
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let reader = reader.with_guessed_format().map_err(failed("read", path))?;
    match reader.format() {
        Some(ImageFormat::Png) => {}
        // Decoders make up what is missing at the end of a JPEG image.
        Some(ImageFormat::Jpeg) if bytes.windows(2).any(|mark| mark == [0xff, 0xd9]) => {}
        Some(ImageFormat::Jpeg) => {
            return Err(fault("it is truncated, as it has no mark of its end".to_owned()));
        }
        _ => return Err(fault("it is neither PNG nor JPEG".to_owned())),
    }
    reader.decode().map_err(|error| fault(error.to_string()))
}

/// What is in a folder, by name.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed("read", folder))? {
        let entry = entry.map_err(failed("read", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            found.push((name, entry.path()));
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn failed(action: &'static str, path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |source| Error::File {
        action,
        path: path.to_owned(),
        source,
    }
}

fn wrong(path: &Path, problem: DataProblem) -> Error {
    Error::Data {
        path: path.to_owned(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma, Rgb, RgbImage};

    use super::*;
    use crate::testing::Folder;

    fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        image
            .into()
            .write_to(&mut Cursor::new(&mut bytes), format)
            .unwrap();
        bytes
    }

    /// 2 rows of 3 pixels.
    fn colours() -> RgbImage {
        RgbImage::from_fn(3, 2, |x, y| Rgb([x as u8 * 51, y as u8 * 255, 102]))
    }

    fn folder(name: &str) -> Folder {
        let folder = Folder::new(name);
        for class in ["tulip", "daisy"] {
            fs::create_dir_all(folder.join(class)).unwrap();
        }
        fs::write(folder.join("daisy/b.png"), encoded(colours(), ImageFormat::Png)).unwrap();
        let white = GrayImage::from_pixel(3, 2, Luma([255]));
        fs::write(folder.join("daisy/a.jpg"), encoded(white, ImageFormat::Jpeg)).unwrap();
        fs::write(folder.join("tulip/a.png"), encoded(colours(), ImageFormat::Png)).unwrap();
        fs::write(folder.join(".hidden"), b"x").unwrap();
        fs::write(folder.join("README"), b"x").unwrap();
        folder
    }

    fn message(folder: &Folder, reader: ImageFolder) -> String {
        reader.read::<f32>(folder.path()).unwrap_err().to_string()
    }

    #[test]
    fn classes_and_images_are_in_the_order_of_their_names() {
        let folder = folder("images-good");
        let read = ImageFolder::colour(2, 3).read::<f64>(folder.path()).unwrap();
        assert_eq!(
            (&read.classes[..], read.data.labels()),
            (&["daisy", "tulip"].map(str::to_owned)[..], &[0, 0, 1][..])
        );
        assert!(read.data.example(0).unwrap().iter().all(|&value| value > 0.99));
        let channels = [
            [0.0, 0.2, 0.4, 0.0, 0.2, 0.4],
            [0.0, 0.0, 0.0, 1.0, 1.0, 1.0],
            [0.4; 6],
        ];
        assert_eq!(read.data.example(1).unwrap(), channels.as_flattened());
        let grey = ImageFolder::grey(2, 3).read::<f32>(folder.path()).unwrap();
        assert_eq!((grey.data.width(), grey.data.classes()), (6, 2));
    }

    #[test]
    fn images_of_another_size_are_refused_or_resized() {
        let folder = folder("images-size");
        let text = message(&folder, ImageFolder::colour(3, 2));
        assert!(
            text.contains("a.jpg`: holds items of [2, 3], but [3, 2] was expected"),
            "{text}"
        );
        let resized = ImageFolder::colour(4, 6)
            .resized()
            .read::<f32>(folder.path())
            .unwrap();
        assert_eq!(resized.data.width(), 72);
        let blue = &resized.data.example(1).unwrap()[48..];
        assert!(blue.iter().all(|value| (value - 0.4).abs() < 1e-6), "{blue:?}");
        assert!(message(&folder, ImageFolder::colour(0, 2).resized()).contains("[0, 2] was expected"));
    }

    #[test]
    fn every_cut_is_noticed() {
        let folder = folder("images-cut");
        for (name, image) in [
            ("daisy/b.png", encoded(colours(), ImageFormat::Png)),
            ("daisy/a.jpg", encoded(colours(), ImageFormat::Jpeg)),
        ] {
            // What ends a PNG image after its pixels, 12 bytes, says nothing of them.
            let end = if name.ends_with("png") {
                image.len() - 12
            } else {
                image.len()
            };
            for cut in 0..end {
                fs::write(folder.join(name), &image[..cut]).unwrap();
                let text = message(&folder, ImageFolder::colour(2, 3));
                assert!(text.contains(&name[6..]), "cut at {cut}: {text}");
            }
            fs::write(folder.join(name), &image).unwrap();
        }
    }

    #[test]
    fn what_is_no_image_is_named() {
        let folder = folder("images-foreign");
        for (bytes, fault) in [
            (&b""[..], "neither PNG nor JPEG"),
            (b"GIF89a", "neither PNG nor JPEG"),
            (
                b"version https://git-lfs.github.com/spec/v1\n",
                "is a Git LFS pointer",
            ),
        ] {
            fs::write(folder.join("daisy/b.png"), bytes).unwrap();
            let text = message(&folder, ImageFolder::colour(2, 3));
            assert!(text.contains("b.png") && text.contains(fault), "{text}");
        }
        // A header that promises 2³¹ × 2³¹ pixels.
        let mut huge = encoded(colours(), ImageFormat::Png);
        huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
        fs::write(folder.join("daisy/b.png"), &huge).unwrap();
        assert!(message(&folder, ImageFolder::colour(2, 3)).contains("b.png`: is no image"));
        fs::remove_dir_all(folder.join("daisy")).unwrap();
        fs::create_dir(folder.join("daisy")).unwrap();
        assert!(message(&folder, ImageFolder::colour(2, 3)).contains("daisy`: holds no item"));
        let empty = Folder::new("images-empty");
        assert!(message(&empty, ImageFolder::colour(2, 3)).contains("images-empty`: holds no item"));
        let missing = ImageFolder::grey(2, 3).read::<f32>(empty.join("no such"));
        assert!(missing.unwrap_err().to_string().contains("cannot read"));
    }
}
