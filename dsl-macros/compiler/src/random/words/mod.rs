//! The productions of the generator: one line per word or form, one table per theme and file.

mod attention;
mod combine;
mod derivatives;
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

/// A word or form with the function that applies it; that returns `None` if the existing values do not allow
/// it.
pub struct Production {
    /// The places in which it may occur.
    pub place: Place,
    pub make: fn(&mut Maker) -> Option<()>,
}

/// A production that may occur anywhere.
const fn anywhere(make: fn(&mut Maker) -> Option<()>) -> Production {
    Production {
        place: Place::Rolled,
        make,
    }
}

/// A production that makes parameters.
const fn making(make: fn(&mut Maker) -> Option<()>) -> Production {
    Production {
        place: Place::Unrolled,
        make,
    }
}

/// A production that may not occur in a loop.
const fn outside(make: fn(&mut Maker) -> Option<()>) -> Production {
    Production {
        place: Place::Top,
        make,
    }
}

/// The tables of all themes, common ones more than once.
const TABLES: &[&[Production]] = &[
    attention::TABLE,
    combine::TABLE,
    combine::TABLE,
    derivatives::TABLE,
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

/// Adds a statement of any kind that may occur here.
pub fn statement(maker: &mut Maker) {
    loop {
        let table = maker.chance.of(TABLES);
        let production = &table[maker.chance.below(table.len())];
        if production.place <= maker.place && (production.make)(maker).is_some() {
            return;
        }
    }
}
