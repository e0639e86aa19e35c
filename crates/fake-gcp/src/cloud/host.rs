//! What the cloud tells the machines: metadata, tokens, and that it has heard that one is off.

use super::{
    Cloud,
    compute::{Place, instance},
    token,
};
use crate::machine::{Host, VmName};
use std::collections::BTreeMap;

/// Where a guest asks for its token; fault rules match it as a request.
const TOKEN_PATH: &str = "/computeMetadata/v1/instance/service-accounts/default/token";

impl Host for Cloud {
    fn powered_off(&self, name: &VmName) {
        self.instance_is_off(name);
    }

    fn preempted(&self, name: &VmName) -> bool {
        self.lock().compute.running.get(name).is_some_and(|running| running.preempted)
    }

    fn token(&self, service_account: &str) -> (String, u64) {
        let struck = self.strike("GET", TOKEN_PATH, service_account);
        let mut model = self.lock();
        let seconds = struck.token_expires_in.unwrap_or(model.settings.token_seconds);
        model.tokens += 1;
        let token = token::issue(service_account, model.tokens, seconds);
        // A token that is old already looks new, as after a jump of the clock.
        let announced = if seconds > 0 { seconds } else { model.settings.token_seconds };
        (token, u64::try_from(announced).unwrap_or_default())
    }

    fn metadata(&self, name: &VmName) -> BTreeMap<String, String> {
        let place = Place::zonal(&name.project, &name.zone, "instances");
        let model = self.lock();
        model.compute.get(&place, &name.name).map(instance::attributes).unwrap_or_default()
    }

    fn router(&self) -> axum::Router {
        crate::http::router(self.me())
    }
}
