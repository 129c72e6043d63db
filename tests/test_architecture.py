"""The shape of the project: short files, mirrored tests, one place for each thing."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "linkkit"
FILES = sorted(SOURCE.rglob("*.py"))
PACKAGES = sorted({path.parent.relative_to(SOURCE) for path in FILES} - {Path()})
MOST_LINES = 400


def _name(path):
    return str(path.relative_to(ROOT)).replace("\\", "/")


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_every_package_has_its_folder_of_tests(package):
    folder = ROOT / "tests" / package
    assert folder.is_dir(), f"tests/{package.as_posix()} is missing"
    assert list(folder.rglob("test_*.py")), f"tests/{package.as_posix()} holds no tests"


@pytest.mark.parametrize("module", sorted(path.stem for path in SOURCE.glob("*.py") if not path.stem.startswith("_")))
def test_every_public_module_at_the_top_has_its_tests(module):
    assert (ROOT / "tests" / f"test_{module}.py").is_file(), f"no tests/test_{module}.py"


def test_no_file_is_longer_than_it_may_be():
    long = {_name(path): count for path in FILES if (count := len(path.read_text("utf-8").splitlines())) > MOST_LINES}
    assert not long


def test_every_file_says_what_it_holds():
    silent = [_name(path) for path in FILES if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert not silent


def test_nothing_is_left_for_later():
    words = re.compile(r"\b(TODO|FIXME)\b|raise NotImplementedError")
    left = [_name(path) for path in FILES if words.search(path.read_text("utf-8"))]
    assert not left


def test_nothing_is_pickled():
    pickles = re.compile(r"^\s*(import|from) (pickle|joblib|dill|cloudpickle|shelve)\b", re.MULTILINE)
    assert not [_name(path) for path in FILES if pickles.search(path.read_text("utf-8"))]


def test_test_files_have_names_of_their_own_within_a_folder():
    for path in (ROOT / "tests").rglob("*.py"):
        assert path.name.startswith(("test_", "conftest", "strategies", "_", "helpers")), _name(path)
