#!/bin/sh
# Makes a virtual environment from a lock file: make_venv.sh FOLDER LOCK. Run again, it installs what changed.
# Debian ships Python without the part that makes environments; where we may, we install it.
set -eu

folder=$1
lock=$2

newest_python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'; then
            echo "$name"
            return
        fi
    done
    echo "Python 3.11, 3.12 or 3.13 is needed; install it and try again" >&2
    return 1
}

make_environment() {
    python=${PYTHON:-$(newest_python)}
    if ! command -v "$python" >/dev/null; then
        echo "$folder needs $python; install it and try again" >&2
        return 1
    fi
    echo "Setting up $folder with $("$python" --version) ..."
    if "$python" -m venv "$folder" >/dev/null 2>&1; then
        return
    fi
    rm -rf "$folder"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
        "$python" -m venv "$folder"
    else
        echo "Python lacks its venv module; on Debian and Ubuntu: sudo apt-get install python3-venv" >&2
        return 1
    fi
}

[ -x "$folder/bin/python" ] || make_environment
echo "Installing from $lock ..."
"$folder/bin/python" -m pip install --quiet --require-hashes --no-deps --progress-bar on -r "$lock"
