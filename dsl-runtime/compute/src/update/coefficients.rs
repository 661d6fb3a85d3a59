//! The coefficients of one step of each update loop.

/// Gradient descent: the coefficients of one step.
#[derive(Debug, Clone, Copy)]
pub struct SgdStep<T> {
    /// Learning rate.
    pub rate: T,
}

/// Gradient descent with momentum: the coefficients of one step.
#[derive(Debug, Clone, Copy)]
pub struct MomentumStep<T> {
    /// The fraction of the velocity that is kept.
    pub factor: T,
    /// The fraction of the gradient that is added to the velocity.
    pub share: T,
    /// The weight of the velocity in the update.
    pub along: T,
    /// The weight of the gradient itself in the update.
    pub ahead: T,
    /// Learning rate.
    pub rate: T,
}

/// Adam, and AMSGrad: the coefficients of one step.
#[derive(Debug, Clone, Copy)]
pub struct AdamStep<T> {
    /// `β₁` and `1 - β₁`.
    pub first: [T; 2],
    /// `β₂` and `1 - β₂`.
    pub second: [T; 2],
    /// Learning rate over `1 - β₁ᵗ`.
    pub rate: T,
    /// `1 / √(1 - β₂ᵗ)`.
    pub scale: T,
    /// `ε`.
    pub epsilon: T,
}

/// NAdam: the coefficients of one step.
#[derive(Debug, Clone, Copy)]
pub struct NadamStep<T> {
    /// `β₁` and `1 - β₁`.
    pub first: [T; 2],
    /// `β₂` and `1 - β₂`.
    pub second: [T; 2],
    /// The weights of gradient and first moment in the update, learning rate included.
    pub rates: [T; 2],
    /// `1 / √(1 - β₂ᵗ)`.
    pub scale: T,
    /// `ε`.
    pub epsilon: T,
}

/// RMSProp: the coefficients of one step.
#[derive(Debug, Clone, Copy)]
pub struct RmsPropStep<T> {
    /// `α` and `1 - α`.
    pub average: [T; 2],
    /// Learning rate.
    pub rate: T,
    /// `ε`.
    pub epsilon: T,
}

/// Centred RMSProp with momentum: the coefficients of one step.
#[derive(Debug, Clone, Copy)]
pub struct CenteredRmsPropStep<T> {
    /// `α` and `1 - α`.
    pub average: [T; 2],
    /// The fraction of the velocity that is kept.
    pub momentum: T,
    /// Learning rate.
    pub rate: T,
    /// `ε`.
    pub epsilon: T,
}

/// Adagrad: the coefficients of one step.
#[derive(Debug, Clone, Copy)]
pub struct AdagradStep<T> {
    /// Learning rate.
    pub rate: T,
    /// `ε`.
    pub epsilon: T,
}

/// Adadelta: the coefficients of one step.
#[derive(Debug, Clone, Copy)]
pub struct AdadeltaStep<T> {
    /// `ρ` and `1 - ρ`.
    pub average: [T; 2],
    /// Learning rate.
    pub rate: T,
    /// `ε`.
    pub epsilon: T,
}

/// Lion: the coefficients of one step.
#[derive(Debug, Clone, Copy)]
pub struct LionStep<T> {
    /// `β₁` and `1 - β₁`, of the sign.
    pub first: [T; 2],
    /// `β₂` and `1 - β₂`, of the momentum.
    pub second: [T; 2],
    /// Learning rate.
    pub rate: T,
}

/// LAMB: the coefficients of the direction of one step.
#[derive(Debug, Clone, Copy)]
pub struct LambStep<T> {
    /// `β₁` and `1 - β₁`.
    pub first: [T; 2],
    /// `β₂` and `1 - β₂`.
    pub second: [T; 2],
    /// `1 / (1 - β₁ᵗ)`.
    pub correction: T,
    /// `1 / √(1 - β₂ᵗ)`.
    pub scale: T,
    /// `ε`.
    pub epsilon: T,
    /// Weight decay, part of the direction.
    pub decay: T,
}

/// Schedule-free AdamW: the coefficients of one step.
#[derive(Debug, Clone, Copy)]
pub struct ScheduleFreeStep<T> {
    /// `β₂` and `1 - β₂`.
    pub second: [T; 2],
    /// `1 / √(1 - β₂ᵗ)`.
    pub scale: T,
    /// `ε`.
    pub epsilon: T,
    /// Weight decay, part of the direction.
    pub decay: T,
    /// The weight of this step in the average.
    pub share: T,
    /// The length of the step of what is trained, `η (1 - β₁ (1 - share))`.
    pub rate: T,
    /// The length of the step of the sequence behind it, `η`.
    pub base_rate: T,
}

/// What is added to a gradient before the rule sees it.
#[derive(Debug, Clone, Copy)]
pub struct Penalty<T> {
    /// The factor of the gradient.
    pub factor: T,
    /// The weight of `½ ‖w‖²`.
    pub l2: T,
    /// The weight of `‖w‖₁`.
    pub l1: T,
}

/// One coefficient.
#[derive(Debug, Clone, Copy)]
pub struct Scalar<T>(pub T);

/// Momentum as an average that is looked ahead along: the coefficients of one step.
#[derive(Debug, Clone, Copy)]
pub struct LookAhead<T> {
    /// The weight of the new gradient in the average.
    pub weight: T,
    /// The weight of the average in what results.
    pub ahead: T,
}
