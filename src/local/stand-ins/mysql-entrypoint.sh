#!/bin/bash
# Entrypoint of the MySQL stand-in; knows what the official image knows of MYSQL_ROOT_PASSWORD, MYSQL_ROOT_HOST,
# MYSQL_DATABASE, MYSQL_USER and MYSQL_PASSWORD. Arguments go to mysqld; another program's name runs that program.
set -euo pipefail

data=/var/lib/mysql
run=/var/run/mysqld
# There while data is set up: a container killed half-way starts over instead of keeping a server without passwords.
half_done=$data/.half-done

if [ "${1:-mysqld}" = mysqld ]; then shift $(($# > 0 ? 1 : 0)); fi
case ${1:-} in '' | -*) ;; *) exec "$@" ;; esac

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$run"
  chown mysql:mysql "$data" "$run"
  exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" mysqld "$@"
fi

options=(
  --no-defaults "--datadir=$data" "--socket=$run/mysqld.sock" "--pid-file=$run/mysqld.pid" --bind-address=0.0.0.0
  --mysqlx=OFF --host-cache-size=0 --skip-name-resolve --secure-file-priv=
  --loose-innodb-numa-interleave=OFF # containers may not set it, and it is no use in them
)

# A text as SQL writes it, quotes included.
text() {
  local escaped=${1//\\/\\\\}
  printf "'%s'" "${escaped//\'/\\\'}"
}

# A name as SQL writes it, quotes included.
# shellcheck disable=SC2016 # backquotes are MySQL's quotes
name() { printf '`%s`' "${1//\`/\`\`}"; }

setup_sql() {
  local password host user
  password=$(text "$MYSQL_ROOT_PASSWORD")
  host=$(text "${MYSQL_ROOT_HOST-%}")
  echo "ALTER USER root@localhost IDENTIFIED BY $password;"
  if [ "$host" != "''" ] && [ "$host" != "'localhost'" ]; then
    echo "CREATE USER root@$host IDENTIFIED BY $password;"
    echo "GRANT ALL ON *.* TO root@$host WITH GRANT OPTION;"
  fi
  if [ -n "${MYSQL_DATABASE:-}" ]; then
    echo "CREATE DATABASE IF NOT EXISTS $(name "$MYSQL_DATABASE");"
  fi
  if [ -n "${MYSQL_USER:-}" ] && [ "$MYSQL_USER" != root ]; then
    user=$(text "$MYSQL_USER")
    echo "CREATE USER $user@'%' IDENTIFIED BY $(text "${MYSQL_PASSWORD:?MYSQL_USER needs MYSQL_PASSWORD}");"
    if [ -n "${MYSQL_DATABASE:-}" ]; then
      # in a grant, _ and % stand for any character
      local pattern=${MYSQL_DATABASE//_/\\_}
      echo "GRANT ALL ON $(name "${pattern//%/\\%}").* TO $user@'%';"
    fi
  fi
  echo 'SHUTDOWN;'
}

if [ -e "$half_done" ]; then find "$data" -mindepth 1 ! -path "$half_done" -delete; fi
if [ ! -d "$data/mysql" ]; then
  : "${MYSQL_ROOT_PASSWORD:?is needed for the first start}"
  touch "$half_done"
  mysqld "${options[@]}" --initialize-insecure
  # The statements pass through a pipe, so that no password is in a file or in a process's arguments. The server that reads
  # them listens to nobody and ends with the last one.
  mysqld "${options[@]}" --skip-networking --init-file=<(setup_sql)
  rm "$half_done"
fi
exec mysqld "${options[@]}" "$@"
