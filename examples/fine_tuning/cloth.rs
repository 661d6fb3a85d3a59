//! Images of another task, made from digits: printed on woven cloth, half of them lying on their side.

use dsl_runtime::prelude::*;

/// The side of an image.
const SIDE: usize = 28;

/// The digits from `first` on, `count` of them, each as two classes: upright `digit`, or lying `10 + digit`.
pub fn printed(digits: &Dataset<f32>, first: usize, count: usize) -> Result<Dataset<f32>, Error> {
    let (mut images, mut classes) = (Vec::new(), Vec::new());
    let digits = digits.inputs().chunks(SIDE * SIDE).zip(digits.labels());
    for (number, (image, &digit)) in digits.enumerate().skip(first).take(count) {
        let lying = number % 2 == 1;
        for row in 0..SIDE {
            for column in 0..SIDE {
                let place = if lying {
                    column * SIDE + row
                } else {
                    row * SIDE + column
                };
                images.push(0.7 * image[place] + 0.3 * weave(row, column, number));
            }
        }
        classes.push(digit + if lying { 10 } else { 0 });
    }
    Dataset::new(images, SIDE * SIDE, classes, 20)
}

/// Threads one over the other, from another place in every image.
fn weave(row: usize, column: usize, number: usize) -> f32 {
    let (row, column) = (row + number % 5, column + number % 7);
    f32::from(u8::from((row / 2 + column / 2).is_multiple_of(2)))
}
