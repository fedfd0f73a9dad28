#!/bin/sh
# Installs the real servers that the end-to-end tests run against: OpenSSH, GnuPG,
# Debian's docker-registry and tinyproxy, and CNCF Distribution v3 where Go is there.
# What is already there is left alone. Usage: install-tools.sh FOLDER
set -eu

tools=$1
distribution=github.com/distribution/distribution/v3/cmd/registry@v3.1.2
PATH="$PATH:/usr/sbin"

missing=
command -v git >/dev/null || missing="$missing git"
command -v sshd >/dev/null || missing="$missing openssh-server"
command -v ssh-keygen >/dev/null || missing="$missing openssh-client"
command -v gpg >/dev/null || missing="$missing gnupg"
command -v docker-registry >/dev/null || missing="$missing docker-registry"
command -v tinyproxy >/dev/null || missing="$missing tinyproxy-bin"

if [ -n "$missing" ]; then
  if ! command -v apt-get >/dev/null; then
    echo "install-tools: please install:$missing (there is no apt-get here to do it)" >&2
    exit 1
  fi
  sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  echo "install-tools: installing$missing"
  # Nothing is to be started: the tests start their own on loopback.
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null
  # shellcheck disable=SC2086
  $sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -q -y --no-install-recommends $missing >/dev/null
fi

mkdir -p "$tools"
if [ ! -x "$tools/registry" ]; then
  if command -v go >/dev/null; then
    echo "install-tools: building $distribution"
    GOBIN="$tools" GOFLAGS=-mod=mod go install "$distribution"
  else
    echo "install-tools: there is no Go here: tests against Distribution v3 will say so" >&2
  fi
fi
