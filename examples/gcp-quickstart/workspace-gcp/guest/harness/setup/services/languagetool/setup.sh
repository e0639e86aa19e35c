# shellcheck shell=bash
# LanguageTool's server and the languages that it wants from Maven Central, with JaCoCo.

build_service() {
  mkdir -p "$1/java"
  part "languagetool-$GEN_TF_SETTING_LANGUAGETOOL_VERSION" "$1/java/lib" languagetool_jars \
    "$HARNESS_SETUP/services/languagetool/pom.xml"
  java_coverage "$1/java/coverage" org/languagetool/ "$1/java/lib"
}

languagetool_jars() {
  jars "$1" "$2" "-Dlanguagetool.version=$GEN_TF_SETTING_LANGUAGETOOL_VERSION"
}
