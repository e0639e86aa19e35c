output "attempt" {
  description = "Number of the attempt that the VM was made for."
  value       = terraform_data.attempt.output
}

output "name" {
  description = "Name of the VM."
  value       = google_compute_instance.experiment.name
}

output "self_link" {
  description = "URL of the VM."
  value       = google_compute_instance.experiment.self_link
}

output "zone" {
  description = "Zone that the VM is in."
  value       = google_compute_instance.experiment.zone
}
