//! The RPCs of Terraform's plugin protocol: unpacks messages, calls the engine, packs the answer.
//! Decisions are made in `engine`; here is only what the protocol wants.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::diagnostic::Diagnostic;
use super::engine::Engine;
use super::schema::schemas;
use super::session::Session;
use super::value::Value;
use super::wire::{self, tfplugin5 as messages};

/// Answers Terraform.
pub struct Service {
    /// Where the cloud is.
    pub base: String,
}

/// What an RPC returns.
type Reply<T> = Result<Response<T>, Status>;

impl Service {
    fn session<T>(request: &Request<T>) -> Result<Arc<Session>, Status> {
        let session = request.extensions().get::<Arc<Session>>().cloned();
        session.ok_or_else(|| Status::internal("the connection has no session"))
    }
}

fn decode(value: Option<&messages::DynamicValue>) -> Result<Value, Diagnostic> {
    wire::value(value).map_err(Diagnostic::from)
}

fn errors(error: Diagnostic) -> Vec<messages::Diagnostic> {
    wire::diagnostics(vec![error])
}

#[tonic::async_trait]
impl messages::provider_server::Provider for Service {
    async fn get_metadata(
        &self,
        _: Request<messages::get_metadata::Request>,
    ) -> Reply<messages::get_metadata::Response> {
        use messages::get_metadata::{DataSourceMetadata, ResourceMetadata};
        let resource = |name: &String| ResourceMetadata { type_name: name.clone() };
        let data_source = |name: &String| DataSourceMetadata { type_name: name.clone() };
        Ok(Response::new(messages::get_metadata::Response {
            server_capabilities: Some(capabilities()),
            resources: schemas().resources.keys().map(resource).collect(),
            data_sources: schemas().data_sources.keys().map(data_source).collect(),
            ..Default::default()
        }))
    }

    async fn get_schema(
        &self,
        _: Request<messages::get_provider_schema::Request>,
    ) -> Reply<messages::get_provider_schema::Response> {
        let all = |of: &std::collections::BTreeMap<String, super::schema::Schema>| {
            of.iter().map(|(name, schema)| (name.clone(), wire::schema(schema))).collect()
        };
        Ok(Response::new(messages::get_provider_schema::Response {
            provider: Some(wire::schema(&schemas().provider)),
            resource_schemas: all(&schemas().resources),
            data_source_schemas: all(&schemas().data_sources),
            server_capabilities: Some(capabilities()),
            ..Default::default()
        }))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<messages::get_resource_identity_schemas::Request>,
    ) -> Reply<messages::get_resource_identity_schemas::Response> {
        Ok(Response::new(messages::get_resource_identity_schemas::Response::default()))
    }

    async fn get_functions(
        &self,
        _: Request<messages::get_functions::Request>,
    ) -> Reply<messages::get_functions::Response> {
        Ok(Response::new(messages::get_functions::Response::default()))
    }

    async fn call_function(
        &self,
        request: Request<messages::call_function::Request>,
    ) -> Reply<messages::call_function::Response> {
        let text = format!("there is no function {}", request.into_inner().name);
        let error = messages::FunctionError { text, function_argument: None };
        Ok(Response::new(messages::call_function::Response { result: None, error: Some(error) }))
    }

    async fn prepare_provider_config(
        &self,
        request: Request<messages::prepare_provider_config::Request>,
    ) -> Reply<messages::prepare_provider_config::Response> {
        Ok(Response::new(messages::prepare_provider_config::Response {
            prepared_config: request.into_inner().config,
            diagnostics: Vec::new(),
        }))
    }

    async fn validate_resource_type_config(
        &self,
        request: Request<messages::validate_resource_type_config::Request>,
    ) -> Reply<messages::validate_resource_type_config::Response> {
        let request = request.into_inner();
        let found = decode(request.config.as_ref())
            .and_then(|config| Engine::validate(&request.type_name, &config));
        let diagnostics = found.map_or_else(errors, wire::diagnostics);
        Ok(Response::new(messages::validate_resource_type_config::Response { diagnostics }))
    }

    async fn validate_data_source_config(
        &self,
        _: Request<messages::validate_data_source_config::Request>,
    ) -> Reply<messages::validate_data_source_config::Response> {
        Ok(Response::new(messages::validate_data_source_config::Response::default()))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<messages::validate_ephemeral_resource_config::Request>,
    ) -> Reply<messages::validate_ephemeral_resource_config::Response> {
        let diagnostics = errors(no_ephemeral(&request.into_inner().type_name));
        Ok(Response::new(messages::validate_ephemeral_resource_config::Response { diagnostics }))
    }

    async fn configure(
        &self,
        request: Request<messages::configure::Request>,
    ) -> Reply<messages::configure::Response> {
        let session = Self::session(&request)?;
        let request = request.into_inner();
        let configured = decode(request.config.as_ref())
            .and_then(|block| {
                Ok(super::config::Config::new(&self.base, &block, &session.caller().env)?)
            })
            .and_then(|config| Ok(session.configure(config)?));
        let diagnostics = configured.err().map_or_else(Vec::new, errors);
        Ok(Response::new(messages::configure::Response { diagnostics }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<messages::upgrade_resource_state::Request>,
    ) -> Reply<messages::upgrade_resource_state::Response> {
        let request = request.into_inner();
        let raw = request.raw_state.unwrap_or_default();
        let upgraded = Engine::upgrade(&request.type_name, request.version, &raw.json);
        Ok(Response::new(match upgraded {
            Ok(state) => messages::upgrade_resource_state::Response {
                upgraded_state: Some(wire::dynamic(&state)),
                diagnostics: Vec::new(),
            },
            Err(error) => messages::upgrade_resource_state::Response {
                upgraded_state: None,
                diagnostics: errors(error),
            },
        }))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<messages::upgrade_resource_identity::Request>,
    ) -> Reply<messages::upgrade_resource_identity::Response> {
        let text = format!("{} has no identity", request.into_inner().type_name);
        Ok(Response::new(messages::upgrade_resource_identity::Response {
            upgraded_identity: None,
            diagnostics: errors(Diagnostic::error(text, "")),
        }))
    }

    async fn read_resource(
        &self,
        request: Request<messages::read_resource::Request>,
    ) -> Reply<messages::read_resource::Response> {
        let session = Self::session(&request)?;
        let request = request.into_inner();
        let read = async {
            let state = decode(request.current_state.as_ref())?;
            Engine::new(&session, &request.type_name)?.read(&state).await
        };
        let (new_state, diagnostics) = match read.await {
            Ok(state) => (Some(wire::dynamic(&state)), Vec::new()),
            Err(error) => (request.current_state, errors(error)),
        };
        Ok(Response::new(messages::read_resource::Response {
            new_state,
            diagnostics,
            private: request.private,
            ..Default::default()
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<messages::plan_resource_change::Request>,
    ) -> Reply<messages::plan_resource_change::Response> {
        let session = Self::session(&request)?;
        let request = request.into_inner();
        let plan = || {
            let prior = decode(request.prior_state.as_ref())?;
            let config = decode(request.config.as_ref())?;
            Engine::new(&session, &request.type_name)?.plan(&prior, &config)
        };
        let mut reply = messages::plan_resource_change::Response {
            planned_private: request.prior_private.clone(),
            legacy_type_system: true,
            ..Default::default()
        };
        match plan() {
            Ok(plan) => {
                reply.planned_state = Some(wire::dynamic(&plan.state));
                let path = |change: super::plan::Change| wire::path(change.steps);
                reply.requires_replace = plan.replaces.into_iter().map(path).collect();
            }
            Err(error) => reply.diagnostics = errors(error),
        }
        Ok(Response::new(reply))
    }

    async fn apply_resource_change(
        &self,
        request: Request<messages::apply_resource_change::Request>,
    ) -> Reply<messages::apply_resource_change::Response> {
        let session = Self::session(&request)?;
        let request = request.into_inner();
        let applied = async {
            let prior = decode(request.prior_state.as_ref())?;
            let planned = decode(request.planned_state.as_ref())?;
            let config = decode(request.config.as_ref())?;
            let engine = Engine::new(&session, &request.type_name)?;
            Ok::<_, Diagnostic>(engine.apply(prior, planned, &config).await)
        };
        let mut reply = messages::apply_resource_change::Response {
            legacy_type_system: true,
            private: request.planned_private.clone(),
            ..Default::default()
        };
        match applied.await {
            Ok(applied) => {
                reply.new_state = Some(wire::dynamic(&applied.state));
                reply.diagnostics = applied.error.map_or_else(Vec::new, errors);
            }
            Err(error) => {
                reply.new_state = request.prior_state;
                reply.diagnostics = errors(error);
            }
        }
        Ok(Response::new(reply))
    }

    async fn import_resource_state(
        &self,
        request: Request<messages::import_resource_state::Request>,
    ) -> Reply<messages::import_resource_state::Response> {
        use messages::import_resource_state::ImportedResource;
        let session = Self::session(&request)?;
        let request = request.into_inner();
        let imported =
            Engine::new(&session, &request.type_name).and_then(|engine| engine.import(&request.id));
        let mut reply = messages::import_resource_state::Response::default();
        match imported {
            Ok(state) => reply.imported_resources.push(ImportedResource {
                type_name: request.type_name,
                state: Some(wire::dynamic(&state)),
                ..Default::default()
            }),
            Err(error) => reply.diagnostics = errors(error),
        }
        Ok(Response::new(reply))
    }

    async fn move_resource_state(
        &self,
        request: Request<messages::move_resource_state::Request>,
    ) -> Reply<messages::move_resource_state::Response> {
        let request = request.into_inner();
        let (from, to) = (request.source_type_name, request.target_type_name);
        let error = Diagnostic::error(format!("a {from} cannot be moved to a {to}"), "");
        Ok(Response::new(messages::move_resource_state::Response {
            diagnostics: errors(error),
            ..Default::default()
        }))
    }

    async fn read_data_source(
        &self,
        request: Request<messages::read_data_source::Request>,
    ) -> Reply<messages::read_data_source::Response> {
        let session = Self::session(&request)?;
        let request = request.into_inner();
        let read = async {
            let config = decode(request.config.as_ref())?;
            super::data::read(&session, &request.type_name, &config).await
        };
        let mut reply = messages::read_data_source::Response::default();
        match read.await {
            Ok(state) => reply.state = Some(wire::dynamic(&state)),
            Err(error) => reply.diagnostics = errors(error),
        }
        Ok(Response::new(reply))
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<messages::open_ephemeral_resource::Request>,
    ) -> Reply<messages::open_ephemeral_resource::Response> {
        Ok(Response::new(messages::open_ephemeral_resource::Response {
            diagnostics: errors(no_ephemeral(&request.into_inner().type_name)),
            ..Default::default()
        }))
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<messages::renew_ephemeral_resource::Request>,
    ) -> Reply<messages::renew_ephemeral_resource::Response> {
        Ok(Response::new(messages::renew_ephemeral_resource::Response {
            diagnostics: errors(no_ephemeral(&request.into_inner().type_name)),
            ..Default::default()
        }))
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<messages::close_ephemeral_resource::Request>,
    ) -> Reply<messages::close_ephemeral_resource::Response> {
        let diagnostics = errors(no_ephemeral(&request.into_inner().type_name));
        Ok(Response::new(messages::close_ephemeral_resource::Response { diagnostics }))
    }

    async fn stop(
        &self,
        request: Request<messages::stop::Request>,
    ) -> Reply<messages::stop::Response> {
        Self::session(&request)?.stop();
        Ok(Response::new(messages::stop::Response::default()))
    }
}

fn capabilities() -> messages::ServerCapabilities {
    messages::ServerCapabilities { get_provider_schema_optional: true, ..Default::default() }
}

fn no_ephemeral(kind: &str) -> Diagnostic {
    Diagnostic::error(format!("{kind} is no ephemeral resource of this provider"), "")
}
