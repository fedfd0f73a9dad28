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

# What authors of plugins build with: zig (for C) and componentize-py from PyPI,
# componentize-qjs from npm. Rust is here, and Go too or it is said above.
if command -v python3 >/dev/null; then
  if [ ! -x "$tools/venv/bin/componentize-py" ]; then
    echo "install-tools: installing componentize-py and zig"
    python3 -m venv "$tools/venv"
    "$tools/venv/bin/pip" install --quiet componentize-py==0.25.1 ziglang
  fi
  if [ ! -x "$tools/venv/bin/zig" ]; then
    printf '#!/bin/sh\nexec "%s" -m ziglang "$@"\n' "$tools/venv/bin/python" >"$tools/venv/bin/zig"
    chmod +x "$tools/venv/bin/zig"
  fi
else
  echo "install-tools: there is no Python here: plugins in Python and C are not tried" >&2
fi
if command -v npm >/dev/null; then
  if [ ! -x "$tools/node_modules/.bin/componentize-qjs" ]; then
    echo "install-tools: installing componentize-qjs"
    npm install --silent --no-audit --no-fund --prefix "$tools" componentize-qjs@0.4.5
  fi
else
  echo "install-tools: there is no npm here: plugins in JavaScript are not tried" >&2
fi
