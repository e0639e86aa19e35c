variable "bucket" {
  description = "Name of the bucket, unique in the world; one that exists is adopted by an import block in the root module."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$", var.bucket)) && !strcontains(var.bucket, "..")
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits, hyphens, underscores and dots, with a letter or digit at each end."
  }
}

variable "expires" {
  description = "When the study counts as forgotten unless somebody applies it again, in seconds since 1970; it makes the label gen-tf-expires."
  type        = number
  default     = null

  validation {
    condition     = var.expires == null ? true : var.expires >= 0 && floor(var.expires) == var.expires
    error_message = "A time is a whole number of seconds since 1970."
  }
}

variable "guest_archive" {
  description = "Path of the archive that VMs start from."
  type        = string
}

variable "guest_sha256" {
  description = "sha256 of the archive; its object is named by it."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.guest_sha256))
    error_message = "A sha256 has 64 hexadecimal digits."
  }
}

variable "labels" {
  description = "Labels of the bucket, besides those that begin with gen-tf."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.labels : can(regex("^[a-z][a-z0-9_-]{0,62}$", key)) && can(regex("^[a-z0-9_-]{0,63}$", value))])
    error_message = "Labels have lower-case letters, digits, underscores and hyphens, 63 at most; keys begin with a letter."
  }
}

variable "location" {
  description = "Where a new bucket is made; the region of the VMs, so that what they write and read costs no traffic."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z]+[0-9]?(-[A-Za-z]+[0-9]+)?$", var.location))
    error_message = "A location is a region such as us-central1, or a multi-region such as EU."
  }
}

variable "noncurrent_days" {
  description = "Days after which an overwritten or deleted object is gone for good, with versioning; null keeps it for ever."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.noncurrent_days == null ? true : var.noncurrent_days >= 1 && floor(var.noncurrent_days) == var.noncurrent_days
    error_message = "An overwritten object is kept for a whole number of days, at least 1."
  }
}

variable "project" {
  description = "Id of the project that the bucket belongs to."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project's id has 6 to 30 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "study" {
  description = "Name of the study; its objects begin with <study>/."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.study))
    error_message = "A study's name has lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "versioning" {
  description = "Whether overwritten and deleted objects are kept for noncurrent_days."
  type        = bool
  default     = true
  nullable    = false
}

variable "writer" {
  description = "Who writes the study's objects, as IAM policies name it: serviceAccount:<address>."
  type        = string

  validation {
    condition     = can(regex("^serviceAccount:[a-z0-9.@-]+$", var.writer))
    error_message = "The writer is a service account: serviceAccount:<address>."
  }
}
