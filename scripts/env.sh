# shellcheck shell=bash
# The other scripts source this file. It finds the checkout, its virtual environment and the copy of the collection.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# Ansible does not support spaces in the path of its interpreter, or colons in a collections path. If the path of the
# checkout has such characters, .build and .venv are links to a temporary folder.
case $root in
*[!A-Za-z0-9_./@+,-]*)
    if [ ! -d "$root/.build" ]; then
        rm -f "$root/.build" "$root/.venv"
        ln -s "$(mktemp -d "${TMPDIR:-/tmp}/vijson-tasks.XXXXXX")" "$root/.build"
        ln -s .build/venv "$root/.venv"
    fi
    ;;
*) mkdir -p "$root/.build" ;;
esac
build=$(cd "$root/.build" && pwd -P)

if [ -z "${VENV:-}" ]; then
    VENV=$root/.venv
    [ ! -L "$VENV" ] || VENV=$build/venv
fi
export VENV

# Copies the collection to a path where all Ansible tools find it, and sets their variables to that path. The user's own
# collections and configuration are not used.
use_tree() {
    tree=$build/ansible_collections/vijson/tasks
    # In a hook of git, variables name the repository of the checkout, and tools would take it for that of the copy.
    for variable in $(git rev-parse --local-env-vars); do unset "$variable"; done
    copy_tree 9>"$build/tree.lock"
    export PATH="$VENV/bin:$PATH"
    export ANSIBLE_COLLECTIONS_PATH=$build
    export ANSIBLE_HOME=$build/home/.ansible
    export ANSIBLE_CONFIG=$tree/tests/ansible.cfg
}

# The copy is a repository of its own: tools would use that of the checkout otherwise, which ignores the copy. An index in
# it gets the files of the checkout that git does not ignore. Then git writes those that differ, and removes the others.
# Ignored files (caches, test results) stay.
copy_tree() (
    # Several programs may start at the same time. macOS has no command that waits for a lock.
    "$VENV/bin/python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
    [ -d "$tree/.git" ] || git init --quiet "$tree"
    content=$(
        export GIT_INDEX_FILE=$tree/.git/checkout GIT_OBJECT_DIRECTORY=$tree/.git/objects
        git -C "$root" add --all
        git -C "$root" write-tree
    )
    git -C "$tree" read-tree --reset -u "$content"
    git -C "$tree" clean --quiet --force -d
)

# uv installs in seconds what takes pip minutes. It does not read pip's settings, so this makes variables of them.
use_pip_settings() {
    local setting value
    while IFS='=' read -r setting value; do
        value=${value:1:-1}
        case $setting in
        *.index-url) export UV_DEFAULT_INDEX=$value ;;
        *.extra-index-url) export UV_INDEX=${value//\\n/ } ;;
        *.find-links) export UV_FIND_LINKS=${value//\\n/,} ;;
        *.cert) export SSL_CERT_FILE=$value ;;
        esac
    done < <("$VENV/bin/python" -m pip config list)
    # As pip, take a package from whichever index has it. The hashes say which files are right.
    export UV_INDEX_STRATEGY=unsafe-best-match
}

# Prints the path of an installed Python, such as 3.12. Those of pyenv are on PATH only if they are chosen there.
installed_python() {
    local python
    python=$(PATH="$(printf '%s:' "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin)$PATH" \
        "$root/.venv/bin/uv" python find --system --no-project --no-python-downloads "$1" 2>/dev/null) &&
        "$python" -c 'import ensurepip, venv' 2>/dev/null && echo "$python"
}
