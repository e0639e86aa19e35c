//! Reads the quotas that VMs of a study count for. What fits into them is decided in the core.

use gen_tf_core::quota::Quota;
use gen_tf_store::google::{Google, GoogleError, Service};
use serde_json::Value;

use super::encoded;

/// The quotas of a region and of its project, which has one for the CPUs of all regions; nothing
/// where there is no such region.
///
/// # Errors
///
/// When Google refuses or can't be reached.
pub fn read(
    google: &Google,
    project: &str,
    region: &str,
) -> Result<Option<Vec<Quota>>, GoogleError> {
    let of_project = format!("projects/{project}");
    let get = |path: &str| google.get(Service::Compute, &encoded(path), &[]);
    let Some(region) = get(&format!("{of_project}/regions/{region}"))? else { return Ok(None) };
    let project = get(&of_project)?.unwrap_or_default();
    let all = [&region, &project].into_iter().flat_map(|json| json["quotas"].as_array());
    Ok(Some(all.flatten().filter_map(quota).collect()))
}

fn quota(json: &Value) -> Option<Quota> {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    Some(Quota {
        metric: json["metric"].as_str()?.to_owned(),
        limit: number(&json["limit"])?,
        usage: number(&json["usage"])?,
    })
}
