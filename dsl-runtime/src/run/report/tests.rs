use super::*;
use crate::data::Dataset;
use crate::metrics::{ConfusionMatrix, Metric};
use crate::testing::{Folder, Points, points};
use crate::train::Trainer;
use crate::{Momentum, Network};

/// What a name may hold, and would do harm if it were no text.
const HOSTILE: &str = "<script>alert('1')</script> & \"quoted\" --> ]]> <img src=x onerror=alert(1)>";

/// A run of everything, in a folder of its own.
fn trained(path: &Path, rate: f64) -> RunFolder {
    let run = RunFolder::create(path).unwrap();
    let data = |count, seed| {
        let (inputs, labels) = points(count, seed);
        Dataset::<f32>::new(inputs, 2, labels, 3).unwrap()
    };
    let (train, test) = (data(640, 1), data(60, 2));
    let mut model = Points::<f32>::new(1);
    run.set("author", HOSTILE).unwrap();
    Trainer::new(6)
        .batch(10)
        .threads(1)
        .progress(false)
        .run(&run)
        .fit(
            &mut model,
            &mut Momentum::new(rate, 0.9),
            &train,
            &test,
            Points::logits,
        )
        .unwrap();
    let mut matrix = ConfusionMatrix::new(3);
    let mut work = Points::workspace().batch(60).threads(1).inference().build();
    let scores = model.logits(&mut work, test.inputs()).unwrap();
    matrix.observe(scores, test.labels()).unwrap();
    run.confusion_matrix(&matrix, &["east", HOSTILE, "south"])
        .unwrap();
    let pixels: Vec<f32> = (0..64).map(|pixel| pixel as f32 / 63.0).collect();
    run.samples(&[
        Sample::image([1, 8, 8], &pixels)
            .unwrap()
            .expected("east")
            .predicted("east"),
        Sample::image([1, 8, 8], &pixels)
            .unwrap()
            .expected("south")
            .predicted(HOSTILE),
        Sample::text(HOSTILE).predicted("east"),
    ])
    .unwrap();
    run.picture("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>")
        .unwrap();
    run.report().unwrap();
    run
}

/// The tags of a page that open and close something, one within the other.
fn assert_well_formed(html: &str) {
    const ALONE: [&str; 7] = ["meta", "img", "!DOCTYPE", "polyline", "polygon", "circle", "rect"];
    let mut open = Vec::new();
    for part in html.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("a tag ends");
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if let Some(closed) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{tag}");
        } else if !tag.ends_with('/') && !ALONE.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_report_shows_all_that_is_there_and_text_stays_text() {
    let folder = Folder::new("report");
    let run = trained(&folder.join("run <1>"), 0.05);
    let html = std::fs::read_to_string(run.path().join("report.html")).unwrap();
    for id in [
        "curves",
        "epochs",
        "confusion",
        "samples",
        "network",
        "configuration",
    ] {
        assert!(html.contains(&format!("<section id=\"{id}\"")), "{id}");
        assert!(html.contains(&format!("href=\"#{id}\"")), "{id}");
    }
    for heading in [
        "Loss",
        "Accuracy",
        "Generalisation gap",
        "Learning rate",
        "Gradient norm",
    ] {
        assert!(html.contains(&format!("<h3>{heading}</h3>")), "{heading}");
    }
    assert!(html.contains("<title>run &lt;1&gt;</title>") && html.contains("logits.dense1.weight"));
    assert!(html.contains("finished after 384 steps") && html.contains("&lt;script&gt;alert(&#39;1&#39;)"));
    // Tags are ours alone; no script, nothing from elsewhere.
    assert_well_formed(&html);
    assert!(!html.contains("<script") && !html.contains("onerror=alert(1)>") && !html.contains("src=\"http"));
    assert!(html.contains("src=\"data:image/svg+xml;base64,") && html.matches("data:image/png").count() == 2);
    let ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .collect();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "an element has a name of its own");
}

#[test]
fn runs_are_compared_by_what_differs() {
    let folder = Folder::new("compared");
    let runs = [("slow", 0.001), ("fast", 0.05)].map(|(name, rate)| trained(&folder.join(name), rate));
    let paths = runs.each_ref().map(|run| run.path().to_owned());
    let report = Report::compare(&paths).unwrap();
    let html = report.html();
    assert_well_formed(html);
    assert!(html.contains("<h1>2 runs compared</h1>") && html.contains("<h3>Loss/test</h3>"));
    let section = |id: &str| {
        let begin = html.find(&format!("<section id=\"{id}\"")).unwrap();
        let section = &html[begin..];
        &section[..section.find("</section>").unwrap()]
    };
    let differences = section("configuration");
    assert!(differences.contains(
        "<th scope=\"row\">learning rate</th><td class=\"text\">0.001</td><td class=\"text\">0.05</td>"
    ));
    assert!(!differences.contains(">batch<") && differences.contains("other entries are the same"));
    let figures = section("figures");
    assert!(figures.contains("<th scope=\"row\">accuracy/test</th>") && figures.contains(">difference<"));
    report.save(folder.join("both.html")).unwrap();
    assert_eq!(std::fs::read_to_string(folder.join("both.html")).unwrap(), html);
}

#[test]
fn a_run_has_its_colour_where_others_lack_the_curve() {
    let folder = Folder::new("colours");
    let runs = ["a", "b"].map(|name| RunFolder::create(folder.join(name)).unwrap());
    runs[0].log(1, &[("loss", 1.0)]).unwrap();
    runs[1].log(1, &[("F1", 0.5)]).unwrap();
    let report = Report::compare(&[runs[0].path(), runs[1].path()]).unwrap();
    let (_, chart) = report.html().split_once("<h3>F1</h3>").unwrap();
    let (chart, _) = chart.split_once("</figure>").unwrap();
    assert!(
        chart.contains("<span class=\"swatch c1\"></span>b <b>0.5</b>") && chart.contains("fill=\"#D55E00\"")
    );
    assert!(!chart.contains("#0072B2"));
}

#[test]
fn what_is_no_run_is_no_report() {
    let folder = Folder::new("no-report");
    let problem = |result: Result<Report, Error>| match result {
        Err(Error::Run { problem, .. }) => problem,
        other => panic!("{other:?}"),
    };
    assert_eq!(problem(Report::of(folder.path())), RunProblem::Absent);
    assert_eq!(problem(Report::compare(&[folder.path()])), RunProblem::Absent);
    assert_eq!(problem(Report::compare(&[""; 0])), RunProblem::NoRun);
    // An empty run has a report.
    let run = RunFolder::create(folder.join("run")).unwrap();
    run.report().unwrap();
    let html = Report::of(run.path()).unwrap();
    assert!(html.html().contains("Nothing has been logged yet"));
    Report::compare(&[run.path(), run.path()]).unwrap();
}

/// For `tests/report.sh`: two runs and their reports in a folder that others look at.
#[test]
fn reports_for_other_readers() {
    let Some(folder) = std::env::var_os("RUNS_FOLDER").map(PathBuf::from) else {
        return;
    };
    let runs = [("slow", 0.001), ("fast", 0.05)].map(|(name, rate)| trained(&folder.join(name), rate));
    let paths = runs.each_ref().map(|run| run.path().to_owned());
    Report::compare(&paths)
        .unwrap()
        .save(folder.join("compared.html"))
        .unwrap();
}
