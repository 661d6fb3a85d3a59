//! The division of tiles into clusters.

use super::*;

#[test]
fn clusters_have_every_tile_once() {
    for tiles in 0..50 {
        let shared: Vec<(usize, usize)> = shared_out(tiles).collect();
        assert_eq!(shared.len(), clusters(tiles), "{tiles}");
        assert_eq!(shared.iter().map(|(taken, _)| taken).sum::<usize>(), tiles);
        assert!(shared.iter().all(|(taken, rows)| taken <= rows), "{tiles}");
        // Only the last one has rows of no tile, or one of five tiles would not be cleared.
        let whole = shared.split_last().map_or(&shared[..], |(_, whole)| whole);
        assert!(whole.iter().all(|(taken, rows)| taken == rows), "{tiles}");
    }
}
