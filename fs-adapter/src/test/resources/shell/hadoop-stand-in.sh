#!/usr/bin/env bash
#
# Stands in for bin/hadoop, bin/hdfs and libexec/hadoop-functions.sh in ShellProfileTest: the functions of theirs that a
# shell profile may call, and how they dispatch. Says which class would be run, with which class path.
#
#   hadoop-stand-in.sh EXECNAME PROFILE SUBCOMMAND [ARGUMENTS]

set -u
HADOOP_SHELL_EXECNAME=$1
profile=$2
subcommand=$3
shift 3
HADOOP_SHELL_PROFILES=""
HADOOP_CLASSNAME=""
CLASSPATH=/stock/hadoop-common.jar
: "${BATON_CLIENT_JAR:=}"
declare -a usage=()

function hadoop_add_profile { HADOOP_SHELL_PROFILES+=" $1"; }
function hadoop_add_subcommand { usage+=("$1@$2@$3"); }
function hadoop_error { echo "$*" 1>&2; }
function hadoop_debug { :; }
function hadoop_add_classpath
{
  [[ -e "$1" ]] || return 1
  CLASSPATH+=":$1"
}

# shellcheck disable=SC1090
. "${profile}"

for name in ${HADOOP_SHELL_PROFILES}; do
  if declare -f "_${name}_hadoop_classpath" > /dev/null; then
    "_${name}_hadoop_classpath"
  fi
done

if declare -f "${HADOOP_SHELL_EXECNAME}_subcommand_${subcommand}" > /dev/null; then
  "${HADOOP_SHELL_EXECNAME}_subcommand_${subcommand}" "$@"
else
  HADOOP_CLASSNAME="stock.${subcommand}"
fi
echo "class ${HADOOP_CLASSNAME}"
echo "classpath ${CLASSPATH}"
for line in ${usage[@]+"${usage[@]}"}; do
  echo "usage ${line}"
done
