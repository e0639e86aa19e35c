variable "iap_ssh" {
  description = "Whether people with the right to do so may ssh to the VMs through Identity-Aware Proxy; nothing else comes in, ever."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.iap_ssh || var.subnetwork == null || var.network != null
    error_message = "To let ssh into a subnetwork of your own, name its network too: firewall rules belong to networks."
  }
}

variable "ip_cidr_range" {
  description = "Private addresses of the VMs, when a subnetwork is made; its size bounds how many VMs there can be at a time."
  type        = string
  default     = "10.0.0.0/20"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.ip_cidr_range)) && can(regex("^[0-9.]+/[0-9]+$", var.ip_cidr_range))
    error_message = "A range is written such as 10.0.0.0/20."
  }
}

variable "name" {
  description = "Name of all that is made here; also the network tag that VMs carry for iap_ssh to reach them."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,53}[a-z0-9])?$", var.name))
    error_message = "A name has up to 55 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen."
  }
}

variable "nat_ports_per_vm" {
  description = "Connections that a VM can have to one address at a time, through the NAT; closed ones count for two minutes more."
  type        = number
  default     = 4096
  nullable    = false

  validation {
    condition     = var.nat_ports_per_vm >= 64 && var.nat_ports_per_vm <= 57344 && floor(var.nat_ports_per_vm) == var.nat_ports_per_vm
    error_message = "A VM has 64 to 57344 ports."
  }
}

variable "network" {
  description = "Network that exists, by name or as projects/<project>/global/networks/<name>; it needs its subnetwork, and a way out of its own."
  type        = string
  default     = null

  validation {
    condition     = var.network == null || can(regex("^(projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]/global/networks/)?[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.network))
    error_message = "A network is given by name or as projects/<project>/global/networks/<name>."
  }

  validation {
    condition     = var.network == null || var.subnetwork != null
    error_message = "A network of your own needs its subnetwork in the region: give both, or neither."
  }
}

variable "project" {
  description = "Id of the project that the network belongs to."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project's id has 6 to 30 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "region" {
  description = "Region of the subnetwork and its NAT."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "A region is written such as us-central1."
  }
}

variable "subnetwork" {
  description = "Subnetwork that exists, by name or as projects/<project>/regions/<region>/subnetworks/<name>; then no network, subnetwork, router or NAT is made."
  type        = string
  default     = null

  validation {
    condition     = var.subnetwork == null || can(regex("^(projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]/regions/[a-z0-9-]+/subnetworks/)?[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.subnetwork))
    error_message = "A subnetwork is given by name or as projects/<project>/regions/<region>/subnetworks/<name>."
  }
}
