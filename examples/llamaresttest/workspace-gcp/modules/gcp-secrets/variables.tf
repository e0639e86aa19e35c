variable "accessor" {
  description = "Who may read the values, as IAM policies name it: serviceAccount:<address>; nobody else is granted anything here."
  type        = string

  validation {
    condition     = can(regex("^serviceAccount:[a-z0-9.@-]+$", var.accessor))
    error_message = "The accessor is a service account: serviceAccount:<address>."
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

variable "labels" {
  description = "Labels of the secrets, besides those that begin with gen-tf."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.labels : can(regex("^[a-z][a-z0-9_-]{0,62}$", key)) && can(regex("^[a-z0-9_-]{0,63}$", value))])
    error_message = "Labels have lower-case letters, digits, underscores and hyphens, 63 at most; keys begin with a letter."
  }
}

variable "project" {
  description = "Id of the project that the secrets belong to."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project's id has 6 to 30 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "secrets" {
  description = "Secrets by name, each with the version of its value: a raised version replaces the value by the one in values."
  type        = map(object({ version = number }))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name, secret in var.secrets : can(regex("^[a-z]([a-z0-9-]{0,58}[a-z0-9])?$", name)) && secret.version >= 1 && floor(secret.version) == secret.version])
    error_message = "Secrets have names of lower-case letters, digits and hyphens, and whole versions from 1."
  }
}

variable "study" {
  description = "Name of the study; a secret's id is gen-tf-<study>-<name>."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.study))
    error_message = "A study's name has lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "values" {
  description = "Values by name of the secret; one is needed when its secret is made or its version raised, and may be empty at any other time."
  type        = map(string)
  default     = {}
  nullable    = false
  ephemeral   = true
  sensitive   = true
}
