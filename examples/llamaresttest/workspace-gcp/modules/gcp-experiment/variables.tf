variable "attempt" {
  description = "Number of the attempt, from 1; a new number replaces the VM, nothing else does."
  type        = number

  validation {
    condition     = var.attempt >= 1 && floor(var.attempt) == var.attempt
    error_message = "Attempts are whole numbers from 1."
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

variable "disk_gb" {
  description = "Size of the boot disk, in GB."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.disk_gb >= 10 && var.disk_gb <= 65536 && floor(var.disk_gb) == var.disk_gb
    error_message = "A disk has a whole number of GB, 10 to 65536."
  }
}

variable "disk_type" {
  description = "Type of the boot disk."
  type        = string
  default     = "pd-ssd"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,62}$", var.disk_type))
    error_message = "A disk's type is written such as pd-ssd."
  }
}

variable "experiment" {
  description = "Id of the experiment: <service>/<tool>/<run>."
  type        = string

  validation {
    condition     = var.experiment == "${var.service}/${var.tool}/${var.run}"
    error_message = "An experiment's id is <service>/<tool>/<run>, of the same service, tool and run."
  }
}

variable "guest_sha256" {
  description = "sha256 of the guest's archive, which is its name under guest/ in the store."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.guest_sha256))
    error_message = "A sha256 has 64 hexadecimal digits."
  }
}

variable "image" {
  description = "Image of the boot disk, one exact image by name, never a family: projects/<project>/global/images/<name>."
  type        = string

  validation {
    condition     = can(regex("^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]/global/images/[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.image))
    error_message = "An image is one exact image, projects/<project>/global/images/<name>; a family changes under the study."
  }

  # Images of one's own are taken as they are; the guest refuses a system that it does not know.
  validation {
    condition     = !can(regex("^projects/(centos|cos|debian|fedora-coreos|rhel|rhel-sap|rocky-linux|suse|suse-sap|ubuntu-os|ubuntu-os-pro|windows|windows-sql)-cloud/", var.image)) || can(regex("^projects/(debian-cloud/global/images/debian-1[23]|ubuntu-os-cloud/global/images/ubuntu-(minimal-)?2[24]04)-[a-z0-9-]+$", var.image)) && !strcontains(var.image, "arm64")
    error_message = "The guest can provision Debian 12 and 13, Ubuntu 22.04 and 24.04, for x86-64; of the public images, take one of these."
  }
}

variable "labels" {
  description = "Labels of the VM and its disk, besides those that begin with gen-tf."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.labels : can(regex("^[a-z][a-z0-9_-]{0,62}$", key)) && can(regex("^[a-z0-9_-]{0,63}$", value))])
    error_message = "Labels have lower-case letters, digits, underscores and hyphens, 63 at most; keys begin with a letter."
  }
}

variable "machine_type" {
  description = "Machine type of the VM."
  type        = string
  default     = "n1-standard-8"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,62}$", var.machine_type))
    error_message = "A machine type is written such as n1-standard-8."
  }
}

variable "max_run_seconds" {
  description = "Seconds after which Google ends the VM whatever it does, for cost: the tool's time, and what setup and upload may take."
  type        = number

  validation {
    condition     = var.max_run_seconds >= 30 && var.max_run_seconds <= 10368000 && floor(var.max_run_seconds) == var.max_run_seconds
    error_message = "A VM runs for a whole number of seconds, from 30 to 120 days."
  }
}

variable "models" {
  description = "Models that the tool opens: name of the file => sha256, which is its name under inputs/ in the store."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name, sha256 in var.models : can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]*$", name)) && can(regex("^[0-9a-f]{64}$", sha256))])
    error_message = "Models are plain file names with a sha256 each."
  }
}

variable "name" {
  description = "Name of the VM, unique in its project and zone."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.name))
    error_message = "A name has up to 63 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen."
  }
}

variable "on_timeout" {
  description = "What Google does with the VM after max_run_seconds, or when it takes a spot VM away: STOP keeps its disk, which costs; DELETE keeps nothing."
  type        = string
  default     = "STOP"
  nullable    = false

  validation {
    condition     = contains(["DELETE", "STOP"], var.on_timeout)
    error_message = "A VM whose time is over is stopped or deleted: STOP or DELETE."
  }
}

variable "project" {
  description = "Id of the project that the VM belongs to."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project's id has 6 to 30 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "run" {
  description = "Number of the run, from 1."
  type        = number

  validation {
    condition     = var.run >= 1 && floor(var.run) == var.run
    error_message = "Runs are whole numbers from 1."
  }
}

variable "secrets" {
  description = "Secrets of the experiment: name => resource name of its version in Secret Manager, never a value."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name, version in var.secrets : can(regex("^[a-z][a-z0-9-]*$", name)) && can(regex("^projects/[a-z0-9.:-]+/secrets/[A-Za-z0-9_-]+/versions/[1-9][0-9]*$", version))])
    error_message = "Secrets are lower-case names with projects/<project>/secrets/<id>/versions/<number> each, never a value."
  }
}

variable "secure_boot" {
  description = "Whether the VM boots what is signed only, with a virtual TPM and integrity monitoring; false is for images of one's own that can't."
  type        = bool
  default     = true
  nullable    = false
}

variable "service" {
  description = "Name of the service, as the harness declares it."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._-]*$", var.service))
    error_message = "A service's name has letters, digits, dots, underscores and hyphens."
  }
}

variable "service_account" {
  description = "Address of the service account that the VM acts as."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9.-]+@[a-z0-9.-]+$", var.service_account))
    error_message = "A service account is given by its address."
  }
}

variable "setup_key" {
  description = "Hash over what only the experiment's setup depends on, 32 hexadecimal digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{32}$", var.setup_key))
    error_message = "A setup key has 32 hexadecimal digits."
  }
}

variable "spot" {
  description = "Whether the VM is a spot VM: cheaper, and taken away when somebody pays more."
  type        = bool
  default     = false
  nullable    = false
}

variable "started" {
  description = "When the attempt was started, in seconds since 1970; with max_run_seconds and an hour more it makes the label gen-tf-expires."
  type        = number
  default     = null

  validation {
    condition     = var.started == null ? true : var.started >= 0 && floor(var.started) == var.started
    error_message = "A time is a whole number of seconds since 1970."
  }
}

variable "startup_script" {
  description = "The bootstrap that the VM runs as root at every boot, 1024 bytes at most: it fetches the guest and starts it."
  type        = string

  # Bytes, not characters: 1024 of them make 1366 digits of base64.
  validation {
    condition     = startswith(var.startup_script, "#!") && length(trim(base64encode(var.startup_script), "=")) <= 1366
    error_message = "A bootstrap begins with #! and has 1024 bytes at most; what is longer belongs into the guest."
  }
}

variable "store" {
  description = "Where the study's objects are: gs://<bucket>/<study>."
  type        = string

  validation {
    condition     = can(regex("^gs://[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]/${var.study}$", var.store))
    error_message = "The store is gs://<bucket>/<study>."
  }
}

variable "study" {
  description = "Name of the study."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,53}[a-z0-9])?$", var.study))
    error_message = "A study's name has lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "subnetwork" {
  description = "Id of the subnetwork: projects/<project>/regions/<region>/subnetworks/<name>, in the region of the zone."
  type        = string

  validation {
    condition     = can(regex("^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]/regions/[a-z0-9-]+/subnetworks/[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.subnetwork))
    error_message = "A subnetwork is given as projects/<project>/regions/<region>/subnetworks/<name>."
  }
}

variable "tool" {
  description = "Name of the tool, as the harness declares it."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._-]*$", var.tool))
    error_message = "A tool's name has letters, digits, dots, underscores and hyphens."
  }
}

variable "zone" {
  description = "Zone of the VM."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+-[a-z]$", var.zone))
    error_message = "A zone is written such as us-central1-a."
  }
}
