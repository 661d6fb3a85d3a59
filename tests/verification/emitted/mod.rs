//! Emitted code against the interpreter: networks that strain scheduling and emission, one idea each.

use crate::agrees::network_case;

mod blocks;
mod columns;
mod deep;
mod edges;
mod elements;
mod images;
mod imports;
mod indices;
mod joined;
mod leaves;
mod loops;
mod names;
mod products;
mod reductions;
mod regularisers;
mod repeated;
mod several;
mod shapes;
mod state;
mod windows;
mod words;
