//! The figures that LlamaRestTest and RESTgym publish come out as their own scripts compute them, on
//! the same evidence. `tests/metrics/README.md` says where the expected figures come from.

use std::fs;

use crate::{data, metrics_of, restgym_evidence};

#[test]
fn the_lines_of_res_csv_are_those_of_llamaresttests_collect_py() {
    let expected = fs::read_to_string(data("llamaresttest.expected.csv")).unwrap();
    let services = [
        "fdic",
        "genome-nexus",
        "language-tool",
        "ocvn",
        "ohsome",
        "omdb",
        "rest-countries",
        "spotify",
        "youtube",
    ];
    assert_eq!(expected.lines().count(), services.len());
    for (service, line) in services.into_iter().zip(expected.lines()) {
        let columns: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let metrics = metrics_of(&data("llamaresttest").join(service), service);
        assert_eq!(metrics.problems, [], "{service}");
        let row = serde_json::to_value(metrics.published.llamaresttest.unwrap()).unwrap();
        let found: Vec<f64> = [
            "requests",
            "success",
            "client_error",
            "unique_500",
            "executed_operations",
            "seconds_to_success",
            "requests_to_success",
            "branch",
            "line",
            "method",
        ]
        .into_iter()
        .filter_map(|name| row[name].as_f64())
        .collect();
        assert_eq!(found, columns, "{service}");
    }
}

#[test]
fn summary_json_is_that_of_restgyms_process_results_py() {
    let expected = fs::read(data("restgym.expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let apis = expected.as_object().unwrap();
    assert_eq!(apis.len(), 11);
    for (api, summary) in apis {
        let folder = restgym_evidence(api);
        let metrics = metrics_of(folder.path(), api);
        assert_eq!(metrics.problems, [], "{api}");
        let found = serde_json::to_value(metrics.published.restgym.unwrap()).unwrap();
        assert_eq!(&found, summary, "{api}");
        assert_eq!(metrics.coverage.unwrap().samples, Some(3));
    }
}
