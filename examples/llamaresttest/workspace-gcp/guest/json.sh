# shellcheck shell=bash
# JSON: quoting of strings. Objects are small enough to be written with printf.

# json_string TEXT: quoted, in REPLY. Bytes that are no text (control characters but tab and newline) become `?`.
json_string() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\t'/\\t}
  text=${text//[[:cntrl:]]/?}
  REPLY=\"$text\"
}
