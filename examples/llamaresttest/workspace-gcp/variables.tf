# DO NOT EDIT: gen-tf renders this file from study "llamaresttest".

variable "active" {
  type        = map(object({ attempt = number, spot = optional(bool, false), started = optional(number), zone = optional(string, "us-central1-b") }))
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

variable "secret_omdb_api_key" {
  type        = string
  description = "Value of the secret omdb-api-key, version 1; it is in no plan and no state. Needed when that version is made, else it may be left out. gen-tf takes it from OMDB_API_KEY; by hand, set TF_VAR_secret_omdb_api_key."
  default     = ""
  ephemeral   = true
  sensitive   = true
}

variable "secret_spotify_client_id" {
  type        = string
  description = "Value of the secret spotify-client-id, version 1; it is in no plan and no state. Needed when that version is made, else it may be left out. gen-tf takes it from SPOTIFY_CLIENT_ID; by hand, set TF_VAR_secret_spotify_client_id."
  default     = ""
  ephemeral   = true
  sensitive   = true
}

variable "secret_spotify_client_secret" {
  type        = string
  description = "Value of the secret spotify-client-secret, version 1; it is in no plan and no state. Needed when that version is made, else it may be left out. gen-tf takes it from SPOTIFY_CLIENT_SECRET; by hand, set TF_VAR_secret_spotify_client_secret."
  default     = ""
  ephemeral   = true
  sensitive   = true
}

variable "secret_spotify_refresh_token" {
  type        = string
  description = "Value of the secret spotify-refresh-token, version 1; it is in no plan and no state. Needed when that version is made, else it may be left out. gen-tf takes it from SPOTIFY_REFRESH_TOKEN; by hand, set TF_VAR_secret_spotify_refresh_token."
  default     = ""
  ephemeral   = true
  sensitive   = true
}
