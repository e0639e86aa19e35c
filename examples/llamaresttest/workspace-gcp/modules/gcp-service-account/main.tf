# The identity of a study's VMs. It has no right of its own: the store and the secrets grant what it needs, each on
# itself, and nothing is granted on the project.

resource "google_service_account" "study" {
  account_id   = var.account_id
  description  = "VMs of the study ${var.study}: they write the study's results and read its secrets."
  display_name = "gen-tf ${var.study}"
  project      = var.project
}
