# Secrets of a study, and who may read them. Values come by an ephemeral variable and go out by a write-only argument:
# neither a plan nor the state ever holds one.

locals {
  labels = merge(
    { gen-tf-study = var.study },
    var.expires == null ? {} : { gen-tf-expires = tostring(var.expires) },
  )
}

resource "google_secret_manager_secret" "secret" {
  for_each  = var.secrets
  labels    = merge(var.labels, local.labels)
  project   = var.project
  secret_id = "gen-tf-${var.study}-${each.key}"

  replication {
    auto {}
  }
}

resource "google_secret_manager_secret_version" "value" {
  for_each               = var.secrets
  secret                 = google_secret_manager_secret.secret[each.key].id
  secret_data_wo         = lookup(var.values, each.key, "")
  secret_data_wo_version = each.value.version

  lifecycle {
    # Rotation: the new value is there before the old one is destroyed.
    create_before_destroy = true
  }
}

resource "google_secret_manager_secret_iam_member" "accessor" {
  for_each  = var.secrets
  member    = var.accessor
  project   = var.project
  role      = "roles/secretmanager.secretAccessor"
  secret_id = google_secret_manager_secret.secret[each.key].secret_id
}
