//! Silero VAD for 16,000 samples per second, with the names of its published file.

use dsl_runtime::prelude::*;

network! {
    /// Whether someone speaks: a spectrum, four convolutions and an LSTM that goes from window to window.
    pub struct Voice;

    const WINDOW: usize = 576;
    const REFLECTED: usize = 64;
    const WIDTH: usize = 128;

    /// The window with what would follow it if it were reflected at its last sample.
    fn reflected(samples: Tensor<WINDOW>) -> Tensor<1, { WINDOW + REFLECTED }> {
        let mut behind = zeros([REFLECTED]);
        for t in 0..REFLECTED {
            behind[t] = samples.at(WINDOW - 2 - t);
        }
        concat([samples, behind], axis = 0).reshape([1, WINDOW + REFLECTED])
    }

    /// The probability of a voice in a window of 512 samples, before which are the last 64 of the one before; and the state and
    /// cell for the next one.
    #[name = ""]
    pub fn listen(
        &self,
        samples: Tensor<WINDOW>,
        h: Tensor<WIDTH>,
        c: Tensor<WIDTH>,
    ) -> (Tensor<1>, Tensor<WIDTH>, Tensor<WIDTH>) {
        // Cosines, then sines: a Fourier transform whose kernels are weights.
        let spectrum = samples.reflected().conv1d(258, 256, stride = 128, bias = false, name = "stft_conv");
        let [re, im] = spectrum.split(2, axis = 0);
        let x = (re.square() + im.square()).sqrt();
        let x = x.conv1d(128, 3, pad = 1, name = "conv1").relu();
        let x = x.conv1d(64, 3, stride = 2, pad = 1, name = "conv2").relu();
        let x = x.conv1d(64, 3, stride = 2, pad = 1, name = "conv3").relu();
        let x = x.conv1d(128, 3, pad = 1, name = "conv4").relu();
        let cell = lstm_cell(WIDTH, name = "lstm_cell");
        let (h, c) = cell(x.reshape([WIDTH]), h, c);
        let voice = h.relu().reshape([WIDTH, 1]).conv1d(1, 1, name = "final_conv").sigmoid();
        (voice.reshape([1]), h, c)
    }
}

/// The network with the weights in a file of the package, or in one of its TorchScript's tensors.
pub fn load(path: &std::path::Path) -> Result<Voice, Error> {
    let mut model = Voice::new(1);
    // The first file has the names of the declaration; the rules are for the second.
    let mut import = checkpoint::Import::new()
        .strip_prefix("_model.")
        .rename("stft.forward_basis_buffer", "stft_conv.weight")
        .rename("decoder.rnn.*", "lstm_cell.*")
        .rename("decoder.decoder.2.*", "final_conv.*");
    for i in 0..4 {
        import = import.rename(
            &format!("encoder.{i}.reparam_conv.*"),
            &format!("conv{}.*", i + 1),
        );
    }
    import.load(&mut model, path)?;
    Ok(model)
}

/// Samples of a window that are new.
pub const STEP: usize = 512;
/// Samples of the window before that stand in front of them.
pub const CONTEXT: usize = 64;
const WIDTH: usize = 128;

/// The probability of a voice in each window of a recording; silence follows what does not fill the last one.
pub fn probabilities(model: &Voice, recording: &[f32]) -> Result<Vec<f32>, Error> {
    let mut work = Voice::workspace().batch(1).inference().build();
    let (mut h, mut c) = (vec![0.0; WIDTH], vec![0.0; WIDTH]);
    let mut window = vec![0.0; CONTEXT + STEP];
    let mut probabilities = Vec::new();
    for samples in recording.chunks(STEP) {
        window.copy_within(STEP.., 0);
        window[CONTEXT..].fill(0.0);
        window[CONTEXT..][..samples.len()].copy_from_slice(samples);
        let (voice, state, cell) = model.listen(&mut work, &window, &h, &c)?;
        probabilities.push(voice[0]);
        h.copy_from_slice(state);
        c.copy_from_slice(cell);
    }
    Ok(probabilities)
}
