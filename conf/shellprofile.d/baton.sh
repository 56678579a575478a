#!/usr/bin/env bash
#
# Puts Baton into the commands of a Hadoop installation:
#   hadoop fs, hdfs dfs   with a -cp that copies by token within a Baton group; all else is the stock shell
#   hadoop baton          status, clone, storage policies and tokens; "hadoop baton help" explains them
# and the client jar on the class path of every command.
#
# To install, copy this file to ${HADOOP_CONF_DIR}/shellprofile.d/ (or to libexec/shellprofile.d/ of the installation, for
# all its configurations), and the jar to ${HADOOP_HOME}/share/hadoop/baton/. A jar that is elsewhere is named by
#   export BATON_CLIENT_JAR=/opt/baton/baton-hadoop.jar
# in hadoop-env.sh. Hadoop's scripts read every file there; nothing else needs to be set. To go back, delete the copy.

hadoop_add_profile baton

# The jar is put behind Hadoop's own: it replaces none of their classes.
function _baton_hadoop_classpath
{
  local jar
  if [[ -n "${BATON_CLIENT_JAR}" ]]; then
    if ! hadoop_add_classpath "${BATON_CLIENT_JAR}"; then
      hadoop_error "WARNING: BATON_CLIENT_JAR names ${BATON_CLIENT_JAR}, which is not there: baton:// will not work."
    fi
    return
  fi
  for jar in "${HADOOP_HOME}"/share/hadoop/baton/baton-hadoop-*.jar; do
    # Without a match this is the pattern itself, which hadoop_add_classpath passes over.
    hadoop_add_classpath "${jar}"
  done
}

if [[ "${HADOOP_SHELL_EXECNAME}" = hadoop ]]; then
  hadoop_add_subcommand "baton" client "show Baton groups, clone trees, make and use tokens"
fi

# hadoop-functions.sh calls hadoop_subcommand_NAME and hdfs_subcommand_NAME in place of what the script itself knows.

## @description  hadoop fs, with copies by token
## @audience     public
## @stability    stable
## @replaceable  yes
function hadoop_subcommand_fs
{
  # shellcheck disable=SC2034
  HADOOP_CLASSNAME=io.batonfs.fs.shell.BatonFsShell
}

## @description  hdfs dfs, with copies by token
## @audience     public
## @stability    stable
## @replaceable  yes
function hdfs_subcommand_dfs
{
  # shellcheck disable=SC2034
  HADOOP_CLASSNAME=io.batonfs.fs.shell.BatonFsShell
}

## @description  hadoop baton
## @audience     public
## @stability    stable
## @replaceable  yes
function hadoop_subcommand_baton
{
  # shellcheck disable=SC2034
  HADOOP_CLASSNAME=io.batonfs.fs.shell.BatonShell
}
