//! `index.html`: one file with tables and charts, no script and nothing from outside.
//! Texts are escaped by the template engine; only our own style sheet and charts are markup.

mod views;
mod comparisons;
mod figures;

use gen_tf_core::report::{Measure, Report};
use serde::Serialize;

use self::{
    comparisons::{Compared, Ranked},
    figures::{Figures, Grown},
    views::{Banner, Failed, Spread},
};
use super::RenderError;

const TEMPLATE: &str = include_str!("../../templates/report.html");
const STYLE: &str = include_str!("../../templates/report.css");

/// The measures of which there are charts: what tools are to reach, and what it took.
const CHARTED: [Measure; 7] = [
    Measure::LineCoverage,
    Measure::BranchCoverage,
    Measure::MethodCoverage,
    Measure::UniqueFailures,
    Measure::OperationsSucceeded,
    Measure::OperationsReached,
    Measure::Requests,
];

/// Everything that the template shows.
#[derive(Serialize)]
struct Page<'a> {
    style: &'static str,
    study: &'a str,
    facts: Vec<(&'static str, String)>,
    banner: Banner<'a>,
    findings: Vec<views::Found<'a>>,
    unjudged: Vec<views::NotJudged<'a>>,
    warnings: Vec<views::Warned<'a>>,
    unmeasured: Vec<&'static str>,
    heat: Vec<Figures>,
    ranked: Vec<Ranked<'a>>,
    grown: Vec<Grown<'a>>,
    boxes: Vec<Figures>,
    spreads: Vec<Spread<'a>>,
    compared: Vec<Compared<'a>>,
    timeline: Option<String>,
    failed: Vec<Failed<'a>>,
    methods: Methods,
}

#[derive(Serialize)]
struct Methods {
    significance: f64,
    confidence: String,
    resamples: String,
    seed: u64,
    count_findings: bool,
}

/// Renders the page of a report.
pub(super) fn render(report: &Report) -> Result<String, RenderError> {
    let page = Page {
        style: STYLE,
        study: &report.study.name,
        facts: views::facts(report),
        banner: Banner::of(report),
        findings: views::findings(report),
        unjudged: views::unjudged(report),
        warnings: views::warnings(report),
        unmeasured: views::unmeasured(report),
        heat: figures::heat_maps(report)?,
        ranked: comparisons::ranked(report)?,
        grown: figures::grown(report)?,
        boxes: figures::box_plots(report)?,
        spreads: views::spreads(report),
        compared: comparisons::compared(report),
        timeline: figures::timeline(report)?,
        failed: views::failed(report),
        methods: Methods {
            significance: report.methods.significance,
            confidence: format!("{} %", report.methods.confidence * 100.0),
            resamples: super::numbers::full(f64::from(report.methods.resamples)),
            seed: report.methods.seed,
            count_findings: report.methods.count_findings,
        },
    };
    let mut engine = tera::Tera::default();
    engine.add_raw_template("report.html", TEMPLATE)?;
    Ok(engine.render("report.html", &tera::Context::from_serialize(&page)?)?)
}
