"""pixelclean reidentify"""

from collections.abc import Iterator
from pathlib import Path

import click

from pixelclean.cli import options, tables
from pixelclean.cli.codes import ExitCode
from pixelclean.cli.looking import files_of, reason_of
from pixelclean.envelope import PrivateKey, passphrase_in
from pixelclean.errors import UsageError
from pixelclean.outcome import Reason
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode
from pixelclean.reidentify import Existing, Reidentifier

_FILE = click.Path(dir_okay=False, path_type=Path)
_DONE, _REFUSED = "re-identified", "refused"


@click.command(short_help="Bring back originals that were encrypted for you.")
@options.inputs
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--private-key", required=True, type=_FILE, metavar="KEY", help="Your RSA private key, PEM or DER, mode 0600."
)
@click.option(
    "--certificate", type=_FILE, metavar="CERT", help="The key's certificate: finds your entry among many recipients."
)
@click.option("--passphrase-file", type=_FILE, metavar="FILE", help="Its first line opens the private key.")
@click.option("--overwrite", is_flag=True, help="Replace files that are in OUT already.")
def reidentify(
    inputs: tuple[Path, ...],
    out: Path,
    private_key: Path,
    certificate: Path | None,
    passphrase_file: Path | None,
    overwrite: bool,
) -> None:
    """Decrypt the original attributes of every INPUT and write it with them to OUT (PS3.15 E.1.2).

    OUT is a file where INPUT is one file, otherwise a folder that mirrors INPUT.  What it holds identifies again: files
    are made for your eyes only.  Pixels stay as they are in INPUT, what was masked stays masked.
    """
    passphrase = passphrase_in(passphrase_file) if passphrase_file is not None else None
    key = PrivateKey.load(private_key, passphrase, certificate)
    reidentifier = Reidentifier(key, Limits(), Existing.REPLACE if overwrite else Existing.KEEP)
    numbers = {_DONE: 0, _REFUSED: 0}
    for source, target in _pairs(inputs, out):
        reason = _reidentified(reidentifier, source, target)
        numbers[_DONE if reason is None else _REFUSED] += 1
        if reason is not None:
            detail = f" ({reason.detail})" if reason.detail else ""
            click.echo(f"{source}: {reason.code}: {reason.code.words}{detail}", err=True)
    tables.show(tables.output(), ("outcome", "files"), list(numbers.items()))
    if numbers[_DONE]:
        click.echo(f"Identified again: {out.resolve()}")
        click.echo("Pixels are as they were before: what was masked stays masked.")
    click.get_current_context().exit(ExitCode.QUARANTINED if numbers[_REFUSED] else ExitCode.DONE)


def _reidentified(reidentifier: Reidentifier, source: Path, target: Path | None) -> Reason | None:
    """None where it went well."""
    if target is None:
        return Reason(ReasonCode.NOT_DELIVERED, "another input has the same name in OUT")
    try:
        reidentifier.reidentify(source, target)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other files are tried
        return reason_of(error)
    return None


def _pairs(inputs: tuple[Path, ...], out: Path) -> Iterator[tuple[Path, Path | None]]:
    """Every file with the place of its output; None where another one has taken that."""
    if len(inputs) == 1 and not inputs[0].is_dir() and not out.is_dir():
        yield from ((source, out) for source in files_of(inputs))
        return
    _verify_apart(inputs, out)
    taken: set[Path] = set()
    for source in files_of(inputs):
        target = out / _name(inputs, source)
        yield source, None if target in taken else target
        taken.add(target)


def _name(inputs: tuple[Path, ...], source: Path) -> Path:
    """Where a file lies in OUT: as in the one folder that was given, or under the name of its folder among several."""
    for given in inputs:
        if source.is_relative_to(given.absolute()) and given.is_dir():
            below = source.relative_to(given.absolute())
            return below if len(inputs) == 1 else given.resolve().name / below
    return Path(source.name)


def _verify_apart(inputs: tuple[Path, ...], out: Path) -> None:
    """What identifies again must not mix with what does not."""
    if out.exists() and not out.is_dir():
        raise UsageError("OUT is a file; several inputs, or a folder, need a folder")
    place = out.resolve()
    for given in (path.resolve() for path in inputs):
        if place.is_relative_to(given):
            raise UsageError("OUT may not lie inside an input")
        if given.is_relative_to(place):
            raise UsageError("no input may lie inside OUT")
