//! Words and layers of images and sequences against PyTorch's numbers, through the interpreter.

use super::sound;
use super::values::{check, run};

fn counted(from: i32, to: i32) -> Vec<f64> {
    (from..=to).map(f64::from).collect()
}

/// The value of `body` for `x` and the weight `w`.
#[track_caller]
fn convolved([x, w]: [(&str, &[f64]); 2], result: &str, body: &str, expected: &[f64]) {
    let arguments = format!("x: Tensor<{}>, w: Tensor<{}>", x.0, w.0);
    check(
        &arguments,
        &format!("Tensor<{result}>"),
        body,
        &[x.1, w.1],
        expected,
    );
}

#[test]
fn convolution() {
    let (x, w) = (counted(1, 9), counted(1, 4));
    let square: [(&str, &[f64]); 2] = [("1, 3, 3", &x), ("1, 1, 2, 2", &w)];
    let ones = "let ones = ones([1, 1, 2, 2]); x.convolve(ones)";
    convolved(square, "1, 2, 2", ones, &[12.0, 16.0, 24.0, 28.0]);
    let points = "x.convolve(ones([1, 1, 1, 1]), stride = 2) + 0.0 * w.sum()";
    convolved(square, "1, 2, 2", points, &[1.0, 3.0, 7.0, 9.0]);
    let same = [37.0, 47.0, 21.0, 67.0, 77.0, 33.0, 23.0, 26.0, 9.0];
    convolved(square, "1, 3, 3", "x.convolve(w, pad = \"same\")", &same);
    convolved(square, "1, 3, 3", "x.convolve(w, pad = [[0, 1], [0, 1]])", &same);
    let strided = [37.0, 21.0, 23.0, 9.0];
    convolved(
        square,
        "1, 2, 2",
        "x.convolve(w, stride = 2, pad = \"same\")",
        &strided,
    );
    let uneven = [
        0.0, 18.0, 37.0, 47.0, 0.0, 36.0, 67.0, 77.0, 0.0, 14.0, 23.0, 26.0,
    ];
    convolved(
        square,
        "1, 3, 4",
        "x.convolve(w, pad = [[0, 1], [2, 0]])",
        &uneven,
    );
    convolved(square, "1, 1, 1", "x.convolve(w, dilation = 2)", &[64.0]);

    let (x, w) = (counted(1, 6), counted(-3, 4));
    let sequence: [(&str, &[f64]); 2] = [("2, 3", &x), ("2, 2, 2", &w)];
    let strided = [-2.0, -17.0, 18.0, 47.0];
    convolved(sequence, "2, 2", "x.convolve(w, stride = 2, pad = 1)", &strided);
    let causal = "x.convolve(w, pad = [1, 0]).at(0, axis = 1)";
    convolved(sequence, "2", causal, &[-2.0, 18.0]);
}

#[test]
fn transposed_convolution() {
    let (x, w) = (counted(1, 8), counted(-7, 8));
    let wide: [(&str, &[f64]); 2] = [("2, 2, 2", &x), ("2, 2, 2, 2", &w)];
    let expected = [
        16.0, 8.0, 16.0, -4.0, -20.0, -8.0, 16.0, 4.0, 16.0, 40.0, 40.0, 48.0, 36.0, 28.0, 40.0, 56.0, 52.0,
        64.0,
    ];
    let body = "x.convolve_transpose(w, stride = 2, pad = 1, output_pad = 1)";
    convolved(wide, "2, 3, 3", body, &expected);
    let expected = [
        -7.0, -6.0, -14.0, -12.0, -26.0, -22.0, -38.0, -32.0, -15.0, -12.0, -20.0, -16.0, 5.0, 10.0, 6.0,
        12.0, 22.0, 34.0, 26.0, 40.0, 21.0, 28.0, 24.0, 32.0,
    ];
    let body = "x.convolve_transpose(w.slice(1, 0, 1), stride = [1, 2], groups = 2)";
    convolved(wide, "2, 3, 4", body, &expected);

    // More padding than a stride, but less than the gaps, as in PyTorch.
    let (x, w) = (counted(1, 2), counted(3, 4));
    let dilated: [(&str, &[f64]); 2] = [("1, 2", &x), ("1, 1, 2", &w)];
    let body = "x.convolve_transpose(w, dilation = 3, output_pad = 2)";
    convolved(dilated, "1, 7", body, &[3.0, 6.0, 0.0, 4.0, 8.0, 0.0, 0.0]);
    let body = "x.convolve_transpose(w, dilation = 3, output_pad = 2, pad = 1)";
    convolved(dilated, "1, 5", body, &[6.0, 0.0, 4.0, 8.0, 0.0]);
}

#[test]
fn pooling() {
    let x = counted(1, 9);
    let image: &[&[f64]] = &[&x];
    let argument = "x: Tensor<1, 3, 3>";
    let four = "Tensor<1, 2, 2>";
    check(argument, "Tensor<1, 1, 1>", "x.max_pool(2)", image, &[5.0]);
    check(
        argument,
        four,
        "x.max_pool(2, stride = 1)",
        image,
        &[5.0, 6.0, 8.0, 9.0],
    );
    check(
        argument,
        four,
        "(-x).max_pool(2, pad = 1)",
        image,
        &[-1.0, -2.0, -4.0, -5.0],
    );
    check(
        argument,
        four,
        "x.max_pool(2, pad = \"same\")",
        image,
        &[5.0, 6.0, 8.0, 9.0],
    );
    check(argument, "Tensor<1, 1, 1>", "x.mean_pool(2)", image, &[3.0]);
    check(
        argument,
        four,
        "x.mean_pool(2, pad = 1)",
        image,
        &[0.25, 1.25, 2.75, 7.0],
    );
    let inside = "x.mean_pool(2, pad = 1, count_pad = false)";
    check(argument, four, inside, image, &[1.0, 2.5, 5.5, 7.0]);
    check(argument, "Tensor<1>", "x.mean_pool()", image, &[5.0]);
    check(argument, "Tensor<1>", "x.global_mean_pool()", image, &[5.0]);
    check(argument, "Tensor<1>", "x.global_max_pool()", image, &[9.0]);

    let x = counted(1, 6);
    let sequence: &[&[f64]] = &[&x];
    let argument = "x: Tensor<2, 3>";
    let four = "Tensor<2, 2>";
    check(
        argument,
        four,
        "x.max_pool1d(2, stride = 1)",
        sequence,
        &[2.0, 3.0, 5.0, 6.0],
    );
    let thirds = [1.0, 5.0 / 3.0, 3.0, 11.0 / 3.0];
    check(
        argument,
        four,
        "x.mean_pool1d(3, stride = 2, pad = 1)",
        sequence,
        &thirds,
    );
    let halves = [1.5, 2.5, 4.5, 5.5];
    let body = "x.mean_pool1d(3, stride = 2, pad = [1, 1], count_pad = false)";
    check(argument, four, body, sequence, &halves);

    let x = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0, 8.0];
    let image: &[&[f64]] = &[&x];
    let argument = "x: Tensor<1, 3, 4>";
    let means = [4.5, 4.0, 3.25, 5.5, 4.75, 5.25];
    check(
        argument,
        "Tensor<1, 2, 3>",
        "x.adaptive_mean_pool([2, 3])",
        image,
        &means,
    );
    let largest = [9.0, 9.0, 6.0, 9.0, 9.0, 8.0];
    check(
        argument,
        "Tensor<1, 2, 3>",
        "x.adaptive_max_pool([2, 3])",
        image,
        &largest,
    );
    let overlapping = [2.0, 2.5, 4.5, 3.25, 5.5, 5.25, 4.0, 6.5];
    check(
        argument,
        "Tensor<1, 4, 2>",
        "x.adaptive_mean_pool([4, 2])",
        image,
        &overlapping,
    );
    let even = [2.0, 2.5, 7.0, 4.0, 4.0, 6.5];
    check(
        argument,
        "Tensor<1, 3, 2>",
        "x.adaptive_mean_pool([3, 2])",
        image,
        &even,
    );
}

#[test]
fn larger_images() {
    let x = [1.0, 3.0, 5.0, -2.0];
    let image: &[&[f64]] = &[&x];
    let argument = "x: Tensor<1, 2, 2>";
    let nearest = [
        1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 5.0, 5.0, 5.0, -2.0, -2.0, -2.0, 5.0,
        5.0, 5.0, -2.0, -2.0, -2.0,
    ];
    check(
        argument,
        "Tensor<1, 4, 6>",
        "x.upsample_nearest([2, 3])",
        image,
        &nearest,
    );
    let sixths = [
        6.0, 6.0, 10.0, 14.0, 18.0, 18.0, 12.0, 12.0, 11.5, 11.0, 10.5, 10.5, 24.0, 24.0, 14.5, 5.0, -4.5,
        -4.5, 30.0, 30.0, 16.0, 2.0, -12.0, -12.0,
    ];
    let bilinear = sixths.map(|sixth| sixth / 6.0);
    check(
        argument,
        "Tensor<1, 4, 6>",
        "x.upsample_bilinear([2, 3])",
        image,
        &bilinear,
    );
    let row = [1.0, 1.5, 2.5, 3.0, 1.0, 1.5, 2.5, 3.0];
    check(
        argument,
        "Tensor<1, 2, 4>",
        "x.slice(1, 0, 1).upsample_bilinear(2)",
        image,
        &row,
    );

    let x = counted(0, 15);
    let image: &[&[f64]] = &[&x];
    let argument = "x: Tensor<8, 1, 2>";
    let shuffled = [
        0.0, 2.0, 1.0, 3.0, 4.0, 6.0, 5.0, 7.0, 8.0, 10.0, 9.0, 11.0, 12.0, 14.0, 13.0, 15.0,
    ];
    check(
        argument,
        "Tensor<2, 2, 4>",
        "x.pixel_shuffle(2)",
        image,
        &shuffled,
    );
    check(
        argument,
        "Tensor<8, 1, 2>",
        "x.pixel_shuffle(2).pixel_unshuffle(2)",
        image,
        &x,
    );
}

#[test]
fn layers() {
    let model = sound(
        "pub struct N;
         pub fn f(&self, x: Tensor<2, 2, 2>) -> (Tensor<4, 1, 1>, Tensor<4, 2, 2>, Tensor<1, 4, 4>, Tensor<2, 2>) {
             (
                 x.conv(4, [2, 1], stride = [1, 2], pad = 0, groups = 2),
                 x.depthwise_conv(1, multiplier = 2),
                 x.conv_transpose(1, 3, stride = 2, pad = 1, output_pad = 1),
                 x.reshape([2, 4]).conv1d(2, 3, dilation = 1, bias = false),
             )
         }",
    );
    let shapes: Vec<(&str, String)> = model
        .parameters
        .iter()
        .map(|parameter| (parameter.name.as_str(), parameter.shape.to_string()))
        .collect();
    let expected = [
        ("f.conv1.weight", "[4, 1, 2, 1]"),
        ("f.conv1.bias", "[4]"),
        ("f.depthwise_conv1.weight", "[4, 1, 1, 1]"),
        ("f.depthwise_conv1.bias", "[4]"),
        ("f.conv_transpose1.weight", "[2, 1, 3, 3]"),
        ("f.conv_transpose1.bias", "[1]"),
        ("f.conv1d1.weight", "[2, 2, 3]"),
    ];
    assert_eq!(shapes, expected.map(|(name, shape)| (name, shape.to_string())));
    let parameters: &[(&str, &[f64])] = &[
        ("f.conv1.weight", &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]),
        ("f.conv1.bias", &[0.5, 0.0, 0.0, 0.0]),
        ("f.depthwise_conv1.weight", &[1.0, -1.0, 2.0, -2.0]),
        ("f.conv_transpose1.bias", &[2.5]),
    ];
    let x = counted(1, 8);
    let results = run(&model, &model.entries[0], &[&[&x]], parameters);
    // Column 0 of the two channels is 1, 3 and 5, 7.
    assert_eq!(results[0].of(0).data, [7.5, 15.0, 67.0, 91.0]);
    assert_eq!(
        results[1].of(0).data[..8],
        [1.0, 2.0, 3.0, 4.0, -1.0, -2.0, -3.0, -4.0]
    );
    assert_eq!(results[2].of(0).data, [2.5; 16]);
    assert_eq!(results[3].of(0).data, [0.0; 4]);
}
