# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Which JDK a tool or a service needs, and where it is on this machine. It installs none.

readonly JVM_FOLDER=${GEN_TF_JVM_FOLDER:-/usr/lib/jvm}

# service_java: the JDK that builds and runs the service, in REPLY. Two of them were seen to run on JDK 17 too,
# which is taken when the one of the repository is not to be found.
service_java() {
  case $GEN_TF_SERVICE in
    youtube) find_java 11 17 ;;
    language-tool) find_java 8 17 ;;
    genome-nexus | ocvn) find_java 8 ;;
    *) return 1 ;;
  esac
}

# tool_java: the JDK of the tool, in REPLY; false for a tool without Java.
tool_java() {
  case $GEN_TF_TOOL in
    evomaster | resttestgen | tcases) find_java 11 ;;
    *) return 1 ;;
  esac
}

# find_java MAJOR [OTHER]: the JDK of this version: JAVA8_HOME or JAVA11_HOME, else the usual folders, else the
# first `java` of the machine where that is OTHER.
find_java() {
  local major=$1 other=${2:-} variable=JAVA$1_HOME folder
  if [[ -n ${!variable:-} ]]; then
    java_major "${!variable}"
    [[ $REPLY == "$major" ]] || stop_here "$variable is ${!variable}, which holds ${REPLY:-no} JDK ${REPLY:+of version $REPLY }where version $major is needed"
    REPLY=${!variable}
    return 0
  fi
  local legacy=1.$major
  for folder in "$JVM_FOLDER/java-$legacy.0-openjdk-amd64" "$JVM_FOLDER"/java-"$major"-openjdk-* "$JVM_FOLDER"/temurin-"$major"-jdk-*; do
    java_major "$folder"
    if [[ $REPLY == "$major" ]]; then
      REPLY=$folder
      return 0
    fi
  done
  first_java
  folder=$REPLY
  java_major "$folder"
  if [[ -n $REPLY && ($REPLY == "$major" || $REPLY == "$other") ]]; then
    REPLY=$folder
    return 0
  fi
  stop_here "$GEN_TF_SERVICE/$GEN_TF_TOOL needs JDK $major${other:+ (or a \`java\` of version $other)}, and $JVM_FOLDER has none: install it, or let $variable name its folder"
}

# first_java: the home of the first `java` in PATH, in REPLY; empty without one.
first_java() {
  local program
  REPLY=''
  program=$(type -P java) || return 0
  program=$(readlink -f -- "$program")
  REPLY=${program%/bin/java}
}

# java_major HOME: its version, such as 8 or 17, in REPLY; empty where no JDK is.
java_major() {
  local version
  REPLY=''
  [[ -x $1/bin/java && -x $1/bin/javac ]] || return 0
  version=$("$1/bin/java" -version 2>&1) || return 0
  [[ $version =~ version\ \"(1\.)?([0-9]+) ]] || return 0
  REPLY=${BASH_REMATCH[2]}
}

# use_java HOME: for what is started from here.
use_java() {
  export JAVA_HOME=$1 PATH=$1/bin:$PATH
}
