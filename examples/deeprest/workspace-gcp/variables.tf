# DO NOT EDIT: gen-tf renders this file from study "deeprest".

variable "active" {
  type        = map(object({ attempt = number, spot = optional(bool, false), started = optional(number), zone = optional(string, "us-central1-a") }))
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
