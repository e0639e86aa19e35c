output "email" {
  description = "Address of the service account."
  value       = google_service_account.study.email
}

output "member" {
  description = "The service account as IAM policies name it: serviceAccount:<address>."
  value       = google_service_account.study.member
}
