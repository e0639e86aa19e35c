//! The figures that LlamaRestTest and RESTgym publish come out as their own scripts compute them, on
//! the same evidence. `tests/metrics/README.md` says where the expected figures come from.

use std::fs;

use crate::{
    data, metrics_of,
    res_csv::{self, SERVICES},
    restgym_evidence,
};

#[test]
fn the_lines_of_res_csv_are_those_of_llamaresttests_collect_py() {
    let expected = fs::read_to_string(data("llamaresttest.expected.csv")).unwrap();
    let expected = res_csv::lines(&expected);
    assert_eq!(expected.len(), SERVICES.len());
    for (service, columns) in SERVICES.into_iter().zip(expected) {
        let metrics = metrics_of(&data("llamaresttest").join(service), service);
        assert_eq!(metrics.problems, [], "{service}");
        let row = serde_json::to_value(metrics.published.llamaresttest.unwrap()).unwrap();
        assert_eq!(res_csv::line(&row), columns, "{service}");
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
