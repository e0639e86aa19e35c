output "network" {
  description = "Id of the network; null when only a subnetwork was given."
  value       = local.network
}

output "subnetwork" {
  description = "Id of the subnetwork; what uses it is made after the NAT, and removed before it."
  value       = local.subnetwork

  # A VM that boots before its way out exists can't install anything; one that outlives it can't deliver.
  depends_on = [google_compute_router_nat.study]
}
