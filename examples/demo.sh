#!/bin/sh
# The whole way in a minute: a registry and a bare Git repository on this
# machine, the manifests of examples/gitops, a plan, a run, the pushed commit.
set -eu

cargo=${CARGO:-cargo}
profile=${PROFILE:-release}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
cd "$root"

say() { printf '\n\033[1;34m==> %s\033[0m\n' "$*"; }

say "Building the program, its plugins and a small registry (the first time takes some minutes)"
# The profile `dev` builds what the tests build, so that nothing is built twice.
case $profile in
  dev)
    built=$target/debug
    "$cargo" build --locked --workspace --bins --tests
    ;;
  *)
    built=$target/$profile
    "$cargo" build --locked --profile "$profile" -p tagwarden -p tagwarden-tests --bin tagwarden --bin demo-registry
    ;;
esac
PATH=$built:$PATH

mkdir -p "$target"
demo=$(mktemp -d "$target/demo.XXXXXX")
registry=
finish() {
  [ -z "$registry" ] || kill "$registry" 2>/dev/null || true
  rm -rf "$demo"
}
trap finish EXIT
trap 'exit 130' INT TERM

say "Starting a registry with some images"
set --
for tag in 1.0.0 1.2.3 1.2.4 1.3.0-rc.1 2.0.0 sha256-abc.sig \
  2026.05.28-2249688 2026.07.13-6045cf1 2026.11.02-0eb6dac latest; do
  set -- "$@" --image "team/checkout:$tag"
done
mkfifo "$demo/address"
demo-registry --listen 127.0.0.1:0 --login demo:demo-password "$@" >"$demo/address" &
registry=$!
read -r address <"$demo/address"
address=localhost:${address##*:}
echo "$address"

say "Creating a Git repository from examples/gitops"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=demo GIT_AUTHOR_EMAIL=demo@example.com
export GIT_COMMITTER_NAME=demo GIT_COMMITTER_EMAIL=demo@example.com
cp -R examples/gitops "$demo/gitops"
find "$demo/gitops" -name '*.yaml' -exec sed -i.orig \
  -e "s#registry\.example\.com#$address#g" \
  -e "s#https://git\.example\.com/platform/gitops\.git#file://$demo/remote.git#g" {} +
find "$demo/gitops" -name '*.orig' -delete
git init -q -b main --bare "$demo/remote.git"
git init -q -b main "$demo/gitops"
git -C "$demo/gitops" add -A
git -C "$demo/gitops" commit -q -m 'Deploy checkout 1.2.3'
git -C "$demo/gitops" push -q "$demo/remote.git" main
git -C "$demo/gitops" grep -n imagepolicy

export TAGWARDEN_STATE="$demo/state"
manifests=$demo/gitops/clusters/prod

say "tagwarden plan"
tagwarden plan -f "$manifests"

say "tagwarden run --once"
tagwarden run --once -f "$manifests"

say "The pushed commit"
git -C "$demo/remote.git" show --stat --patch main

say "tagwarden run --once, again: there is nothing left to do"
tagwarden run --once -f "$manifests"

say "tagwarden explain"
tagwarden explain checkout -f "$manifests"
