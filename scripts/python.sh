#!/bin/sh
# Prints the name of a Python that is new enough; the plain name wins, so that an activated one is used.
for name in python3 python3.11 python3.12 python3.13 python3.14; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "$name"
        exit 0
    fi
done
echo "Python 3.11 or newer is needed (Debian: python3 python3-venv)" >&2
echo python3
