"""Imports point one way, each heavy dependency has one home, and nothing heavy is imported early."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(path for package in ("index", "qa", "ui") for path in (ROOT / package).glob("*.py"))
HOMES = {
    "chromadb": {"index/dense.py"},
    "tantivy": {"index/lexical.py"},
    "sentence_transformers": {"index/embedding.py"},
    "datasketch": {"index/duplicates.py"},
    "trafilatura": {"index/webpage.py"},
}
ALLOWED = {"index": {"index"}, "qa": {"qa", "index"}, "ui": {"ui", "qa", "index"}}


def imports_of(path: Path) -> set[str]:
    """Every module a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_imports_point_from_ui_to_qa_to_index(path):
    packages = {name.partition(".")[0] for name in imports_of(path)} & set(ALLOWED)
    assert packages <= ALLOWED[path.parent.name]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_heavy_dependencies_have_one_home(path):
    place = f"{path.parent.name}/{path.name}"
    for name in {name.partition(".")[0] for name in imports_of(path)} & set(HOMES):
        assert place in HOMES[name], f"{name} is imported in {place}"
    if "gradio" in {name.partition(".")[0] for name in imports_of(path)}:
        assert path.parent.name == "ui"


def test_module_names_are_unique_across_the_packages():
    names = [path.stem for path in MODULES if path.stem != "__init__"]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_module_says_what_it_is_in_its_first_line(path):
    assert (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").strip()


@pytest.mark.parametrize("module", ["ui.cli", "qa", "index"])
def test_importing_loads_nothing_heavy(module):
    heavy = {"torch", "chromadb", "gradio", "sentence_transformers", "transformers", "langchain_core", "onnxruntime"}
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & {heavy!r}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.split() == []


@pytest.mark.parametrize("module", ["qa", "index"])
def test_what_a_package_exports_is_importable_and_sorted(module):
    code = f"import {module}; [getattr({module}, n) for n in {module}.__all__]; print(*{module}.__all__)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    names = run.stdout.split()
    assert names
    assert names == sorted(names)


def test_nothing_names_a_registry_host_or_a_path_of_one_machine():
    words = re.compile(r"pypi\.org|pythonhosted|npmjs\.org|deb\.debian|/work/|/root/", re.IGNORECASE)
    texts = [path for path in ROOT.rglob("*") if path.suffix in {".py", ".md", ".toml", ".js", ".css"}]
    kept = [path for path in texts if not {".venv", ".git", "build", "vendor"} & set(path.relative_to(ROOT).parts)]
    found = [path for path in kept if path != Path(__file__) and words.search(path.read_text(encoding="utf-8"))]
    assert found == []
