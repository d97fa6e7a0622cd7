#!/usr/bin/env bash
# Programs that tests compare results with: gdcmanon (encrypted attributes), dciodvfy (validity), openssl (certificates),
# jpegtran (JPEG with other scans and arithmetic coding).
# None of them is needed to use pixelclean; tests that miss one skip, and the summary says so.
set -uo pipefail

missing=()
command -v gdcmanon >/dev/null || missing+=(libgdcm-tools)
command -v dciodvfy >/dev/null || missing+=(dicom3tools)
command -v openssl >/dev/null || missing+=(openssl)
command -v jpegtran >/dev/null || missing+=(libjpeg-turbo-progs)
if [ ${#missing[@]} = 0 ]; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Second opinions for the tests are missing: installing ${missing[*]} with apt-get."
    export DEBIAN_FRONTEND=noninteractive
    { apt-get install -q -y --no-install-recommends "${missing[@]}" ||
        { apt-get update -q && apt-get install -q -y --no-install-recommends "${missing[@]}"; }; } </dev/null >/dev/null 2>&1 && exit 0
fi

echo "Tests that compare with other programs will skip.  As an administrator: apt-get install ${missing[*]}"
