variable "attempt" {
  description = "Number of the attempt, from 1; a new number replaces the sandbox, nothing else does."
  type        = number

  validation {
    condition     = var.attempt >= 1 && floor(var.attempt) == var.attempt
    error_message = "Attempts are whole numbers from 1."
  }
}

variable "cpus" {
  description = "CPUs that the sandbox is pinned to; a machine with fewer gives what it has, and the outcome says so."
  type        = number
  default     = 1

  validation {
    condition     = var.cpus >= 1 && floor(var.cpus) == var.cpus
    error_message = "A sandbox has a whole number of CPUs, at least 1."
  }
}

variable "definition" {
  description = "Hash over everything that can change the experiment's result, 32 hexadecimal digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{32}$", var.definition))
    error_message = "A definition has 32 hexadecimal digits."
  }
}

variable "duration" {
  description = "The tool's time on the service, in seconds."
  type        = number

  validation {
    condition     = var.duration >= 1 && floor(var.duration) == var.duration
    error_message = "A duration is a whole number of seconds, at least 1."
  }
}

variable "experiment" {
  description = "Id of the experiment: <service>/<tool>/<run>."
  type        = string

  validation {
    condition     = can(regex("^[^/ ]+/[^/ ]+/[1-9][0-9]*$", var.experiment))
    error_message = "An experiment's id is <service>/<tool>/<run>."
  }
}

variable "guest_sha256" {
  description = "sha256 of guest.tar.gz in the root module's folder."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.guest_sha256))
    error_message = "A sha256 has 64 hexadecimal digits."
  }
}

variable "memory" {
  description = "Memory of the sandbox, in bytes."
  type        = number

  validation {
    condition     = var.memory >= 16777216
    error_message = "A sandbox needs at least 16 MiB of memory."
  }
}

variable "models" {
  description = "Models that the tool opens: name of the file => sha256, which is its name under inputs/ in the store."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name, sha256 in var.models : can(regex("^[A-Za-z0-9][A-Za-z0-9._-]*$", name)) && can(regex("^[0-9a-f]{64}$", sha256))])
    error_message = "Models are plain file names with a sha256 each."
  }
}

variable "name" {
  description = "Name of the sandbox, unique in the study."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,62}$", var.name))
    error_message = "A name has up to 63 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "run" {
  description = "Number of the run, from 1."
  type        = number
}

variable "secrets" {
  description = "Secrets of the experiment: name => environment variable that holds the value when the sandbox is started."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name, variable in var.secrets : can(regex("^[a-z][a-z0-9-]*$", name)) && can(regex("^[A-Za-z_][A-Za-z0-9_]*$", variable))])
    error_message = "Secrets are lower-case names with the name of an environment variable each, never a value."
  }
}

variable "service" {
  description = "Name of the service, as the harness declares it."
  type        = string
}

variable "setup_key" {
  description = "Hash over what only the experiment's setup depends on, 32 hexadecimal digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{32}$", var.setup_key))
    error_message = "A setup key has 32 hexadecimal digits."
  }
}

variable "store" {
  description = "Folder of the study's store, absolute or relative to the root module's folder."
  type        = string
}

variable "study" {
  description = "Name of the study."
  type        = string
}

variable "tool" {
  description = "Name of the tool, as the harness declares it."
  type        = string
}
