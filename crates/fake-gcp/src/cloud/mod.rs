//! The model of the cloud: what exists, who may do what, and what time does to it.
//! It speaks no HTTP and boots nothing: [`crate::http`] serves it, [`crate::machine::Machines`] runs its VMs.

pub mod account;
pub mod blob;
pub mod bucket;
pub mod clock;
pub mod compute;
pub mod condition;
pub mod error;
pub mod fault;
pub mod host;
mod keep;
pub mod label;
pub mod merge;
pub mod object;
mod pairs;
pub mod policy;
pub mod project;
pub mod role;
pub mod secret;
pub mod settings;
pub mod token;
pub mod upload;

use crate::machine::Machines;
use account::Account;
use blob::Blobs;
use bucket::Bucket;
use camino::Utf8Path;
use compute::Compute;
use condition::Resource;
use error::{ApiError, Result};
use fault::{Rules, Struck};
pub use keep::Held;
use keep::Keeper;
use project::Project;
use secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use settings::Settings;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
};
use token::Caller;
use upload::Uploads;

/// A cloud.
#[derive(Debug)]
pub struct Cloud {
    model: Mutex<Model>,
    requests: Mutex<Vec<Value>>,
    /// Bytes of objects.
    pub blobs: Blobs,
    /// Tells that an instance's state has changed.
    pub changed: tokio::sync::Notify,
    machines: Machinery,
    keeper: Option<Keeper>,
    base: OnceLock<String>,
    me: Weak<Cloud>,
}

/// Who boots VMs, once it is known.
#[derive(Default)]
struct Machinery(OnceLock<Arc<dyn Machines>>);

impl std::fmt::Debug for Machinery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Machinery({})", if self.0.get().is_some() { "attached" } else { "none" })
    }
}

/// Everything that a request can change, behind one lock.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Model {
    /// What a test may turn.
    pub settings: Settings,
    /// Fault rules.
    pub faults: Rules,
    /// Projects by id.
    pub projects: BTreeMap<String, Project>,
    /// Buckets by name.
    pub buckets: BTreeMap<String, Bucket>,
    /// Secrets by id of the project and of the secret.
    #[serde(with = "pairs")]
    pub secrets: BTreeMap<(String, String), Secret>,
    /// Service accounts by address.
    pub accounts: BTreeMap<String, Account>,
    /// Compute Engine.
    pub compute: Compute,
    /// Uploads that are under way.
    pub uploads: Uploads,
    /// Tokens issued so far.
    pub tokens: u64,
    accounts_made: u64,
}

impl Cloud {
    /// An empty cloud with these projects, whose objects' bytes are kept below `state`.
    pub fn create(state: &Utf8Path, projects: &[String]) -> std::io::Result<Arc<Self>> {
        // One that was kept here has lost its objects with this.
        Keeper::new(state).forget()?;
        let blobs = Blobs::create(state.join("objects"))?;
        Ok(Self::new(Model::default(), blobs, None, projects))
    }

    /// A cloud that is written down below `state` whenever it changes, and goes on with what is there.
    pub fn keep(state: &Utf8Path, projects: &[String]) -> anyhow::Result<Arc<Self>> {
        let mut keeper = Keeper::new(state);
        let (model, blobs) = keeper.load(state.join("objects"))?;
        Ok(Self::new(model, blobs, Some(keeper), projects))
    }

    fn new(
        mut model: Model,
        blobs: Blobs,
        keeper: Option<Keeper>,
        projects: &[String],
    ) -> Arc<Self> {
        for id in projects {
            model.projects.entry(id.clone()).or_insert_with(|| Project::new(id));
        }
        Arc::new_cyclic(|me| Self {
            model: Mutex::new(model),
            requests: Mutex::default(),
            blobs,
            changed: tokio::sync::Notify::new(),
            machines: Machinery::default(),
            keeper,
            base: OnceLock::new(),
            me: me.clone(),
        })
    }

    /// Everything that exists. Held for moments only, never while waiting.
    pub fn lock(&self) -> Held<'_> {
        // A handler that panicked has failed its own request; the others go on.
        Held::new(self, self.model.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Requests since this process began.
    pub fn requests(&self) -> MutexGuard<'_, Vec<Value>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What strikes a request; counts it.
    pub fn strike(&self, method: &str, path: &str, caller: &str) -> Struck {
        let mut model = self.lock();
        // Where nothing strikes, nothing changes, and there is nothing to write down.
        if !model.faults.any(method, path, caller) {
            return Struck::default();
        }
        model.faults.strike(method, path, caller)
    }

    /// Lets `machines` boot what runs from now on; the second one to ask is refused.
    pub fn attach(&self, machines: Arc<dyn Machines>) -> Result<(), Arc<dyn Machines>> {
        self.machines.0.set(machines)
    }

    /// Who boots VMs, if anybody does.
    pub fn machines(&self) -> Option<Arc<dyn Machines>> {
        self.machines.0.get().cloned()
    }

    /// Says under which origin it is served, such as `http://127.0.0.1:8080`; the first one counts.
    pub fn serve_at(&self, base: &str) {
        self.base.get_or_init(|| base.to_owned());
    }

    /// Where it was served when it was last written down, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn was_served_at(&self) -> Option<&str> {
        self.keeper.as_ref()?.base.as_deref()
    }

    /// The origin under which it is served.
    #[must_use]
    pub fn base(&self) -> &str {
        self.base.get().map_or("https://www.googleapis.com", String::as_str)
    }

    /// Itself, for tasks that outlive a request.
    pub(crate) fn me(&self) -> Arc<Self> {
        self.me.upgrade().expect("whoever calls holds a reference")
    }
}

impl Model {
    /// A project by its id or number.
    pub fn project(&self, id: &str) -> Result<&Project> {
        let by_number = || self.projects.values().find(|p| p.number.to_string() == id);
        self.projects.get(id).or_else(by_number).ok_or_else(|| {
            let message =
                format!("Permission denied on resource project {id} (or it may not exist).");
            ApiError::forbidden(message)
        })
    }

    /// A project, to change it.
    pub fn project_mut(&mut self, id: &str) -> Result<&mut Project> {
        let id = self.project(id)?.id.clone();
        Ok(self.projects.get_mut(&id).expect("it was found above"))
    }

    /// A bucket.
    pub fn bucket(&self, name: &str) -> Result<&Bucket> {
        self.buckets.get(name).ok_or_else(no_such_bucket)
    }

    /// A bucket, to change it.
    pub fn bucket_mut(&mut self, name: &str) -> Result<&mut Bucket> {
        self.buckets.get_mut(name).ok_or_else(no_such_bucket)
    }

    /// A secret of a project given by id or number.
    pub fn secret(&self, project: &str, id: &str) -> Result<&Secret> {
        let (key, missing) = self.secret_key(project, id)?;
        self.secrets.get(&key).ok_or(missing)
    }

    /// A secret, to change it.
    pub fn secret_mut(&mut self, project: &str, id: &str) -> Result<&mut Secret> {
        let (key, missing) = self.secret_key(project, id)?;
        self.secrets.get_mut(&key).ok_or(missing)
    }

    fn secret_key(&self, project: &str, id: &str) -> Result<((String, String), ApiError)> {
        let project = self.project(project)?;
        let name = format!("projects/{}/secrets/{id}", project.number);
        let missing = ApiError::not_found(format!("Secret [{name}] not found."));
        Ok(((project.id.clone(), id.to_owned()), missing))
    }

    /// Adds a service account.
    pub fn add_account(&mut self, project: &str, body: &Value) -> Result<&Account> {
        let project = self.project(project)?.id.clone();
        self.accounts_made += 1;
        let unique_id = 100_000_000_000_000_000 + self.accounts_made * 7_919_000_003;
        let account = Account::create(&project, unique_id, body)?;
        if self.accounts.contains_key(&account.email) {
            let id = body["accountId"].as_str().unwrap_or_default();
            let message =
                format!("Service account {id} already exists within project projects/{project}.");
            return Err(ApiError::exists(message));
        }
        Ok(self.accounts.entry(account.email.clone()).or_insert(account))
    }

    /// Removes a service account; policies keep it as a deleted member.
    pub fn delete_account(&mut self, email: &str) -> Option<Account> {
        let account = self.accounts.remove(email)?;
        let member = format!("serviceAccount:{email}");
        let deleted = format!("deleted:{member}?uid={}", account.unique_id);
        let buckets = self.buckets.values_mut().map(|b| &mut b.policy);
        let secrets = self.secrets.values_mut().map(|s| &mut s.policy);
        let projects = self.projects.values_mut().map(|p| &mut p.policy);
        buckets.chain(secrets).chain(projects).for_each(|p| p.rename(&member, &deleted));
        Some(account)
    }

    /// Refuses a policy that names an account of one of the projects that does not exist.
    pub fn check_members(&self, policy: &Value) -> Result<()> {
        let bindings = policy["bindings"].as_array().into_iter().flatten();
        let members = bindings.flat_map(|b| b["members"].as_array().into_iter().flatten());
        for email in members.filter_map(|m| m.as_str()?.strip_prefix("serviceAccount:")) {
            let home = email.split_once('@').map_or("", |(_, domain)| domain);
            let project = home.strip_suffix(".iam.gserviceaccount.com").unwrap_or_default();
            if self.projects.contains_key(project) && !self.accounts.contains_key(email) {
                let message = format!("Service account {email} does not exist.");
                return Err(ApiError::invalid(message));
            }
        }
        Ok(())
    }

    /// Whether a caller may do something to a resource that has a policy within a project.
    #[must_use]
    pub fn allows(
        &self,
        caller: &Caller,
        permission: &str,
        resource: &Resource,
        policies: &[&policy::Policy],
    ) -> bool {
        match caller {
            Caller::Owner => true,
            Caller::Account(email) => {
                let on = self.accounts.get(email).is_none_or(|account| !account.is_disabled());
                let member = format!("serviceAccount:{email}");
                on && policies.iter().any(|policy| policy.allows(&member, permission, resource))
            }
            Caller::Nobody | Caller::Expired(_) => false,
        }
    }

    /// Refuses a caller who has no right to something in a project.
    pub fn require(&self, caller: &Caller, permission: &str, project: &str) -> Result<()> {
        if *caller == Caller::Owner {
            return Ok(());
        }
        let project = self.project(project)?;
        if self.allows(caller, permission, &project.resource(), &[&project.policy]) {
            return Ok(());
        }
        let id = &project.id;
        Err(ApiError::forbidden(format!(
            "Required '{permission}' permission for 'projects/{id}' (caller {}).",
            caller.name()
        )))
    }
}

fn no_such_bucket() -> ApiError {
    ApiError::not_found("The specified bucket does not exist.")
}
