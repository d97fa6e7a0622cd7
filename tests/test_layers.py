"""Imports go downward only, and each third-party library has one home (docs: architecture)."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "pixelclean"

# Lowest first.  Names on one line are blind to each other; a name stands for everything below it.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("version", "reasons"),
    ("errors",),
    ("phi", "facts", "geometry", "key", "proof", "side_by_side", "options", "overrides", "private", "envelope"),
    ("plan",),
    ("outcome",),
    ("resources", "spreadsheet"),
    ("policy", "keyfile", "trial", "assignments"),
    ("mapping",),
    ("dicom",),
    ("header", "devices", "detect", "pixels"),
    ("graphics", "treatment", "reading"),
    ("decision", "heading", "examination", "drafting", "fates", "statement", "reidentify"),  # the steps of the pipeline
    ("pipeline", "inventory"),
    ("store",),
    ("delivery",),
    ("batch",),
    ("evaluation",),
    ("web",),
    ("",),  # pixelclean/__init__.py: the public API
    ("cli",),
    ("__main__",),
)

# Import name -> the rooms that may import it.
HOMES: dict[str, set[str]] = {
    "asn1crypto": {"envelope"},
    "av": {"dicom"},
    "click": {"cli"},
    "cryptography": {"envelope"},
    "cv2": {"detect"},
    "imagecodecs": {"dicom"},
    "jinja2": {"store"},
    "jpeg_ls": {"dicom"},
    "numba": {"dicom"},
    "numpy": {
        "geometry",
        "plan",
        "dicom",
        "devices",
        "detect",
        "pixels",
        "reading",
        "pipeline",
        "store",
        "evaluation",
        "cli",
    },
    "onnxruntime": {"detect"},
    "pydicom": {
        "dicom",
        "header",
        "devices",
        "detect",
        "pixels",
        "heading",
        "examination",
        "drafting",
        "treatment",
        "fates",
        "statement",
        "reidentify",
        "graphics",
        "inventory",
        "evaluation",
    },
    "rapidfuzz": {"header"},
    "rapidocr": {"detect"},
    "rich": {"cli"},
    "rle": {"dicom"},
    "skimage": {"detect"},
    "sqlalchemy": {"store"},
    "zxingcpp": {"detect"},
}

RANKS = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}


def module_name(file: Path) -> str:
    """`detect.find` for pixelclean/detect/find.py; "" for the package itself."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def imports_of(file: Path) -> Iterator[str]:
    """Every module a file imports, at any depth of its code, by absolute name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name}:{node.lineno}: relative import"
            if node.module == "pixelclean":
                yield from (f"pixelclean.{alias.name}" for alias in node.names)
            else:
                yield str(node.module)


MODULES = {module_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}


def inner_target(name: str) -> str:
    """The room of an imported name of ours; a name that is no module or folder is one of the public API."""
    room = room_of(name.removeprefix("pixelclean").removeprefix("."))
    return room if room in {room_of(module) for module in MODULES} else ""


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_its_place_in_the_table(module: str) -> None:
    assert room_of(module) in RANKS


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_downward_only(module: str) -> None:
    room = room_of(module)
    targets = {inner_target(name) for name in imports_of(MODULES[module]) if name.split(".")[0] == "pixelclean"}
    upward = {target for target in targets - {room} if RANKS[target] >= RANKS[room]}
    assert not upward


@pytest.mark.parametrize("module", MODULES)
def test_each_library_stays_in_its_home(module: str) -> None:
    tops = {name.split(".")[0] for name in imports_of(MODULES[module])} - {"pixelclean"}
    libraries = tops - sys.stdlib_module_names
    assert libraries <= set(HOMES), "a library that the table does not know"
    strays = {library for library in libraries if room_of(module) not in HOMES[library]}
    assert not strays


def test_every_library_of_the_table_is_imported() -> None:
    used = {name.split(".")[0] for file in MODULES.values() for name in imports_of(file)}
    assert set(HOMES) <= used


def test_mypy_makes_exceptions_only_for_libraries_that_are_imported() -> None:
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    (override,) = project["tool"]["mypy"]["overrides"]
    assert {name.removesuffix(".*") for name in override["module"]} <= set(HOMES)


def test_modules_of_one_room_do_not_import_in_a_circle() -> None:
    graph = {module: _inner_modules(module) for module in MODULES}
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"a circle: {' -> '.join((*path, module))}"
        if module not in done:
            for target in sorted(graph[module]):
                visit(target, (*path, module))
            done.add(module)

    for module in MODULES:
        visit(module, ())


def _inner_modules(module: str) -> set[str]:
    """The modules of ours that one imports: `from pixelclean.detect import find` means the module where there is one."""
    names = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    ours = {name.removeprefix("pixelclean.") for name in names if name.startswith("pixelclean.")}
    return {name if name in MODULES else name.rpartition(".")[0] for name in ours} & set(MODULES) - {module, ""}
