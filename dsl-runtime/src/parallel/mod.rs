//! Stand-in until the team of workers lands; take the other branch's file.

/// A team of workers.
pub struct Team;

impl Team {
    /// A team of `threads` workers.
    pub fn new(_threads: usize) -> Team {
        Team
    }
}

pub(crate) trait Kernel {
    type Output;
    fn run<const FMA: bool>(self) -> Self::Output;
}

pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<false>()
}
