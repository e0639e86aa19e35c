# The bucket that a study's results go to, what the study's VMs may do in it, and the archive that they start from.
# Results are what all is done for: nothing here ever deletes one, and a destroy leaves the bucket where it is.

locals {
  labels = merge(
    { gen-tf-study = var.study },
    var.expires == null ? {} : { gen-tf-expires = tostring(var.expires) },
  )
}

resource "google_storage_bucket" "store" {
  #checkov:skip=CKV_GCP_62:Access logs would go to another bucket, which this module would have to invent; Cloud Audit Logs of data access tell the same where they are switched on.
  deletion_policy             = "ABANDON"
  labels                      = merge(var.labels, local.labels)
  location                    = var.location
  name                        = var.bucket
  project                     = var.project
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  dynamic "lifecycle_rule" {
    for_each = var.versioning && var.noncurrent_days != null ? [var.noncurrent_days] : []

    content {
      action {
        type = "Delete"
      }

      condition {
        days_since_noncurrent_time = lifecycle_rule.value
        with_state                 = "ARCHIVED"
      }
    }
  }

  versioning {
    enabled = var.versioning
  }

  lifecycle {
    # A bucket that exists is adopted as it was found; what is not said above is its owner's business. A location can't
    # change: a plan that wants another one would drop the bucket and fail to make it again.
    ignore_changes = [
      autoclass,
      cors,
      custom_placement_config,
      default_event_based_hold,
      enable_object_retention,
      encryption,
      hierarchical_namespace,
      ip_filter,
      location,
      logging,
      requester_pays,
      retention_policy,
      storage_class,
    ]
  }
}

# Named by its hash and abandoned when a newer one comes, so that a VM that is booting still finds its own.
resource "google_storage_bucket_object" "guest" {
  bucket          = google_storage_bucket.store.name
  content_type    = "application/gzip"
  deletion_policy = "ABANDON"
  name            = "${var.study}/guest/${var.guest_sha256}.tar.gz"
  source          = var.guest_archive

  lifecycle {
    # The name tells all: neither another path to the same bytes nor a missing file is a change.
    ignore_changes = [detect_md5hash, source]

    precondition {
      condition     = try(filesha256(var.guest_archive), var.guest_sha256) == var.guest_sha256
      error_message = "The guest's archive is not the one of guest_sha256: render the workspace again."
    }
  }
}
