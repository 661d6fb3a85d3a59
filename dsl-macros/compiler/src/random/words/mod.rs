//! What can be made of the values at hand: one line a word or form, the tables one theme a file.

mod attention;
mod combine;
mod elementwise;
mod images;
mod indices;
mod layers;
mod losses;
mod movement;
mod parameters;
mod pooling;
mod products;
mod recurrent;
mod reduce;
mod sizes;
mod state;

use super::maker::{Maker, Place};

/// A word or form with what applies it; nothing where the values at hand do not allow it.
pub struct Production {
    /// Where it may stand.
    pub place: Place,
    pub make: fn(&mut Maker) -> Option<()>,
}

/// Something that may stand anywhere.
const fn anywhere(make: fn(&mut Maker) -> Option<()>) -> Production {
    Production {
        place: Place::Rolled,
        make,
    }
}

/// Something that makes parameters.
const fn making(make: fn(&mut Maker) -> Option<()>) -> Production {
    Production {
        place: Place::Unrolled,
        make,
    }
}

/// Something that stands in no loop.
const fn outside(make: fn(&mut Maker) -> Option<()>) -> Production {
    Production {
        place: Place::Top,
        make,
    }
}

/// Themes, the common ones more than once.
const TABLES: &[&[Production]] = &[
    attention::TABLE,
    combine::TABLE,
    combine::TABLE,
    elementwise::TABLE,
    elementwise::TABLE,
    elementwise::TABLE,
    images::TABLE,
    indices::TABLE,
    layers::TABLE,
    losses::TABLE,
    movement::TABLE,
    movement::TABLE,
    parameters::TABLE,
    pooling::TABLE,
    products::TABLE,
    recurrent::TABLE,
    reduce::TABLE,
    sizes::TABLE,
    state::TABLE,
];

/// One more statement of any kind that may stand here.
pub fn statement(maker: &mut Maker) {
    loop {
        let table = maker.chance.of(TABLES);
        let production = &table[maker.chance.below(table.len())];
        if production.place <= maker.place && (production.make)(maker).is_some() {
            return;
        }
    }
}
