//! The command line: names, arguments and their help. It runs nothing.

#![expect(missing_docs, reason = "a field's help text is its documentation; groups have none")]

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};
use gen_tf_core::{id::ExperimentId, outcome::Cause, pattern::Pattern};

/// Runs studies that compare REST-API testing tools: one machine an experiment.
#[derive(Debug, Parser)]
#[command(
    name = "gen-tf",
    version,
    about,
    long_about = "Runs studies that compare REST-API testing tools: one machine an experiment.\n\n\
        A study lists tools × services × runs. gen-tf renders a Terraform workspace for it, drives \
        Terraform or OpenTofu, and follows the experiments; gen-tf-sync brings their results home.",
    after_help = "\
Exit codes:
  0    done
  1    error or wrong usage
  2    differences found (render --check), or something is left behind (gc)
  3    invalid study
  4    Terraform failed
  5    study incomplete, or an experiment failed
  130  interrupted"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands, in the order in which a newcomer meets them.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented study.hcl to start from
    Init(InitArgs),
    /// Check the study and show every mistake at once; needs no network
    Validate(ValidateArgs),
    /// Write the workspace
    Render(RenderArgs),
    /// Show what apply would do: experiments, time, then Terraform's changes
    Plan(PlanArgs),
    /// Take the next step: start what is pending, remove what has ended
    Apply(ApplyArgs),
    /// Show where each experiment stands
    Status(StatusArgs),
    /// Print the log of an experiment's latest attempt
    Logs(LogsArgs),
    /// Ask for another attempt of failed experiments; the next apply starts it
    Retry(RetryArgs),
    /// End experiments now; their outcome is failed, cause `cancelled`
    Cancel(CancelArgs),
    /// Run `terraform destroy` after saying what still runs; results stay in the store
    Destroy(DestroyArgs),
    /// List what was left behind: machines and the like that are in no state, or expired; can remove it
    Gc(GcArgs),
    /// Say what this machine can and cannot do, each with its remedy
    Doctor(DoctorArgs),
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Which study, where.
#[derive(Clone, Debug, Args)]
pub struct StudyArgs {
    /// The study
    #[arg(value_name = "STUDY", default_value = "study.hcl")]
    pub study: Utf8PathBuf,
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Which study, for the commands whose arguments are experiments.
#[derive(Clone, Debug, Args)]
pub struct NamedStudyArgs {
    /// The study
    #[arg(long, value_name = "STUDY", default_value = "study.hcl")]
    pub study: Utf8PathBuf,
    #[command(flatten)]
    pub place: PlaceArgs,
}

impl From<NamedStudyArgs> for StudyArgs {
    fn from(args: NamedStudyArgs) -> Self {
        Self { study: args.study, place: args.place }
    }
}

/// Target, workspace and rehearsal: the same for every command that reads a study.
#[derive(Clone, Debug, Args)]
pub struct PlaceArgs {
    /// Where experiments run; needed only when the study declares both targets
    #[arg(long, value_enum)]
    pub target: Option<TargetName>,
    /// Folder of the workspace [default: workspace-<target>/ beside the study]
    #[arg(long, value_name = "DIR")]
    pub workspace: Option<Utf8PathBuf>,
    /// Rehearse the study on the local target, with a workspace, store and results of its own
    #[arg(long)]
    pub rehearse: bool,
    /// Duration in a rehearsal
    #[arg(long, requires = "rehearse", value_name = "DURATION", default_value = "60s", value_parser = duration)]
    pub duration: u64,
    /// Runs of each cell in a rehearsal
    #[arg(long, requires = "rehearse", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub runs: u32,
}

fn cause(text: &str) -> Result<Cause, String> {
    let found = Cause::ALL.into_iter().find(|cause| cause.name() == text);
    found.ok_or_else(|| {
        let names: Vec<&str> = Cause::ALL.iter().map(|cause| cause.name()).collect();
        format!("the causes are {}", names.join(", "))
    })
}

fn duration(text: &str) -> Result<u64, String> {
    gen_tf_core::units::parse_duration(text).map_err(|error| error.to_string())
}

/// The program that drives the workspace.
#[derive(Clone, Debug, Args)]
pub struct TerraformArgs {
    /// Terraform or OpenTofu, 1.11 or newer [default: the first of terraform, tofu on PATH]
    #[arg(long, env = "GEN_TF_TERRAFORM", value_name = "PATH")]
    pub terraform: Option<Utf8PathBuf>,
}

/// A target by its name in a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TargetName {
    /// VMs on Google Cloud
    Gcp,
    /// Sandboxes on this machine
    Local,
}

#[derive(Debug, Args)]
pub struct InitArgs {
    /// Folder for the study; it is made if it does not exist
    #[arg(default_value = ".")]
    pub dir: Utf8PathBuf,
}

#[derive(Debug, Args)]
pub struct ValidateArgs {
    #[command(flatten)]
    pub study: StudyArgs,
    /// Print a summary as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct RenderArgs {
    #[command(flatten)]
    pub study: StudyArgs,
    /// Write nothing; show what would change and exit with 2 if anything would
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub study: StudyArgs,
    #[command(flatten)]
    pub terraform: TerraformArgs,
    #[command(flatten)]
    pub only: OnlyArgs,
    #[command(flatten)]
    pub changed: ChangedArgs,
    /// Print Markdown, for a comment on a pull request
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Which experiments are started.
#[derive(Clone, Debug, Default, Args)]
pub struct OnlyArgs {
    /// Start only experiments that match, such as 'httpbin/*/1'; may be given again
    #[arg(long, value_name = "PATTERN")]
    pub only: Vec<Pattern>,
}

/// What becomes of results whose experiment is defined otherwise now.
#[derive(Clone, Debug, Default, Args)]
pub struct ChangedArgs {
    /// Archive the results of experiments whose definition has changed since, and run them again
    #[arg(long)]
    pub rerun_changed: bool,
}

#[derive(Debug, Args)]
pub struct ApplyArgs {
    #[command(flatten)]
    pub study: StudyArgs,
    #[command(flatten)]
    pub terraform: TerraformArgs,
    #[command(flatten)]
    pub only: OnlyArgs,
    #[command(flatten)]
    pub changed: ChangedArgs,
    /// Keep stepping until the study is complete; may be stopped (Ctrl-C, after what is being made) and
    /// taken up again at any moment. A store that does not answer is asked again for half an hour
    #[arg(long)]
    pub wait: bool,
    /// How often to look at the store while waiting, e.g. against an emulator that has no VMs to boot
    #[arg(long, hide = true, value_name = "DURATION", value_parser = duration)]
    pub look_every: Option<u64>,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct StatusArgs {
    #[command(flatten)]
    pub study: StudyArgs,
    /// Refresh until the study is complete
    #[arg(long, conflicts_with = "json")]
    pub watch: bool,
    /// Only failed experiments, each with its cause and what to do
    #[arg(long)]
    pub failed: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct LogsArgs {
    /// The experiment: <service>/<tool>/<run>
    pub experiment: ExperimentId,
    #[command(flatten)]
    pub study: NamedStudyArgs,
    /// Follow the log until the attempt ends
    #[arg(short, long)]
    pub follow: bool,
    /// The attempt [default: the latest]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub attempt: Option<u32>,
}

#[derive(Debug, Args)]
pub struct RetryArgs {
    /// Experiments: <service>/<tool>/<run>, `*` for any
    #[arg(required_unless_present_any = ["failed", "cause"], value_name = "EXPERIMENT")]
    pub experiments: Vec<Pattern>,
    /// All that have failed
    #[arg(long, conflicts_with = "experiments")]
    pub failed: bool,
    /// Only those that failed for this cause, such as `setup`; may be given again
    #[arg(long, value_name = "CAUSE", value_parser = cause)]
    pub cause: Vec<Cause>,
    #[command(flatten)]
    pub study: NamedStudyArgs,
}

#[derive(Debug, Args)]
pub struct CancelArgs {
    /// Experiments: <service>/<tool>/<run>, `*` for any
    #[arg(required = true, value_name = "EXPERIMENT")]
    pub experiments: Vec<Pattern>,
    #[command(flatten)]
    pub study: NamedStudyArgs,
    #[command(flatten)]
    pub terraform: TerraformArgs,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct DestroyArgs {
    #[command(flatten)]
    pub study: StudyArgs,
    #[command(flatten)]
    pub terraform: TerraformArgs,
    /// Remove the results in the store too; refused unless everything is synced
    #[arg(long)]
    pub with_results: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct GcArgs {
    #[command(flatten)]
    pub study: StudyArgs,
    #[command(flatten)]
    pub terraform: TerraformArgs,
    /// What every study of a project has forgotten, whatever a state says; needs no study
    #[arg(long, requires = "project", conflicts_with_all = ["study", "target", "workspace", "rehearse"])]
    pub expired: bool,
    /// The project of Google Cloud
    #[arg(long, requires = "expired", value_name = "PROJECT")]
    pub project: Option<String>,
    /// Remove it, except VMs whose attempt goes on and buckets with results
    #[arg(long)]
    pub delete: bool,
    /// Do not ask
    #[arg(long, requires = "delete")]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// The study whose needs are checked too, if there is one
    #[arg(value_name = "STUDY", default_value = "study.hcl")]
    pub study: Utf8PathBuf,
    #[command(flatten)]
    pub terraform: TerraformArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
