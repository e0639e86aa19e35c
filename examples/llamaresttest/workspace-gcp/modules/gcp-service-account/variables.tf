variable "account_id" {
  description = "Id of the service account, unique in the project; its address is <account_id>@<project>.iam.gserviceaccount.com."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.account_id))
    error_message = "An account's id has 6 to 30 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen."
  }
}

variable "project" {
  description = "Id of the project that the service account belongs to."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project's id has 6 to 30 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "study" {
  description = "Name of the study, for the account's display name and description."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$", var.study))
    error_message = "A study's name has lower-case letters, digits and hyphens, and begins with a letter."
  }
}
