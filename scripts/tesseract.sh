#!/usr/bin/env bash
# Sees to it that Tesseract, with English, is on this machine.  The one place that knows how to get it.
set -euo pipefail

has_tesseract() { command -v tesseract >/dev/null && [[ $(tesseract --list-langs 2>&1) =~ (^|[[:space:]])eng($|[[:space:]]) ]]; }

if has_tesseract; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Tesseract is missing: installing it with apt-get."
    export DEBIAN_FRONTEND=noninteractive
    # Package lists are absent, or stale, on a fresh machine.
    apt-get update -q </dev/null
    apt-get install -q -y --no-install-recommends tesseract-ocr tesseract-ocr-eng </dev/null
fi

if has_tesseract; then exit 0; fi

cat >&2 <<'MISSING'

Missing: Tesseract with its English data.  It reads crops of images for the second look at every cleaned image.
As an administrator:
    Debian, Ubuntu     apt-get install tesseract-ocr tesseract-ocr-eng
    Fedora, RHEL       dnf install tesseract tesseract-langpack-eng
    macOS              brew install tesseract
Then run the same command again.
MISSING
exit 1
