//! The matrix: which cells a study has. Names and hashes of cells are the blueprint's.

use crate::study::Study;

/// The cells of a study, as (service, tool), in the order of the file.
pub fn cells(study: &Study) -> impl Iterator<Item = (&str, &str)> {
    let pairs = study
        .services
        .iter()
        .flat_map(|service| study.tools.iter().map(move |tool| (service.as_str(), tool.as_str())));
    pairs.filter(|(service, tool)| !is_excluded(study, service, tool))
}

fn is_excluded(study: &Study, service: &str, tool: &str) -> bool {
    let matches = |wanted: &Option<String>, name| wanted.as_deref().is_none_or(|w| w == name);
    study.excludes.iter().any(|e| matches(&e.service, service) && matches(&e.tool, tool))
}
