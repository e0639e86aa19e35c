output "versions" {
  description = "Resource name of each secret's version, by name of the secret; what uses it is made after the right to read it."
  value       = { for name, version in google_secret_manager_secret_version.value : name => version.name }

  depends_on = [google_secret_manager_secret_iam_member.accessor]
}
