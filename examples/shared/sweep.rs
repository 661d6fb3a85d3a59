//! Many trainings, as many at once as the machine has cores.

use std::sync::Mutex;
use std::thread;

use dsl_runtime::Error;

/// What `run` makes of each job, in the order of the jobs; the first error, if there is one.
pub fn all<J: Sync, R: Send>(
    jobs: &[J],
    run: impl Fn(&J) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(jobs.len());
    let waiting = Mutex::new(jobs.iter().enumerate());
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().expect("no job panics while it takes one").next();
                    let Some((number, job)) = next else { break };
                    let result = run(job);
                    done.lock()
                        .expect("no job panics while it hands in")
                        .push((number, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no job panics while it hands in");
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}
