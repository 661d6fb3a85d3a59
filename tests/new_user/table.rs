//! A table of one's own: regression with early stopping, the best network kept.

use dsl_runtime::data::{Fill, Normalisation, Table, TableEncoder};
use dsl_runtime::metrics::MeanAbsoluteError;
use dsl_runtime::prelude::*;
use dsl_runtime::train::judge;

// Keras, regression with early stopping, the best network kept:
//     table = pd.read_csv("data/penguins.csv")
//     table["sex"] = table["sex"].fillna(table["sex"].mode()[0])
//     grams = table.pop("body_mass_g")
//     birds = pd.get_dummies(table, dtype=float)
//     train, test, train_grams, test_grams = train_test_split(birds, grams, test_size=0.25, random_state=1)
//     normalisation = keras.layers.Normalization()
//     normalisation.adapt(train)
//     model = keras.Sequential([
//         keras.Input(shape=(11,)),
//         normalisation,
//         keras.layers.Dense(16, activation="relu"),
//         keras.layers.Dense(1),
//         keras.layers.Rescaling(1000.0),
//     ])
//     model.compile(
//         optimizer=keras.optimizers.Adam(1e-2),
//         loss=lambda y, p: 1e-6 * keras.losses.mean_squared_error(y, p),
//         metrics=["mae"],
//     )
//     early = keras.callbacks.EarlyStopping(patience=20, restore_best_weights=True)
//     best = keras.callbacks.ModelCheckpoint("penguins.keras", save_best_only=True)
//     model.fit(
//         train,
//         train_grams,
//         epochs=200,
//         validation_data=(test, test_grams),
//         callbacks=[early, best],
//     )
//     model.evaluate(test, test_grams)
network! {
    /// The mass of a penguin.
    pub struct Penguin;

    pub fn grams(&self, bird: Tensor<11>) -> Tensor<1> {
        1000.0 * bird.dense(16).relu().dense(1)
    }

    pub fn loss(&self, bird: Tensor<11>, grams: Tensor<1>) -> Scalar {
        1e-6 * self.grams(bird).squared_error(grams)
    }
}

fn weigh(path: &str, best: &str) -> Result<f64, Error> {
    let table = Table::read(path)?;
    let encoding = TableEncoder::new()
        .fill("sex", Fill::MostFrequent)
        .target("body_mass_g")
        .fit(&table)?;
    let (mut train, mut test) = encoding.regression::<f32>(&table)?.split(0.25, 1)?;
    let normalisation = Normalisation::standard(train.inputs(), 11, 11)?;
    normalisation.apply(train.inputs_mut(), 11)?;
    normalisation.apply(test.inputs_mut(), 11)?;

    let mut model = Penguin::new(1);
    let mut error = MeanAbsoluteError::new();
    let fit = Trainer::new(200).early_stopping(20).best(best).fit_examples(
        &mut model,
        &mut Adam::new(1e-2),
        &train,
        |learner, batch| learner.step(batch),
        |model, work| judge(model, work, &test, Penguin::grams, &mut error),
    )?;
    // End.
    println!("{fit}");
    let mut work = Penguin::workspace().batch(64).build();
    let judged = judge(&model, &mut work, &test, Penguin::grams, &mut error)?;
    println!("{} of them: {judged}", test.len());
    let mut again = Penguin::new(2);
    checkpoint::load(&mut again, best)?;
    assert_eq!(
        again.parameters()[..],
        model.parameters()[..],
        "the best is what the model is given"
    );
    Ok(error.value().unwrap_or(f64::NAN))
}

#[test]
fn penguins_are_weighed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/penguins.csv");
    let best = crate::scratch("penguins.safetensors");
    let error = weigh(path, best.to_str().expect("it is text")).expect("they are");
    assert!(error < 300.0, "{error} g");
}
