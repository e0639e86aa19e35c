//! The schema is the real provider's, where a file of `terraform providers schema -json` is at hand.

use serde_json::Value;

#[test]
fn the_schema_is_the_real_provider_s() {
    let Ok(path) = std::env::var("GEN_TF_GOOGLE_SCHEMA") else {
        println!("SKIPPED: GEN_TF_GOOGLE_SCHEMA names no schema file of the real provider");
        return;
    };
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let real = json(&std::fs::read_to_string(&path).unwrap());
    let real = real["provider_schemas"].as_object().unwrap().values().next().unwrap().clone();
    let ours = json(include_str!("../../data/schema.json"));
    assert_eq!(ours["provider"], real["provider"]);
    for (kind, of_real) in
        [("resources", "resource_schemas"), ("data_sources", "data_source_schemas")]
    {
        let ours = ours[kind].as_object().unwrap();
        assert!(!ours.is_empty());
        for (name, schema) in ours {
            assert_eq!(*schema, real[of_real][name], "{name}");
        }
    }
}
