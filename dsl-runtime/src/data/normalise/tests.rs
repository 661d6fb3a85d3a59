use super::*;

/// Two examples of two channels of two values.
const VALUES: [f64; 8] = [1.0, 3.0, 10.0, 10.0, 5.0, 7.0, 30.0, 30.0];

#[test]
fn channels_are_normalised_by_themselves_and_back() {
    let standard = Normalisation::standard(&VALUES, 4, 2).unwrap();
    assert_eq!(standard.shifts().collect::<Vec<_>>(), [4.0, 20.0]);
    assert_eq!(standard.scales().collect::<Vec<_>>(), [5f64.sqrt(), 10.0]);
    let range = Normalisation::min_max(&VALUES, 4, 2).unwrap();
    assert_eq!(range.scales().collect::<Vec<_>>(), [6.0, 20.0]);
    for normalisation in [standard, range] {
        let mut values = VALUES;
        normalisation.apply(&mut values, 4).unwrap();
        assert!((values[2], values[6]) == (-1.0, 1.0) || (values[2], values[6]) == (0.0, 1.0));
        normalisation.undo(&mut values, 4).unwrap();
        assert!(
            values
                .iter()
                .zip(VALUES)
                .all(|(one, two)| (one - two).abs() < 1e-12)
        );
    }
    // Each column by itself.
    let columns = Normalisation::standard(&VALUES, 4, 4).unwrap();
    let mut values = VALUES;
    columns.apply(&mut values, 4).unwrap();
    assert_eq!(values, [-1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0]);
}

#[test]
fn equal_values_become_zero() {
    let values = [0.1f32, 5.0, 0.1, 7.0, 0.1, 6.0];
    for normalisation in [
        Normalisation::standard(&values, 2, 2).unwrap(),
        Normalisation::min_max(&values, 2, 2).unwrap(),
    ] {
        let mut normalised = values;
        normalisation.apply(&mut normalised, 2).unwrap();
        assert_eq!([normalised[0], normalised[2], normalised[4]], [0.0; 3]);
        assert_eq!(normalisation.scales().next(), Some(1.0));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let message = |result: Result<Normalisation, Error>| result.unwrap_err().to_string();
    for fit in [Normalisation::standard::<f64>, Normalisation::min_max] {
        assert!(message(fit(&VALUES, 3, 1)).contains("8 values are no whole number of examples of 3"));
        assert!(message(fit(&VALUES, 4, 3)).contains("cannot be cut into 3 channels"));
        assert!(message(fit(&VALUES, 4, 0)).contains("0 channels"));
        assert!(message(fit(&VALUES, 0, 1)).contains("no example"));
        assert!(message(fit(&[], 1, 1)).contains("no example"));
        for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(message(fit(&[0.0, 1.0, wrong, 2.0], 2, 2)).contains("channel 0"));
            assert!(message(fit(&[0.0, 1.0, 1.0, wrong], 2, 2)).contains("channel 1"));
        }
    }
    let of = |mean, std| Normalisation::by(&[Statistics { mean, std }]);
    assert!(of(0.5, 2.0).is_ok() && Normalisation::by(&[]).is_err());
    assert!(of(0.5, 0.0).is_err() && of(0.5, -1.0).is_err() && of(f64::NAN, 1.0).is_err());
    let normalisation = of(0.5, 2.0).unwrap();
    assert!(normalisation.apply(&mut [1.0f32; 5], 2).is_err());
    assert!(normalisation.apply::<f32>(&mut [], 2).is_ok());
}

#[test]
fn texts_come_back_exactly_or_are_refused() {
    let values = [0.1, 1e-300, 1.0 / 3.0, 1e17, -5.0, 7.0, f64::MIN_POSITIVE, 9.0];
    let normalisation = Normalisation::standard(&values, 4, 4).unwrap();
    assert_eq!(normalisation.to_string().parse(), Ok(normalisation));
    let refused = |text: &str| text.parse::<Normalisation>().unwrap_err().to_string();
    assert_eq!(refused(""), "holds no item");
    for wrong in ["0", "0 0", "0 -1", "nan 1", "0 inf", "0 1 2", "x 1", " 0 1"] {
        let text = refused(&format!("0 1\n{wrong}\n"));
        assert_eq!(
            text,
            "line 2 is not a finite shift, a space and a finite scale above 0"
        );
    }
}

#[test]
fn a_network_without_the_buffers_is_refused() {
    use crate::Network as _;

    let mut model = crate::testing::Points::<f32>::new(1);
    let normalisation = Normalisation::standard(&VALUES, 4, 2).unwrap();
    let text = normalisation
        .write_to(&mut model, "shift", "scale")
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("`Points` has no buffer `shift` of 2 values"),
        "{text}"
    );
}
