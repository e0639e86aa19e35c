# shellcheck shell=bash
# What records: mitmproxy in an environment of its own, because its pins and the tools' exclude each other, and JaCoCo.

build_proxy() {
  mkdir -p "$GEN_TF_SETUP/proxy"
  part mitmproxy "$GEN_TF_SETUP/proxy/venv" environment \
    "$HARNESS_SETUP/python/mitmproxy.constraints.txt" "$HARNESS_SETUP/python/mitmproxy.requirements.txt"
  version mitmproxy 11.0.2
  ! is_local || get_jacoco
}

# get_jacoco: the two jars where the repository expects them: in its own folder, under these names.
get_jacoco() {
  part jacoco "$GEN_TF_SETUP/jacoco" jacoco_jars "$HARNESS_SETUP/jacoco.sha256"
  mv -- "$GEN_TF_SETUP"/jacoco/*.jar "$REPOSITORY/"
  version jacoco 0.8.7
}

# jacoco_jars TARGET SUMS
jacoco_jars() {
  local artifact
  mkdir -p "$1"
  for artifact in org.jacoco.agent:0.8.7:jar:runtime org.jacoco.cli:0.8.7:jar:nodeps; do
    maven org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
      "-Dartifact=org.jacoco:$artifact" "-DoutputDirectory=$1"
  done
  (cd -- "$1" && sha256sum --check --strict --quiet "$2")
}
