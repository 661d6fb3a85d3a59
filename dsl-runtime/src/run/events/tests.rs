use super::*;
use crate::testing::Folder;

/// As `record.py` says, which has TensorBoard write the same events.
#[test]
fn bytes_are_those_of_tensorboard() {
    let at = |step: u64| Duration::from_secs(1_500_000_000 + step);
    let events = [
        version(at(0)),
        session(at(7), 7),
        scalars(at(300), 300, &[("loss/step", 0.25), ("gradient norm", 0.0)]),
        text_of(at(301), 301, "configuration", "| ä | b |"),
        histogram_of(
            at(302),
            302,
            "parameters/bias",
            histogram([0.5; 4].into_iter()).expect("finite values"),
        ),
    ];
    let written: Vec<u8> = events
        .into_iter()
        .flat_map(|event| framed(&event.into_bytes()))
        .collect();
    assert_eq!(written, include_bytes!("recorded.bin"));
}

#[test]
fn sessions_of_one_second_have_files_of_their_own() {
    let folder = Folder::new("sessions");
    for after in [None, Some(3), Some(u64::MAX)] {
        let mut events = Events::create(folder.path(), after).unwrap();
        events.scalars(4, &[("loss", 1.0)]).unwrap();
        events.histogram(4, "nothing", [f64::NAN].into_iter()).unwrap();
    }
    let files = std::fs::read_dir(folder.path()).unwrap();
    let mut lengths: Vec<u64> = files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .collect();
    lengths.sort_unstable();
    // The first has no begin of a session.
    assert!(lengths.len() == 3 && lengths[0] < lengths[1], "{lengths:?}");
}
