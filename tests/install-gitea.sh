#!/bin/sh
# Builds Gitea from its Go module, for the tests that run against it in person.
# It takes some minutes, so it is asked for by `make gitea` and not part of
# `make tools`. Usage: install-gitea.sh FOLDER
set -eu

tools=$1
module=code.gitea.io/gitea
version=v1.26.0

if [ -x "$tools/gitea" ] && [ -d "$tools/gitea-root" ]; then
  exit 0
fi
command -v go >/dev/null || {
  echo "install-gitea: there is no Go here" >&2
  exit 1
}
mkdir -p "$tools"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=$(cd "$scratch" && go mod download -json "$module@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')

# Its go.mod replaces modules, which only a main module may do.
sed 's#^module .*#module scratch#' "$root/go.mod" >"$scratch/go.mod"
cp "$root/go.sum" "$scratch/go.sum"
chmod u+w "$scratch/go.mod" "$scratch/go.sum"
echo "require $module $version" >>"$scratch/go.mod"
printf 'package scratch\n\nimport _ "%s/cmd"\n' "$module" >"$scratch/scratch.go"
(cd "$scratch" && GOFLAGS=-mod=mod go build -tags "sqlite sqlite_unlock_notify" \
  -ldflags "-s -w" -o "$tools/gitea" "$module")
# Templates and translations; the program runs without its web pages' scripts.
ln -sfn "$root" "$tools/gitea-root"
