# shellcheck shell=bash
# LanguageTool's server and seven languages from Maven Central, with JaCoCo.

build_service() {
  local version=$GEN_TF_SETTING_LANGUAGETOOL_VERSION
  part "languagetool-$version" "$1/java" build_languagetool \
    "$HARNESS_SETUP/services/languagetool/pom.xml" "$HARNESS_SETUP"/java/*
}

build_languagetool() {
  jars "$1/lib" "$HARNESS_SETUP/services/languagetool/pom.xml" \
    "-Dlanguagetool.version=$GEN_TF_SETTING_LANGUAGETOOL_VERSION"
  java_coverage "$1/coverage" org/languagetool/ "$1/lib"
}
