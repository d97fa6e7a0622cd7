"""An evaluation: every labelled file of a folder cleaned as `clean` does it, in the same child processes, and judged.

Nothing is placed anywhere: outputs lie in the spool until they are judged.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydicom.tag import Tag

from pixelclean.batch.discover import Found, Met, discover
from pixelclean.batch.first_look import FirstLook
from pixelclean.batch.pool import Job, Pool
from pixelclean.batch.run import Progress, Tally, shared_out
from pixelclean.batch.task import Clean, Ways, cleaner_for
from pixelclean.batch.worker import WorkerSettings
from pixelclean.dicom import digest_of, looks_like_dicom, read_header
from pixelclean.errors import Refused
from pixelclean.evaluation.judge import Line
from pixelclean.evaluation.tally import Evaluation, Scored
from pixelclean.evaluation.truth import Entry, Truth
from pixelclean.evaluation.worker import Asked, work
from pixelclean.key import ProjectKey
from pixelclean.outcome import Result, word_of
from pixelclean.policy import Limits, Policy
from pixelclean.store.index import Index

_SIZE = frozenset(Tag(keyword) for keyword in ("Rows", "Columns", "NumberOfFrames"))
_INSTANCE = frozenset({Tag("SOPInstanceUID")})


@dataclass(frozen=True, slots=True)
class Settings:
    """How to clean and where to write meanwhile: `spool` is a private, empty folder that the caller removes."""

    policy: Policy
    key: ProjectKey
    ways: Ways
    jobs: int
    spool: Path
    pictures: bool = False


def evaluate(
    folder: Path, truth: Truth, settings: Settings, progress: Callable[[Progress], None] = lambda _: None
) -> Evaluation:
    """What is left of the lines of a truth when the files of a folder are cleaned.

    Raises ConfigurationError before the first file is cleaned: where an entry names no file, or a line lies outside its
    image.
    """
    met = [found.path for found in discover((folder,))]
    places = dict(_placed(folder, met, truth, settings.policy.limits))
    judges = cleaner_for(Clean(), settings.policy, settings.key, ways=settings.ways).digest
    results = dict(_results(places, judges, truth, settings, progress))
    files = tuple(Scored(_name(path, folder), entry, results[path]) for path, entry in places.items())
    others = (path for path in met if path not in places and _may_be_dicom(path))
    return Evaluation(files, tuple(_name(path, folder) for path in others))


def _placed(folder: Path, met: Iterable[Path], truth: Truth, limits: Limits) -> Iterator[tuple[Path, Entry]]:
    """The file of each entry, whose lines fit into its image as far as its header can be read."""
    known, by_uid = set(met), dict[str, list[Path]]()
    if any(entry.uid for entry in truth.entries):
        for path in known:
            by_uid.setdefault(_instance(path, limits), []).append(path)
    taken = dict[Path, Entry]()
    for entry in truth.entries:
        path = _file_of(entry, truth, by_uid) if entry.uid else folder.absolute() / str(entry.file)
        if path not in known:
            raise truth.fault(entry, "the folder has no such file")
        if (first := taken.setdefault(path, entry)) is not entry:
            raise truth.fault(entry, f"the same file as in entry {first.number}")
        _require_fit(path, entry, truth, limits)
        yield path, entry


def _file_of(entry: Entry, truth: Truth, by_uid: dict[str, list[Path]]) -> Path:
    paths = by_uid.get(entry.uid, [])
    if len(paths) != 1:
        raise truth.fault(entry, f"{len(paths)} files of the folder have its uid, where one is wanted")
    return paths[0]


def _instance(path: Path, limits: Limits) -> str:
    try:
        return str(read_header(path, limits, lambda tag, _: tag in _INSTANCE).get("SOPInstanceUID") or "")
    except Refused:
        return ""


def _require_fit(path: Path, entry: Entry, truth: Truth, limits: Limits) -> None:
    """A header that cannot be read says no size; the file is then held, and nothing of it is judged."""
    try:
        header = read_header(path, limits, lambda tag, _: tag in _SIZE)
        rows, columns, frames = (int(header.get(name) or 0) for name in ("Rows", "Columns", "NumberOfFrames"))
    except (Refused, TypeError, ValueError):
        return
    truth.require_fit(entry, rows, columns, frames or 1)


def _results(
    places: dict[Path, Entry], judges: str, truth: Truth, settings: Settings, progress: Callable[[Progress], None]
) -> Iterator[tuple[Path, Result]]:
    """Every labelled file, cleaned and judged, in the order in which they finish."""
    workers, threads = shared_out(settings.jobs, len(places))
    asked = Asked(_lines_by_digest(places, truth), settings.pictures)
    tally = Tally(len(places), progress)
    with Index.open(settings.spool / "index.sqlite", settings.key) as index:
        worker = WorkerSettings(
            Clean(), settings.policy, settings.key, settings.spool, threads, index.path, settings.ways
        )
        with Pool(worker, workers, partial(work, asked)) as pool:
            looks = FirstLook([Found(path, Met.NAMED) for path in places], pool, index, judges, tally.look)
            looks.read_headers()
            unopened = dict[Path, Result]()
            for done in pool.results(_jobs(looks, unopened)):
                tally.add(word_of(done.result.outcome))
                yield done.job.path, done.result
            for path, result in unopened.items():
                tally.add(word_of(result.outcome))
                yield path, result


def _jobs(looks: FirstLook, unopened: dict[Path, Result]) -> Iterator[Job]:
    """The files that are worth opening; the results of the others go into `unopened`."""
    for found in looks.found:
        job = looks.job(found)
        if isinstance(job, Job):
            yield job
        else:
            unopened[found.path] = job


def _lines_by_digest(places: dict[Path, Entry], truth: Truth) -> dict[str, tuple[Line, ...]]:
    """Files of the same bytes are one to a worker, so that they must be labelled alike."""
    known = dict[str, Entry]()
    for path, entry in places.items():
        if path.is_file():
            try:
                first = known.setdefault(digest_of(path), entry)
            except (OSError, Refused):
                continue
            if first.lines != entry.lines:
                raise truth.fault(entry, f"the same bytes as in entry {first.number}, but other lines")
    return {digest: entry.lines for digest, entry in known.items()}


def _may_be_dicom(path: Path) -> bool:
    """What cannot be opened may be."""
    try:
        return path.is_file() and looks_like_dicom(path)
    except Refused:
        return True


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder.absolute()).as_posix()
