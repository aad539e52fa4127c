# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx builds the site."""

from __future__ import annotations

from docutils.nodes import Element, reference
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

project = "vijson.tasks"
project_copyright = "2026, vijson.tasks contributors"
extensions = ["sphinx_antsibull_ext"]
highlight_language = "YAML+Jinja"
html_theme = "sphinx_ansible_theme"
html_title = "vijson.tasks"
html_show_sphinx = False
html_copy_source = False
html_use_index = False

ANSIBLE = "https://docs.ansible.com/projects/ansible/latest"
PAGES = {
    "ansible_collections.ansible.builtin.command_module": "collections/ansible/builtin/command_module.html",
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "callback_plugins": "plugins/callback.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}


def link_to_ansible(_app: Sphinx, _env: BuildEnvironment, node: pending_xref, text: Element) -> Element | None:
    """What the pages of plugins refer to in Ansible's own documentation, of which no index is downloaded."""
    page = PAGES.get(node["reftarget"])
    return reference("", "", text, refuri=f"{ANSIBLE}/{page}", internal=False) if page else None


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.connect("missing-reference", link_to_ansible)
