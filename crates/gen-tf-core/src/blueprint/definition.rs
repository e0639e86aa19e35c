//! Definitions and setup keys: which files, settings and sizes a cell's hashes cover.
//! Descriptions, versions of gen-tf and of the guest are left out: they change no result.

use sha2::{Digest, Sha256};

use super::{Ingredients, Target};
use crate::{
    harness::{Service, Tool},
    hash,
    study::{SettingValue, Study},
    tree::File,
};

/// A hash over named fields; lengths are part of it, so that no two lists of fields look alike.
#[derive(Clone)]
struct Fields(Sha256);

impl Fields {
    fn new(kind: &str) -> Self {
        let mut fields = Self(Sha256::new());
        fields.add("kind", kind);
        fields
    }

    fn add(&mut self, name: &str, value: impl AsRef<[u8]>) {
        for part in [name.as_bytes(), value.as_ref()] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    fn add_files<'a>(&mut self, files: impl Iterator<Item = (&'a str, &'a File)>) {
        for (path, file) in files {
            self.add(path, &file.bytes);
            self.add("executable", [u8::from(file.executable)]);
        }
    }

    fn digest(self) -> [u8; 32] {
        self.0.finalize().into()
    }

    /// The first 128 bits: a label of Google Cloud holds 63 characters.
    fn short_hex(self) -> String {
        hash::hex(&self.digest()[..16])
    }
}

/// The parts of which the hashes of all cells are put together.
pub(super) struct Parts<'a> {
    study: &'a Study,
    ingredients: &'a Ingredients<'a>,
    common: Fields,
    setup_common: Fields,
}

impl<'a> Parts<'a> {
    pub(super) fn of(study: &'a Study, target: &Target, ingredients: &'a Ingredients<'a>) -> Self {
        let files = ingredients.harness_files;
        let mut common = Fields::new("gen-tf definition 1");
        common.add("harness", &ingredients.harness.name);
        common.add("request log", &ingredients.harness.request_log);
        common.add("duration", study.duration.to_le_bytes());
        common.add("seed", study.seed.to_le_bytes());
        common.add("target", target.name());
        match target {
            Target::Local(local) => {
                common.add("cpus", local.cpus.to_le_bytes());
                common.add("memory", local.memory.to_le_bytes());
            }
            Target::Gcp(gcp) => {
                // Machines of two regions are not alike, and a small disk is a slow one.
                common.add("region", &gcp.region);
                common.add("machine type", &gcp.machine_type);
                common.add("image", &gcp.image);
                common.add("disk type", &gcp.disk_type);
                common.add("disk size", gcp.disk_gb.to_le_bytes());
            }
        }
        common
            .add_files(files.iter().filter(|(path, _)| is_common(path) && *path != "harness.hcl"));
        let mut setup_common = Fields::new("gen-tf setup 1");
        setup_common.add("harness", &ingredients.harness.name);
        setup_common.add("target", target.name());
        if let Target::Gcp(gcp) = target {
            setup_common.add("image", &gcp.image);
        }
        setup_common.add_files(files.iter().filter(|(path, _)| is_common(path) && is_setup(path)));
        Self { study, ingredients, common, setup_common }
    }

    /// Definition and setup key of a cell.
    pub(super) fn cell(&self, service: &str, tool: &str) -> (String, String) {
        let mut setup = self.setup_common.clone();
        setup.add("tool", tool);
        setup.add("service", service);
        self.add_settings(&mut setup, service, tool);
        self.add_own_files(&mut setup, "setup/tools", tool);
        self.add_own_files(&mut setup, "setup/services", service);
        let setup_key = setup.short_hex();

        let mut definition = self.common.clone();
        definition.add("setup", &setup_key);
        self.add_own_files(&mut definition, "tools", tool);
        self.add_own_files(&mut definition, "services", service);
        if let Some(tool) = self.ingredients.harness.tools.get(tool) {
            add_tool(&mut definition, tool);
        }
        if let Some(service) = self.ingredients.harness.services.get(service) {
            add_service(&mut definition, service);
        }
        for model in self.study.models.iter().filter(|m| m.tools.iter().any(|t| t == tool)) {
            definition.add(&model.name, &model.sha256);
        }
        (definition.short_hex(), setup_key)
    }

    fn add_own_files(&self, fields: &mut Fields, kind: &str, name: &str) {
        let prefix = format!("{kind}/{name}/");
        fields.add_files(self.ingredients.harness_files.below(&prefix));
    }

    fn add_settings(&self, fields: &mut Fields, service: &str, tool: &str) {
        for (name, setting) in &self.ingredients.harness.settings {
            let value = self.study.settings.get(name).or(setting.default.as_ref());
            if let Some(value) = value.filter(|_| setting.matters(service, tool)) {
                fields.add(name, tagged(value));
            }
        }
    }
}

fn tagged(value: &SettingValue) -> String {
    match value {
        SettingValue::Bool(value) => format!("bool {value}"),
        SettingValue::Int(value) => format!("int {value}"),
        SettingValue::String(value) => format!("string {value}"),
    }
}

/// Whether a file of a harness counts for every cell, and not for one tool or service alone.
fn is_common(path: &str) -> bool {
    !["tools/", "services/", "setup/tools/", "setup/services/"].iter().any(|p| path.starts_with(p))
}

fn is_setup(path: &str) -> bool {
    path == "setup.sh" || path == "provision.sh" || path.starts_with("setup/")
}

fn add_tool(fields: &mut Fields, tool: &Tool) {
    fields.add("restart", [u8::from(tool.restart)]);
    fields.add("models", tool.models.join("\n"));
}

fn add_service(fields: &mut Fields, service: &Service) {
    fields.add("internet", [u8::from(service.internet)]);
    fields.add("ready url", &service.ready_url);
}
