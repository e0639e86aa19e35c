# Stands for the module that starts a sandbox: the same variables and outputs, and no sandbox.

variable "attempt" { type = number }
variable "cpus" { type = number }
variable "definition" { type = string }
variable "duration" { type = number }
variable "experiment" { type = string }
variable "guest_sha256" { type = string }
variable "memory" { type = number }
variable "models" { type = map(string) }
variable "name" { type = string }
variable "run" { type = number }
variable "secrets" { type = map(string) }
variable "service" { type = string }
variable "setup_key" { type = string }
variable "store" { type = string }
variable "study" { type = string }
variable "tool" { type = string }

output "attempt" { value = var.attempt }
output "name" { value = var.name }
