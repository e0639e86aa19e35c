output "bucket" {
  description = "Name of the bucket."
  value       = google_storage_bucket.store.name
}

output "location" {
  description = "Where the study's objects are: gs://<bucket>/<study>; what uses it is made after the guest's object and the VMs' rights."
  value       = "gs://${google_storage_bucket.store.name}/${var.study}"

  # A VM's first calls read the guest and take the claim.
  depends_on = [
    google_storage_bucket_iam_member.vm,
    google_storage_bucket_object.guest,
  ]
}
