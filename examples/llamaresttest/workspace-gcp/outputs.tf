# DO NOT EDIT: gen-tf renders this file from study "llamaresttest".
# gen-tf-sync reads these.

output "active" {
  description = "Attempt of each experiment that has a machine."
  value       = { for id, machine in module.experiment : id => machine.attempt }
}

output "format" {
  description = "Format version of these outputs."
  value       = 1
}

output "project" {
  description = "Id of the Google Cloud project."
  value       = local.project
}

output "region" {
  description = "Region of the VMs and of the store."
  value       = local.region
}

output "results" {
  description = "Default folder of gen-tf-sync, relative to the workspace."
  value       = local.results
}

output "store" {
  description = "Where experiments write: a folder relative to the workspace, or gs://…."
  value       = local.store
}

output "study" {
  description = "Name of the study."
  value       = local.study
}

output "target" {
  description = "Where experiments run: local or gcp."
  value       = local.target
}
