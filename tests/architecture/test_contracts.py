"""The law of imports holds, and it bites."""

import subprocess
import sys

from tests.architecture import tree


def test_the_import_contracts_are_kept() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tree.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_package_files_are_empty() -> None:
    """But those of tables in several files: Django finds the models of a slice in its `models` alone."""
    packages = [name for name in tree.python() if name.endswith("/__init__.py")]
    full = [name for name in packages if tree.text(name).strip() and not name.endswith("/models/__init__.py")]
    assert full == [], "the hot path may import a package without importing Django"
    assert not [name for name in packages if "import *" in tree.text(name)]
