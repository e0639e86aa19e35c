# What the tests change.
variable "allow_stopping" {
  type    = bool
  default = null
}

variable "display_name" {
  type    = string
  default = "VM"
}

variable "labels" {
  type    = map(string)
  default = { study = "s" }
}

variable "machine_type" {
  type    = string
  default = "n1-standard-8"
}

variable "max_run_seconds" {
  type    = number
  default = 9000
}

variable "noncurrent_days" {
  type    = number
  default = 7
}

variable "note" {
  type    = string
  default = "one"
}

variable "owner" {
  type    = string
  default = "me"
}

variable "ports" {
  type    = number
  default = 64
}

variable "priority" {
  type    = number
  default = null
}

variable "private_access" {
  type    = bool
  default = true
}

variable "range" {
  type    = string
  default = "10.0.0.0/20"
}

variable "routing_mode" {
  type    = string
  default = "REGIONAL"
}

variable "script" {
  type    = string
  default = "#!/bin/sh\necho 1\n"
}

variable "secret" {
  type      = string
  ephemeral = true
  sensitive = true
  default   = ""
}

variable "secret_version" {
  type    = number
  default = 1
}
