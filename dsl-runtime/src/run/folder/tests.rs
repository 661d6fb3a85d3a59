use super::*;
use crate::run::configuration;
use crate::run::log::read;
use crate::testing::Folder;

fn problem(result: Result<RunFolder, Error>) -> RunProblem {
    match result {
        Err(Error::Run { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

fn steps(run: &RunFolder) -> Vec<u64> {
    read(run.path()).unwrap().iter().map(|line| line.step).collect()
}

/// The files of events in a folder.
fn sessions(run: &RunFolder) -> usize {
    let entries = fs::read_dir(run.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| name.starts_with("events.out.tfevents."))
        .count()
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new("run-created");
    let path = folder.join("runs/digits");
    let first = RunFolder::create(&path).unwrap();
    first.log(1, &[("loss", 0.5)]).unwrap();
    assert_eq!(problem(RunFolder::create(&path)), RunProblem::Exists);
    let numbers = [2, 3].map(|_| RunFolder::numbered(&path).unwrap());
    let names = numbers
        .each_ref()
        .map(|run| run.path().file_name().unwrap().to_owned());
    assert_eq!(names, ["digits-2", "digits-3"]);
    assert_eq!(steps(&first), [1]);
    // What is no run of ours stays too.
    fs::write(folder.join("file"), "mine").unwrap();
    assert_eq!(
        problem(RunFolder::create(folder.join("file"))),
        RunProblem::Exists
    );
    assert_eq!(problem(RunFolder::create(folder.path())), RunProblem::Exists);
    assert_eq!(problem(RunFolder::open(folder.path())), RunProblem::Absent);
    fs::create_dir(folder.join("empty")).unwrap();
    assert_eq!(RunFolder::create(folder.join("empty")).unwrap().last_step(), None);
}

#[test]
fn a_folder_has_one_writer() {
    let folder = Folder::new("run-locked");
    let path = folder.join("run");
    let run = RunFolder::create(&path).unwrap();
    assert_eq!(problem(RunFolder::open(&path)), RunProblem::InUse);
    drop(run);
    RunFolder::open(&path).unwrap();
}

#[test]
fn what_goes_on_is_added() {
    let folder = Folder::new("run-opened");
    let path = folder.join("run");
    let run = RunFolder::open_or_create(&path).unwrap();
    run.set("batch", 32).unwrap();
    for step in 1..=5 {
        run.log(step, &[("loss", 1.0 / step as f64)]).unwrap();
    }
    drop(run);
    let run = RunFolder::open_or_create(&path).unwrap();
    assert_eq!(
        (run.last_step(), run.get("batch").as_deref()),
        (Some(5), Some("32"))
    );
    assert!(run.get("started").is_some() && run.get("none").is_none());
    run.log(6, &[("loss", 0.0)]).unwrap();
    assert_eq!(steps(&run), [1, 2, 3, 4, 5, 6]);
    // The steps after a save are taken again.
    run.resume_after(4).unwrap();
    assert_eq!(run.last_step(), Some(4));
    run.log(5, &[("loss", 9.0)]).unwrap();
    assert_eq!(steps(&run), [1, 2, 3, 4, 5]);
    assert_eq!(sessions(&run), 3);
}

#[test]
fn a_folder_that_is_gone_is_an_error_that_names_the_file() {
    let folder = Folder::new("run-gone");
    let run = RunFolder::create(folder.join("run")).unwrap();
    fs::remove_dir_all(run.path()).unwrap();
    match run.set("batch", 32) {
        Err(Error::File { path, source, .. }) => {
            assert_eq!(
                (path, source.kind()),
                (run.path().join(configuration::NAME), ErrorKind::NotFound)
            );
        }
        other => panic!("{other:?}"),
    }
    let error = RunFolder::create("/dev/null/run").unwrap_err();
    assert!(matches!(error, Error::File { .. }), "{error}");
}

#[test]
fn several_threads_may_log() {
    let folder = Folder::new("run-threads");
    let run = RunFolder::create(folder.join("run")).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            let run = &run;
            scope.spawn(move || (0..50).for_each(|step| run.log(step, &[("a", thread as f64)]).unwrap()));
        }
    });
    assert_eq!((steps(&run).len(), run.last_step()), (200, Some(49)));
}
