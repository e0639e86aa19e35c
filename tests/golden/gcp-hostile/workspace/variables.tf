# DO NOT EDIT: gen-tf renders this file from study "a23456789-123456789-123456789z".

variable "active" {
  type        = map(object({ attempt = number, spot = optional(bool, false), started = optional(number), zone = optional(string, "northamerica-northeast1-c") }))
  description = "The experiments that should have a machine now, each with its attempt, by id (<service>/<tool>/<run>). Written by gen-tf apply."
  default     = {}

  validation {
    condition     = alltrue([for id in keys(var.active) : tonumber(split("/", id)[2]) <= local.runs])
    error_message = "An experiment's run is beyond the study's number of runs."
  }
}

variable "expires" {
  type        = number
  description = "When the study counts as forgotten unless it is applied again, in seconds since 1970. Written by gen-tf apply."
  default     = null
}

variable "secret_a__b" {
  type        = string
  description = "Value of the secret a--b, version 1; it is in no plan and no state. Needed when that version is made, else it may be left out. gen-tf takes it from PATH; by hand, set TF_VAR_secret_a__b."
  default     = ""
  ephemeral   = true
  sensitive   = true
}

variable "secret_null" {
  type        = string
  description = "Value of the secret null, version 1; it is in no plan and no state. Needed when that version is made, else it may be left out. gen-tf takes it from _; by hand, set TF_VAR_secret_null."
  default     = ""
  ephemeral   = true
  sensitive   = true
}
