//! The charts of the page, each from its part of the report.

use std::collections::BTreeMap;

use gen_tf_core::report::{CellGrowth, Growth, Measure, Report, ToolGrowth};
use serde::Serialize;

use super::CHARTED;
use crate::report::{
    ChartError,
    charts::{self, Boxes, Curves, Heat, Label, Line, Row, Shown},
};

/// Charts of one measure.
#[derive(Serialize)]
pub(super) struct Figures {
    title: &'static str,
    unit: &'static str,
    svgs: Vec<String>,
}

/// Growth of one measure.
#[derive(Serialize)]
pub(super) struct Grown<'a> {
    title: &'static str,
    unit: &'static str,
    /// Over the common services; absent where there are none, or only one, which is below.
    over_all: Option<String>,
    common: &'a [String],
    /// Services of the study that are not among those.
    others: Vec<&'a str>,
    svgs: Vec<String>,
}

/// Least and greatest value.
fn bounds(measure: Measure) -> (f64, f64) {
    if measure <= Measure::MethodCoverage { (0.0, 100.0) } else { (0.0, f64::INFINITY) }
}

/// The place of each tool among the study's, which gives it its colour everywhere.
fn places(report: &Report) -> BTreeMap<&str, usize> {
    report.study.tools.iter().enumerate().map(|(place, tool)| (&tool[..], place)).collect()
}

fn has_values(report: &Report, measure: Measure) -> bool {
    report.cells.iter().any(|cell| cell.measures[&measure].is_some())
}

/// One heat map a measure.
pub(super) fn heat_maps(report: &Report) -> Result<Vec<Figures>, ChartError> {
    let measures = CHARTED.into_iter().filter(|measure| has_values(report, *measure));
    measures.map(|measure| heat_map(report, measure)).collect()
}

fn heat_map(report: &Report, measure: Measure) -> Result<Figures, ChartError> {
    let cells: BTreeMap<_, _> =
        report.cells.iter().map(|cell| ((&cell.service, &cell.tool), cell)).collect();
    let shown = |service, tool| match cells.get(&(service, tool)) {
        None => Shown::NoCell,
        Some(cell) => cell.measures[&measure].as_ref().map_or(Shown::NoValue, |spread| {
            Shown::Value(spread.median, spread.count == cell.expected)
        }),
    };
    let row = |service| report.study.tools.iter().map(|tool| shown(service, tool)).collect();
    let heat = Heat {
        tools: &report.study.tools,
        services: &report.study.services,
        values: report.study.services.iter().map(row).collect(),
    };
    let title = measure.title();
    let label = Label {
        id: &format!("heat-{}", measure.name()),
        title: &format!("Heat map: {title}"),
        text: "Medians of all cells, a row a service and a column a tool; the numbers are in the \
               section Cells.",
    };
    Ok(Figures { title, unit: measure.unit(), svgs: vec![charts::heat(&label, &heat)?] })
}

/// One chart a service, for each measure.
pub(super) fn box_plots(report: &Report) -> Result<Vec<Figures>, ChartError> {
    let measures = CHARTED.into_iter().filter(|measure| has_values(report, *measure));
    measures.map(|measure| boxes_of(report, measure)).collect()
}

fn boxes_of(report: &Report, measure: Measure) -> Result<Figures, ChartError> {
    let places = places(report);
    let by_service = report.cells.chunk_by(|a, b| a.service == b.service);
    let mut experiments: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
    for row in report.experiments.iter().filter(|row| row.counted) {
        let values = experiments.entry((&row.service, &row.tool)).or_default();
        values.extend(row.measures[&measure]);
    }
    let svgs = by_service.enumerate().map(|(index, cells)| {
        let rows = cells.iter().map(|cell| Row {
            tool: &cell.tool,
            place: places[&cell.tool[..]],
            expected: cell.expected,
            spread: cell.measures[&measure].as_ref(),
            values: experiments.remove(&(&cell.service[..], &cell.tool[..])).unwrap_or_default(),
        });
        let service = &cells[0].service;
        let boxes = Boxes {
            heading: service,
            unit: measure.unit(),
            bounds: bounds(measure),
            rows: rows.collect(),
        };
        let label = Label {
            id: &format!("boxes-{}-{index}", measure.name()),
            title: &format!("Box plot: {} on {service}", measure.title()),
            text: "A row a tool: box from the lower to the upper quartile, line at the median, \
                   whiskers to the smallest and largest value, a dot an experiment; the numbers are \
                   in the section Cells.",
        };
        charts::boxes(&label, &boxes)
    });
    let svgs = svgs.collect::<Result<_, _>>()?;
    Ok(Figures { title: measure.title(), unit: measure.unit(), svgs })
}

/// Growth of each measure that has one.
pub(super) fn grown(report: &Report) -> Result<Vec<Grown<'_>>, ChartError> {
    report.growth.iter().map(|growth| grown_of(report, growth)).collect()
}

fn grown_of<'a>(report: &'a Report, growth: &'a Growth) -> Result<Grown<'a>, ChartError> {
    let places = places(report);
    let measure = growth.measure;
    let draw = |id: &str, heading: &str, what: &str, lines: Vec<Line<'_>>| {
        let curves = Curves {
            heading,
            unit: measure.unit(),
            bounds: bounds(measure),
            minutes: &growth.minutes,
            lines,
        };
        let label = Label {
            id: &format!("growth-{}-{id}", measure.name()),
            title: &format!("Growth of {}: {heading}", measure.title()),
            text: what,
        };
        charts::growth(&label, &curves)
    };
    let over_all = (growth.common_services.len() > 1).then(|| {
        let line = |it: &'a ToolGrowth| Line {
            tool: &it.tool,
            place: places[&it.tool[..]],
            points: &it.points,
        };
        let heading = format!("over {} services", growth.common_services.len());
        let what = "A line a tool: median over services of the cells' medians, by minute, within \
                    the band of the quartiles; the numbers are in report.json.";
        draw("all", &heading, what, growth.tools.iter().map(line).collect())
    });
    let by_service = growth.cells.chunk_by(|a, b| a.service == b.service);
    let svgs = by_service.enumerate().map(|(index, cells)| {
        let line = |it: &'a CellGrowth| Line {
            tool: &it.tool,
            place: places[&it.tool[..]],
            points: &it.points,
        };
        let what = "A line a tool: median over experiments, by minute, within the band of the \
                    quartiles; the numbers are in report.json.";
        draw(&index.to_string(), &cells[0].service, what, cells.iter().map(line).collect())
    });
    let services = report.study.services.iter().map(|service| &service[..]);
    Ok(Grown {
        title: measure.title(),
        unit: measure.unit(),
        over_all: over_all.transpose()?,
        common: &growth.common_services,
        others: services.filter(|it| !growth.common_services.iter().any(|one| one == it)).collect(),
        svgs: svgs.collect::<Result<_, _>>()?,
    })
}

/// When attempts ended.
pub(super) fn timeline(report: &Report) -> Result<Option<String>, ChartError> {
    let lanes = report.timeline.lanes.iter().map(|lane| {
        let how = match (lane.succeeded, lane.cause) {
            (true, _) => "succeeded",
            (false, cause) => cause.map_or("failed without a cause", |cause| cause.name()),
        };
        format!("{how} {}", lane.total)
    });
    let label = Label {
        id: "timeline",
        title: "Timeline of attempts",
        text: &format!("Attempts by how they ended: {}.", lanes.collect::<Vec<_>>().join(", ")),
    };
    charts::attempts(&label, &report.timeline)
}
