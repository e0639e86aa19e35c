//! Growth over the tool's time: the same few minutes of every experiment, and how a cell's and a
//! tool's experiments spread at each. It reads metrics; it draws nothing.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ExperimentRow, Measure, draft::Row};
use crate::{
    metrics::Metrics,
    statistics::{Sample, Summary},
};

/// A series has at most so many steps, however long the tool's time is, so that an experiment takes
/// a few kilobytes.
const MOST_STEPS: u32 = 60;

/// The minutes of which growth is told: 0 and every so many, and the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grid(Vec<u32>);

impl Grid {
    /// The grid of a tool's time in seconds.
    pub(super) fn of(duration: f64) -> Self {
        // A time that is no number or endless has no grid but its start.
        let seconds = if duration.is_finite() { duration.clamp(0.0, 31.0 * 86_400.0) } else { 0.0 };
        let last = (seconds / 60.0).ceil() as u32;
        let step = last.div_ceil(MOST_STEPS).max(1);
        let mut minutes: Vec<u32> = (0..last).step_by(step as usize).collect();
        minutes.push(last);
        Self(minutes)
    }

    pub(super) fn minutes(&self) -> &[u32] {
        &self.0
    }

    /// A measure at each minute; absent where the evidence tells it at no minute. After the last
    /// minute of the evidence it stays what it was, as everything here only grows.
    pub(super) fn series(&self, measure: Measure, metrics: &Metrics) -> Option<Vec<Option<f64>>> {
        let of_minute = measure.at_minute()?;
        let told = metrics.minutes.as_ref()?;
        if !told.iter().any(|minute| of_minute(minute).is_some()) {
            return None;
        }
        let at = |&minute: &u32| match minute.checked_sub(1) {
            None => measure.at_start(metrics),
            Some(index) => of_minute(told.get(index as usize).or(told.last())?),
        };
        Some(self.0.iter().map(at).collect())
    }
}

/// How one measure grows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Growth {
    /// The measure.
    pub measure: Measure,
    /// The minutes of the points, from the start of the tool's time; a point tells the end of its
    /// minute, and 0 the state before the first request.
    pub minutes: Vec<u32>,
    /// Each cell that has a series.
    pub cells: Vec<CellGrowth>,
    /// The services over which tools are told: those where every tool with a series has one.
    pub common_services: Vec<String>,
    /// Each tool over the common services; empty where there are none.
    pub tools: Vec<ToolGrowth>,
}

/// The growth of a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CellGrowth {
    /// The service.
    pub service: String,
    /// The tool.
    pub tool: String,
    /// How many experiments have a series.
    pub experiments: usize,
    /// Median and quartiles of these experiments, one a minute; null where not all have a value yet.
    pub points: Vec<Option<Band>>,
}

/// The growth of a tool over services: each service counts once, by the median of its experiments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolGrowth {
    /// The tool.
    pub tool: String,
    /// Median and quartiles of the medians of the common services, one a minute; null where not all
    /// have a value yet.
    pub points: Vec<Option<Band>>,
}

/// The middle half of some values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Band {
    /// A quarter of the way up.
    pub lower_quartile: f64,
    /// Half of the way up.
    pub median: f64,
    /// Three quarters of the way up.
    pub upper_quartile: f64,
}

/// The growth of every measure that has one in some experiment.
pub(super) fn growths(grid: &Grid, rows: &[(&ExperimentRow, &Row)]) -> Vec<Growth> {
    Measure::ALL.into_iter().filter_map(|measure| growth(measure, grid, rows)).collect()
}

fn growth(measure: Measure, grid: &Grid, rows: &[(&ExperimentRow, &Row)]) -> Option<Growth> {
    let mut series: BTreeMap<(&str, &str), Vec<&[Option<f64>]>> = BTreeMap::new();
    for (told, row) in rows.iter().filter(|(told, _)| told.counted) {
        if let Some(points) = row.series.get(&measure) {
            series.entry((&told.service, &told.tool)).or_default().push(points);
        }
    }
    let points = grid.minutes().len();
    let cells: Vec<CellGrowth> = series
        .iter()
        .map(|((service, tool), series)| CellGrowth {
            service: (*service).to_owned(),
            tool: (*tool).to_owned(),
            experiments: series.len(),
            points: (0..points).map(|at| band(series.iter().map(|one| one[at]))).collect(),
        })
        .collect();
    let (common_services, tools) = over_services(&cells, points);
    let minutes = grid.minutes().to_vec();
    (!cells.is_empty()).then_some(Growth { measure, minutes, cells, common_services, tools })
}

fn over_services(cells: &[CellGrowth], points: usize) -> (Vec<String>, Vec<ToolGrowth>) {
    let tools: BTreeSet<&str> = cells.iter().map(|cell| &cell.tool[..]).collect();
    let mut by_service: BTreeMap<&str, Vec<&CellGrowth>> = BTreeMap::new();
    for cell in cells {
        by_service.entry(&cell.service).or_default().push(cell);
    }
    by_service.retain(|_, cells| cells.len() == tools.len());
    let common = by_service.keys().map(|&service| service.to_owned()).collect();
    if by_service.is_empty() {
        return (common, Vec::new());
    }
    let growth = |(index, tool): (usize, &&str)| {
        // The cells of a service are in the order of tools, as all cells are.
        let of_tool = || by_service.values().map(move |cells| cells[index]);
        let at =
            |minute: usize| band(of_tool().map(|cell| cell.points[minute].map(|it| it.median)));
        ToolGrowth { tool: (*tool).to_owned(), points: (0..points).map(at).collect() }
    };
    (common, tools.iter().enumerate().map(growth).collect())
}

/// The middle half, where every value is known.
fn band(values: impl Iterator<Item = Option<f64>>) -> Option<Band> {
    let values: Vec<f64> = values.collect::<Option<_>>()?;
    let Summary { lower_quartile, median, upper_quartile, .. } =
        Summary::of(&Sample::new(&values).ok()?);
    Some(Band { lower_quartile, median, upper_quartile })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_every_minute_of_an_hour_and_no_more_steps_of_a_month() {
        assert_eq!(Grid::of(20.0).minutes(), [0, 1]);
        assert_eq!(Grid::of(150.0).minutes(), [0, 1, 2, 3]);
        assert_eq!(Grid::of(3600.0).minutes().len(), 61);
        let day = Grid::of(86_400.0);
        assert_eq!((day.minutes()[1], day.minutes().len()), (24, 61));
        assert_eq!(Grid::of(61.0 * 60.0).minutes()[..3], [0, 2, 4]);
        assert_eq!(Grid::of(61.0 * 60.0).minutes().last(), Some(&61));
        for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Grid::of(odd).minutes(), [0]);
        }
        assert!(Grid::of(1e300).minutes().len() <= 62);
    }
}
