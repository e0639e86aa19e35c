output "attempt" {
  description = "Number of the attempt that the sandbox was started for."
  value       = terraform_data.sandbox.output.attempt
}

output "name" {
  description = "Name of the sandbox."
  value       = terraform_data.sandbox.output.name
}
