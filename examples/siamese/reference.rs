//! Telling classes apart by one point for each: nearest of the mean codes.

/// The mean of the codes of each class; `codes` holds `width` values for each label. A class without a label stays 0.
pub fn means(codes: &[f32], width: usize, labels: &[u32], classes: usize) -> Vec<f32> {
    let mut means = vec![0.0; classes * width];
    let mut counts = vec![0u32; classes];
    for (code, &label) in codes.chunks_exact(width).zip(labels) {
        let class = label as usize;
        counts[class] += 1;
        for (sum, value) in means[class * width..].iter_mut().zip(code) {
            *sum += value;
        }
    }
    for (mean, &count) in means.chunks_exact_mut(width).zip(&counts) {
        for value in mean {
            *value /= count.max(1) as f32;
        }
    }
    means
}

/// The class whose mean is nearest to a code.
pub fn nearest(means: &[f32], code: &[f32]) -> Option<usize> {
    let distances = means.chunks_exact(code.len()).map(|mean| distance(mean, code));
    let nearest = distances.enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b));
    nearest.map(|(class, _)| class)
}

/// The Euclidean distance of two codes.
pub fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}

/// The share of pairs told rightly by "the same, where the distance is below the threshold".
pub fn rightly_told(distances: &[f32], same: &[f32], threshold: f32) -> f64 {
    let right = distances
        .iter()
        .zip(same)
        .filter(|(distance, same)| (**distance < threshold) == (**same > 0.5));
    right.count() as f64 / same.len().max(1) as f64
}
