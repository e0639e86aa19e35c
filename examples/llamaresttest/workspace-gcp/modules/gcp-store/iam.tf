# What the study's VMs may do, each right bound to a part of the study's objects by a condition on their names.
# A put-once object needs the right to create alone; overwriting needs the right to delete, which is given for beats only.
# No right to list is given: it would not be bound to the study, because a listing's resource is the bucket.

locals {
  objects = "projects/_/buckets/${var.bucket}/objects/${var.study}"

  rights = {
    create = {
      folders = ["claims", "logs", "outcomes", "results", "setup", "status"]
      role    = "roles/storage.objectCreator"
      told    = "Create objects; put-once ones stay as they are."
    }
    overwrite = {
      folders = ["status"]
      role    = "roles/storage.objectUser"
      told    = "Overwrite the beats of attempts."
    }
    read = {
      folders = ["claims", "guest", "inputs", "outcomes", "results", "setup"]
      role    = "roles/storage.objectViewer"
      told    = "Read what an attempt starts from, and what it wrote itself."
    }
  }
}

resource "google_storage_bucket_iam_member" "vm" {
  for_each = local.rights
  bucket   = google_storage_bucket.store.name
  member   = var.writer
  role     = each.value.role

  condition {
    description = each.value.told
    expression  = join(" || ", [for folder in each.value.folders : "resource.name.startsWith(\"${local.objects}/${folder}/\")"])
    title       = "gen-tf ${var.study} ${each.key}"
  }
}
