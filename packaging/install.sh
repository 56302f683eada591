#!/bin/sh
# Installs Factotum from its releases, and checks what it has fetched:
#
#   sh install.sh [--version VERSION] [--to DIR]
#
# DIR is ~/.local/bin by default. The archive must have the checksum that the release lists. Where GitHub's `gh` is installed and signed in, it
# must also have been built by the release workflow of the repository. Nothing outside DIR is changed, and nothing needs root.
set -eu

repository='@REPOSITORY@'
version='@VERSION@'
to="${HOME:-}/.local/bin"

fail() { echo "install: $1" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

while [ $# -gt 0 ]; do
  case $1 in
    --version) version=${2:?--version needs a value}; shift ;;
    --to) to=${2:?--to needs a value}; shift ;;
    *) fail "unknown argument $1" ;;
  esac
  shift
done
version=${version#v}
[ "$to" != /.local/bin ] || fail "HOME is not set; use --to DIR"

case $(uname -s) in
  Linux) system=unknown-linux-musl ;;
  Darwin) system=apple-darwin ;;
  *) fail "there is no binary for $(uname -s); on Windows, download the .zip of the release" ;;
esac
case $(uname -m) in
  x86_64 | amd64) processor=x86_64 ;;
  aarch64 | arm64) processor=aarch64 ;;
  *) fail "there is no binary for processors of the kind $(uname -m)" ;;
esac
name=factotum-$version-$processor-$system
from=${FACTOTUM_RELEASES:-https://github.com/$repository/releases/download}/v$version

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Without an exit of their own, a shell goes on after these.
trap 'exit 1' INT TERM

fetch() {
  if has curl; then
    # Only HTTPS, also after a redirection; a folder on this machine is for trying out.
    curl --proto '=https,file' --proto-redir '=https' --tlsv1.2 -fsSL --retry 3 "$from/$1" -o "$work/$1" || fail "cannot fetch $from/$1"
  elif has wget; then
    wget --https-only -q "$from/$1" -O "$work/$1" || fail "cannot fetch $from/$1"
  else
    fail "curl or wget is missing"
  fi
}
fetch SHA256SUMS
fetch "$name.tar.gz"

wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  $name\.tar\.gz\$/\1/p" "$work/SHA256SUMS")
[ -n "$wanted" ] || fail "the release lists no checksum for $name.tar.gz"
if has sha256sum; then
  got=$(sha256sum "$work/$name.tar.gz")
elif has shasum; then
  got=$(shasum -a 256 "$work/$name.tar.gz")
else
  fail "sha256sum or shasum is missing, so the download cannot be checked"
fi
[ "${got%% *}" = "$wanted" ] || fail "$name.tar.gz has another checksum than the release lists; nothing was installed"

if [ -z "${FACTOTUM_RELEASES:-}" ] && has gh && gh auth status >/dev/null 2>&1; then
  gh attestation verify "$work/$name.tar.gz" --repo "$repository" >/dev/null || fail "$name.tar.gz was not built by $repository; nothing was installed"
  checked="checksum and origin"
else
  checked=checksum
fi

tar -xzf "$work/$name.tar.gz" -C "$work" "$name/factotum"
"$work/$name/factotum" --version >/dev/null || fail "the binary does not run on this machine; nothing was installed"
mkdir -p "$to"
# In one step: a running bot keeps the old file.
cp "$work/$name/factotum" "$to/.factotum.new"
chmod 755 "$to/.factotum.new"
mv -f "$to/.factotum.new" "$to/factotum"
echo "installed factotum $version in $to ($checked checked); next: factotum init"
case :$PATH: in
  *:"$to":*) ;;
  *) echo "add $to to your PATH" ;;
esac
