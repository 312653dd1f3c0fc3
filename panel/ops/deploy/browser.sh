#!/bin/sh
# The journeys need Chromium: find it, install it as root on Debian, or say how.
set -eu
[ "${BROWSER:-}" = 0 ] && { echo "BROWSER=0: the browser journeys are left out." >&2; exit 0; }
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser journeys ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; } >/dev/null && exit 0
fi
echo "The browser journeys need Chromium: install it (Debian: apt install chromium), or leave them out with BROWSER=0." >&2
exit 1
