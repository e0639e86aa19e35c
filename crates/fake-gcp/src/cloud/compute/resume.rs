//! What becomes of instances and operations when the process of a cloud that is kept was killed:
//! to the instances it is a failure of their hosts, and operations that were under way end.

use super::{Place, Scope, instance};
use crate::{
    cloud::{Cloud, Model, fault::Struck},
    machine::VmName,
};

impl Cloud {
    /// Brings everything that the killed process left under way to an end, and starts what restarts by itself.
    pub async fn resume(&self) {
        let again = self.lock().resume();
        for vm in again {
            let operation = self.lock().restart(&vm);
            self.start(vm, operation, &Struck::default()).await;
        }
    }
}

impl Model {
    /// Returns the instances that are to start again.
    fn resume(&mut self) -> Vec<VmName> {
        for operation in self.compute.under_way() {
            if let Some((place, name)) = operation.deletes() {
                match vm_name(&place, &name) {
                    Some(vm) => self.take_instance(&vm),
                    None => self.compute.remove(&place, &name).is_ok(),
                };
            }
            self.compute.end(&operation.name, None);
        }
        let on: Vec<VmName> = self.instances_that_are_on();
        on.into_iter().filter(|vm| self.host_failed(vm)).collect()
    }

    fn instances_that_are_on(&self) -> Vec<VmName> {
        let all = self.compute.all().filter(|(place, _)| place.kind == "instances");
        let all = all.flat_map(|(place, found)| found.iter().map(move |named| (place, named)));
        let on = all.filter(|(_, (_, instance))| instance["status"] != "TERMINATED");
        on.filter_map(|(place, (name, _))| vm_name(place, name)).collect()
    }

    /// Returns whether the instance is to start again.
    fn host_failed(&mut self, vm: &VmName) -> bool {
        let place = Place::zonal(&vm.project, &vm.zone, "instances");
        let Ok(instance) = self.compute.get(&place, &vm.name) else { return false };
        let ending = instance["status"] == "STOPPING";
        let restarts = instance["scheduling"]["automaticRestart"] == true;
        if self.switched_off(vm) {
            self.take_instance(vm);
            return false;
        }
        if !ending {
            let operation =
                self.compute.begin("compute.instances.hostError", &place, &vm.name, "system");
            self.compute.end(&operation, None);
        }
        restarts && !ending
    }

    fn restart(&mut self, vm: &VmName) -> String {
        let place = Place::zonal(&vm.project, &vm.zone, "instances");
        if let Ok(instance) = self.instance_mut(vm) {
            instance::set_status(instance, "STAGING");
        }
        self.compute.begin("compute.instances.automaticRestart", &place, &vm.name, "system")
    }
}

fn vm_name(place: &Place, name: &str) -> Option<VmName> {
    match &place.scope {
        Scope::Zone(zone) if place.kind == "instances" => Some(VmName {
            project: place.project.clone(),
            zone: zone.clone(),
            name: name.to_owned(),
        }),
        _ => None,
    }
}
