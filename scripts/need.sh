#!/usr/bin/env bash
# Finds the system's tools that tests and figures need. What is missing is installed through apt when that may be done
# without asking (root, or sudo without a password); else it is named with the command that installs it, and this fails.
set -euo pipefail

# One line each: how it is found, the Debian package that has it, and who needs it.
needs() {
    cat <<'LIST'
have git                                git              tests/house: the list of source files
have openssl                            openssl          tests/signer: judge of keys, certificates and signatures
have xmlsec1                            xmlsec1          tests/interop: judge of messages, and signer of the tutorial
have curl                               curl             tests/interop: the tutorial's HTTP client
have nc                                 netcat-openbsd   tests/interop: the tutorial's TCP client
have javac                              default-jdk-headless  tests/interop: the JDK as signer and judge of messages
have java                               default-jdk-headless  tests/acceptance: a partner's program in Java
have xmllint                            libxml2-utils    tests/docs: judge of the digest that approvers sign
have iconv                              libc-bin         tests/protocol: judge of encodings
have setpriv                            util-linux       tests/support: runs PostgreSQL as nobody in particular
have systemd-analyze                    systemd          tests/house: score of the service unit
have promtool                           prometheus       tests of metrics and alert rules
have softhsm2-util                      softhsm2         tests/signer: a PKCS#11 token
have pkcs11-tool                        opensc           tests/signer: another program that looks into the token
have initdb /usr/lib/postgresql/*/bin   postgresql       tests on a real PostgreSQL
LIST
}

python=$("$(dirname "$0")/python.sh")

have() { # NAME [FOLDER...]: is the command in the PATH, or in one of the folders?
    local name=$1 folder
    shift
    command -v "$name" > /dev/null && return
    for folder in "$@" /usr/sbin /sbin; do
        [ -x "$folder/$name" ] && return
    done
    return 1
}

packages_missing() {
    local probe package
    needs | sed -E 's/ {2,}/\t/g' | while IFS=$'\t' read -r probe package _; do
        # shellcheck disable=SC2086  # the probe is a command line, and its folders may hold a pattern
        $probe || echo "$package"
    done
    "$python" -c 'import ensurepip' 2> /dev/null || echo python3-venv
}

missing=$(packages_missing | sort -u | tr '\n' ' ')
[ -z "${missing// /}" ] && exit 0

become_root=""
if [ "$(id -u)" -ne 0 ]; then
    become_root="sudo -n"
fi
install="apt-get install --yes --no-install-recommends $missing"
if command -v apt-get > /dev/null && $become_root true 2> /dev/null; then
    echo "installing: $missing" >&2
    export DEBIAN_FRONTEND=noninteractive
    $become_root apt-get update --quiet > /dev/null || echo "apt-get update failed; trying the lists at hand" >&2
    # shellcheck disable=SC2086  # words, on purpose
    $become_root env DEBIAN_FRONTEND=noninteractive $install > /dev/null
    missing=$(packages_missing | sort -u | tr '\n' ' ')
fi
if [ -n "${missing// /}" ]; then
    echo "The tests need these Debian packages (elsewhere: their like): $missing" >&2
    echo "As root: $install" >&2
    exit 1
fi
