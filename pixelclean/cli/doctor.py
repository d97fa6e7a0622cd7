"""pixelclean doctor"""

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import click

from pixelclean import resources
from pixelclean.cli import tables
from pixelclean.cli.codes import ExitCode
from pixelclean.detect import Network, require_tesseract
from pixelclean.detect.reading import Grammars
from pixelclean.devices import Kinds, load_rules
from pixelclean.dicom import codec_report
from pixelclean.errors import ConfigurationError
from pixelclean.keyfile import default_key_path, load_key
from pixelclean.policy import Policy
from pixelclean.version import __version__

# The distributions that pyproject.toml asks for; tests/cli holds both lists together.
PACKAGES = (
    "asn1crypto",
    "click",
    "cryptography",
    "imagecodecs",
    "jinja2",
    "numba",
    "numpy",
    "onnxruntime",
    "opencv-python-headless",
    "pydicom",
    "pyjpegls",
    "pylibjpeg-rle",
    "rapidfuzz",
    "rich",
    "scikit-image",
    "sqlalchemy",
    "zxing-cpp",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is, and its state; `remedy` is "" where nothing is missing."""

    what: str
    state: str
    remedy: str = ""

    @property
    def word(self) -> str:
        """The first cell of its row."""
        return "missing" if self.remedy else "ok"


@click.command(short_help="Say what is installed and what is missing.")
def doctor() -> None:
    """Check this installation: packages, Tesseract, codecs, network, rules and key.  Exits 1 when something is missing."""
    console = tables.output()
    findings = tuple(_findings())
    tables.show(console, ("", "what", "state"), [(finding.word, finding.what, finding.state) for finding in findings])
    tables.show(console, ("", "transfer syntax", "reads", "writes", "note"), _codecs(), "codecs")
    for finding in findings:
        if finding.remedy:
            click.echo(f"Missing: {finding.what}. {finding.remedy}")
    missing = any(finding.remedy for finding in findings)
    click.get_current_context().exit(ExitCode.FAILED if missing else ExitCode.DONE)


def _findings() -> Iterator[Finding]:
    yield Finding("pixelclean", __version__)
    yield Finding("Python", platform.python_version())
    yield from (_package(name) for name in PACKAGES)
    yield _checked("Tesseract", require_tesseract)
    yield _checked("text network", lambda: f"checksum agrees, digest {Network.load().digest[:16]}")
    yield _checked("device rules", _rules)
    yield _checked("harmless text", lambda: f"digest {Grammars.load(resources.rules('reading')).digest[:16]}")
    yield _checked("kinds of objects", lambda: f"digest {Kinds.load(resources.rules('kinds.toml')).digest[:16]}")
    yield _checked("policy basic", lambda: f"digest {Policy.load('basic').digest[:16]}")
    yield _key()


def _package(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, "not installed", f"Get it with: python -m pip install {name}")


def _checked(what: str, look: Callable[[], str]) -> Finding:
    """Errors of configuration say themselves what to do."""
    try:
        return Finding(what, look())
    except ConfigurationError as error:
        return Finding(what, "not usable", str(error))


def _rules() -> str:
    rules = load_rules(resources.rules("devices"))
    return f"{len(rules.rules)} rules, digest {rules.digest[:16]}"


def _key() -> Finding:
    """No key is no fault: the first run makes one."""
    path = default_key_path()
    if not path.exists():
        return Finding("project key", f"none yet; the first run makes {path}")
    return _checked("project key", lambda: f"fingerprint {load_key(path).fingerprint}, {path}")


def _codecs() -> Iterator[tuple[str, ...]]:
    for item in codec_report():
        word = "ok" if item.available else "missing"
        yield word, item.name, item.decoder or "-", item.encoder or "-", item.note
