# shellcheck shell=bash
# Sourced by the other scripts: where the checkout, its virtual environment and the copy of the collection are.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# Ansible takes no blank in its interpreter's path and no colon in a collections path. A checkout whose own path has
# such characters keeps what is made in a temporary folder, behind links of the same names.
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

# Copies the collection to where every tool of Ansible finds it, and points them there and at nothing of the user's own.
use_tree() {
    tree=$build/ansible_collections/vijson/tasks
    "$VENV/bin/python" "$root/scripts/copy_tree.py" "$root" "$tree"
    export PATH="$VENV/bin:$PATH"
    export ANSIBLE_COLLECTIONS_PATH=$build
    export ANSIBLE_HOME=$build/home/.ansible
    export ANSIBLE_CONFIG=$tree/tests/ansible.cfg
}
