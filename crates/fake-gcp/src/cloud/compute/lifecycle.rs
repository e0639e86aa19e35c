//! What instances go through: operations over time, power on and off, preemption, the end of their time.
//! It alone calls [`Machines`](crate::machine::Machines); descriptions are [`super::instance`]'s.

use super::{Place, Running, Scope, instance};
use crate::{
    cloud::{
        Cloud, Model, clock,
        error::{ApiError, Result},
        fault::{OperationError, Struck},
    },
    machine::{Vm, VmName},
};
use serde_json::Value;
use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

/// What an operation does besides taking time.
pub type Work = Pin<Box<dyn Future<Output = Result<(), OperationError>> + Send>>;
/// What happens when it fails.
pub type Undo = Box<dyn FnOnce(&Cloud) + Send>;

/// As long as an answer waits for an operation that should be instant.
const INSTANT: Duration = Duration::from_millis(500);

impl Cloud {
    /// Carries an operation out, after the delay that is set, and returns it as it then is.
    /// It goes on when nobody waits for the answer.
    pub async fn operate(&self, name: String, faults: &Struck, work: Work, undo: Undo) -> Value {
        let cloud = self.me();
        let set = Duration::from_millis(self.lock().settings.operation_delay_ms);
        let delay = faults.operation_delay.unwrap_or(set);
        let injected = faults.operation_error.clone();
        let operation = name.clone();
        let run = tokio::spawn(async move {
            clock::wait(delay / 4).await;
            cloud.lock().compute.start(&operation);
            clock::wait(delay - delay / 4).await;
            let result = match injected {
                Some(error) => Err(error),
                None => work.await,
            };
            if result.is_err() {
                undo(&cloud);
            }
            cloud.lock().compute.end(&operation, result.err());
            cloud.changed.notify_waiters();
        });
        if delay.is_zero()
            && let Ok(Err(panic)) = tokio::time::timeout(INSTANT, run).await
        {
            eprintln!("fake-gcp: operation {name} failed: {panic}");
        }
        let model = self.lock();
        let operation = model.compute.operations.get(&name);
        operation.map(|operation| operation.to_json(self.base())).unwrap_or_default()
    }

    /// Lets an instance that was inserted run.
    pub async fn launch(&self, vm: VmName, operation: String, faults: &Struck) -> Value {
        let mut faults = faults.clone();
        if faults.operation_error.is_none() {
            faults.operation_error = self.refuse_beyond_quota(&vm);
        }
        let (cloud, started) = (self.me(), vm.clone());
        let runs_script = !faults.no_startup;
        let work = Box::pin(async move { cloud.power_on(started, runs_script).await });
        let undo = Box::new(move |cloud: &Cloud| cloud.remove_instance(&vm));
        self.operate(operation, &faults, work, undo).await
    }

    /// The error of an instance that is beyond a quota. It goes at once, so that of several that come
    /// together those that fit may stay.
    fn refuse_beyond_quota(&self, vm: &VmName) -> Option<OperationError> {
        let mut model = self.lock();
        let region = super::catalogue::region_of(&vm.zone).unwrap_or_default();
        let error = model.compute.exceeded(&vm.project, region, &model.settings.quotas)?;
        model.take_instance(vm);
        Some(error)
    }

    /// Starts an instance that is off.
    pub async fn start(&self, vm: VmName, operation: String, faults: &Struck) -> Value {
        let cloud = self.me();
        let work = Box::pin(async move { cloud.power_on(vm, true).await });
        self.operate(operation, faults, work, Box::new(|_| {})).await
    }

    /// Stops an instance.
    pub async fn stop(&self, vm: VmName, operation: String, faults: &Struck) -> Value {
        let cloud = self.me();
        let grace = self.stop_grace();
        let work = Box::pin(async move { cloud.power_off(&vm, grace).await });
        self.operate(operation, faults, work, Box::new(|_| {})).await
    }

    /// Resets an instance.
    pub async fn reset(&self, vm: VmName, operation: String, faults: &Struck) -> Value {
        let cloud = self.me();
        let work = Box::pin(async move {
            if let Some(machines) = cloud.machines() {
                machines.reboot(&vm);
            }
            Ok(())
        });
        self.operate(operation, faults, work, Box::new(|_| {})).await
    }

    /// Deletes an instance, after its guest has had time to end.
    pub async fn delete(&self, vm: VmName, operation: String, faults: &Struck) -> Value {
        let cloud = self.me();
        let grace = self.stop_grace();
        let work = Box::pin(async move {
            cloud.power_off(&vm, grace).await?;
            let removed = tokio::task::spawn_blocking(move || cloud.remove_instance(&vm)).await;
            removed.map_err(|e| internal(e.to_string()))
        });
        self.operate(operation, faults, work, Box::new(|_| {})).await
    }

    /// Takes an instance away as the cloud does with Spot instances: its guest has half a minute.
    pub fn preempt(&self, vm: &VmName) -> Result<()> {
        let grace = {
            let mut model = self.lock();
            model.start_end(vm, "compute.instances.preempted")?;
            if let Some(running) = model.compute.running.get_mut(vm) {
                running.preempted = true;
            }
            Duration::from_millis(model.settings.preempt_grace_ms)
        };
        self.changed.notify_waiters();
        self.end_within(vm.clone(), grace, true);
        Ok(())
    }

    /// Ends an instance whose time is over.
    pub fn expire(&self, vm: &VmName) -> Result<()> {
        self.lock().start_end(vm, "compute.instances.terminateOnMaxRunDuration")?;
        self.end_within(vm.clone(), self.stop_grace(), false);
        Ok(())
    }

    /// The guest is off.
    pub fn instance_is_off(&self, vm: &VmName) {
        let gone = self.lock().switched_off(vm);
        if gone {
            // Whoever reports this may hold what the machines need to delete it.
            let (cloud, vm) = (self.me(), vm.clone());
            std::thread::spawn(move || cloud.remove_instance(&vm));
        }
        self.changed.notify_waiters();
    }

    /// Without machines nobody switches a preempted VM off, so its time passes whole.
    fn end_within(&self, vm: VmName, grace: Duration, waits: bool) {
        let cloud = self.me();
        tokio::spawn(async move {
            if waits && cloud.machines().is_none() {
                tokio::time::sleep(grace).await;
            }
            if let Err(error) = cloud.power_off(&vm, grace).await {
                eprintln!("fake-gcp: {} could not be ended: {}", vm.name, error.message);
            }
        });
    }

    fn stop_grace(&self) -> Duration {
        Duration::from_millis(self.lock().settings.stop_grace_ms)
    }

    async fn power_on(
        self: Arc<Self>,
        name: VmName,
        runs_script: bool,
    ) -> Result<(), OperationError> {
        let mut vm = self.lock().vm(&name).map_err(gone)?;
        if !runs_script {
            vm.metadata.remove("startup-script");
        }
        if let Some(machines) = self.machines() {
            let boot = tokio::task::spawn_blocking(move || machines.boot(vm)).await;
            let failed = match boot {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(format!("{error:#}")),
                Err(panic) => Some(panic.to_string()),
            };
            if let Some(problem) = failed {
                eprintln!("fake-gcp: {} does not boot: {problem}", name.name);
                self.lock().switched_off(&name);
                return Err(OperationError { code: "INTERNAL_ERROR".into(), message: problem });
            }
        }
        let (boot, limit) = self.lock().switched_on(&name).map_err(gone)?;
        self.changed.notify_waiters();
        if let Some(limit) = limit {
            let cloud = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(limit)).await;
                cloud.time_is_over(&name, boot);
            });
        }
        Ok(())
    }

    /// A later start has a timer of its own.
    fn time_is_over(&self, name: &VmName, boot: u64) {
        let on = {
            let model = self.lock();
            let same = model.compute.running.get(name).is_some_and(|r| r.boot == boot);
            same && model.instance(name).is_ok_and(|i| i["status"] == "RUNNING")
        };
        if on && let Err(error) = self.expire(name) {
            eprintln!("fake-gcp: {} is past its time: {error}", name.name);
        }
    }

    async fn power_off(&self, vm: &VmName, grace: Duration) -> Result<(), OperationError> {
        // What is being started can't be told to end before it has begun.
        self.wait_until(vm, |status| !["PROVISIONING", "STAGING"].contains(&status)).await;
        {
            let mut model = self.lock();
            let Ok(instance) = model.instance_mut(vm) else { return Ok(()) };
            if instance["status"] == "TERMINATED" {
                return Ok(());
            }
            instance::set_status(instance, "STOPPING");
        }
        match self.machines() {
            None => self.instance_is_off(vm),
            Some(machines) => {
                let name = vm.clone();
                let told = tokio::task::spawn_blocking(move || machines.stop(&name, grace)).await;
                told.map_err(|e| internal(e.to_string()))?;
            }
        }
        let off = self.wait_until(vm, |status| status == "TERMINATED");
        let late = || internal(format!("{} does not end", vm.name));
        tokio::time::timeout(grace + Duration::from_secs(60), off).await.map_err(|_| late())
    }

    /// Waits for a state, or until the instance is gone.
    async fn wait_until(&self, vm: &VmName, reached: impl Fn(&str) -> bool) {
        loop {
            let changed = self.changed.notified();
            let done = match self.lock().instance(vm) {
                Ok(instance) => reached(instance["status"].as_str().unwrap_or_default()),
                Err(_) => true,
            };
            if done {
                return;
            }
            changed.await;
        }
    }

    /// Takes an instance, its machine, and the disks that go with it, out of the cloud.
    fn remove_instance(&self, vm: &VmName) {
        let removed = self.lock().take_instance(vm);
        if let (true, Some(machines)) = (removed, self.machines()) {
            machines.delete(vm);
        }
        self.changed.notify_waiters();
    }
}

impl Model {
    fn instance(&self, vm: &VmName) -> Result<&Value> {
        let place = Place::zonal(&vm.project, &vm.zone, "instances");
        self.compute.get(&place, &vm.name)
    }

    pub(super) fn instance_mut(&mut self, vm: &VmName) -> Result<&mut Value> {
        let place = Place::zonal(&vm.project, &vm.zone, "instances");
        self.compute.get_mut(&place, &vm.name)
    }

    fn vm(&self, name: &VmName) -> Result<Vm> {
        let instance = self.instance(name)?;
        let (image, disk_gb) = instance::boot_disk(&self.compute, instance);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Ok(Vm {
            name: name.clone(),
            id: text(&instance["id"]).and_then(|id| id.parse().ok()).unwrap_or_default(),
            service_account: text(&instance["serviceAccounts"][0]["email"]),
            metadata: instance::attributes(instance),
            disk_gb,
            machine_type: text(&instance["machineType"])
                .map(|t| super::short(&t).to_owned())
                .unwrap_or_default(),
            image,
        })
    }

    /// Returns which start this is, and for how many seconds the instance may run.
    fn switched_on(&mut self, vm: &VmName) -> Result<(u64, Option<u64>)> {
        let instance = self.instance_mut(vm)?;
        // A guest that ended at once is off already.
        if instance["status"] != "STOPPING" && instance["status"] != "TERMINATED" {
            instance::set_status(instance, "RUNNING");
        }
        let limit = instance::max_run_seconds(&instance["scheduling"]);
        let running = self.compute.running.entry(vm.clone()).or_default();
        *running = Running { boot: running.boot + 1, ..Running::default() };
        Ok((running.boot, limit))
    }

    /// Returns whether the instance is to be deleted now.
    pub(super) fn switched_off(&mut self, vm: &VmName) -> bool {
        if let Ok(instance) = self.instance_mut(vm) {
            instance::set_status(instance, "TERMINATED");
        }
        self.compute.running.get(vm).is_some_and(|running| running.delete_when_off)
    }

    /// Notes why an instance is ended by the cloud; what then becomes of it is in its scheduling.
    fn start_end(&mut self, vm: &VmName, why: &str) -> Result<()> {
        let instance = self.instance_mut(vm)?;
        if instance["status"] != "RUNNING" {
            let message = format!("The instance is {}, not RUNNING.", instance["status"]);
            return Err(ApiError::failed_precondition(message));
        }
        let delete = instance["scheduling"]["instanceTerminationAction"] == "DELETE";
        self.compute.running.entry(vm.clone()).or_default().delete_when_off = delete;
        let place = Place::zonal(&vm.project, &vm.zone, "instances");
        let operation = self.compute.begin(why, &place, &vm.name, "system");
        self.compute.end(&operation, None);
        Ok(())
    }

    pub(super) fn take_instance(&mut self, vm: &VmName) -> bool {
        let place = Place::zonal(&vm.project, &vm.zone, "instances");
        self.compute.running.remove(vm);
        let Ok(instance) = self.compute.remove(&place, &vm.name) else { return false };
        for (disks, name) in instance::auto_deleted_disks(&instance) {
            // A disk that somebody has deleted already is as gone as it should be.
            self.compute.remove(&disks, &name).ok();
        }
        let user = place.link(&vm.name);
        let disks = Place { kind: "disks".into(), ..place };
        self.compute.detach(&disks, &user);
        true
    }

    /// The instance that a control request means: of any project.
    #[must_use]
    pub fn find_instance(&self, zone: &str, name: &str) -> Option<VmName> {
        let scope = Scope::Zone(zone.to_owned());
        let mut all = self.compute.all();
        let (place, _) = all.find(|(place, resources)| {
            place.kind == "instances" && place.scope == scope && resources.contains_key(name)
        })?;
        let project = place.project.clone();
        Some(VmName { project, zone: zone.to_owned(), name: name.to_owned() })
    }
}

fn gone(error: ApiError) -> OperationError {
    OperationError { code: "RESOURCE_NOT_FOUND".into(), message: error.message }
}

fn internal(message: String) -> OperationError {
    OperationError { code: "INTERNAL_ERROR".into(), message }
}
