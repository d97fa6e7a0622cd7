"""The whole flow of one file: header, pixels, proof, decision.

`Cleaner.clean` writes only into the spool that its caller supplies, touches neither OUT nor the store, and never
raises.  Every front makes the same three calls: `dicom.read`, `Cleaner.clean`, `delivery.deliver`.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from errno import errorcode
from functools import partial
from pathlib import Path, PurePosixPath
from traceback import extract_tb
from typing import Protocol, Self

from pixelclean import resources
from pixelclean.decision import Evidence, decide, doubts
from pixelclean.detect import Finder, one_by_one, png
from pixelclean.detect.reading import Grammars, load_reader
from pixelclean.devices import Kind, Kinds, Standing, load_rules
from pixelclean.dicom import Source, facts_of, has_pixels, quiet
from pixelclean.dicom.overlays import overlay_groups, require_no_plane_in_the_image
from pixelclean.dicom.video import VideoFrames, VideoQuality, level_name
from pixelclean.drafting import Draft, Drafter
from pixelclean.errors import Refused
from pixelclean.examination import Detection, Examination, Examiner, LookingOnly, OpenImage
from pixelclean.facts import Facts
from pixelclean.geometry import Origin, Region
from pixelclean.graphics import Overlays, uncovered_overlays
from pixelclean.header import Originals, Trace, originals_of
from pixelclean.heading import Deidentified, Heading
from pixelclean.key import ProjectKey
from pixelclean.options import Option
from pixelclean.outcome import Image, Output, Reason, Released, Result, held
from pixelclean.pixels import make_plan
from pixelclean.plan import Plan
from pixelclean.policy import Embedded, Policy, Removal, SecondLook
from pixelclean.reading import Sparing, revised
from pixelclean.reasons import ReasonCode
from pixelclean.version import __version__

_ROUNDS = 3
_PREVIEW_SIDE = 320


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """What `clean` sees in a file before it changes anything.

    `reasons` are the notes and doubts by then: they already say where the file ends, unless they hold nothing back.
    `image` and `plan` are there exactly for an image of an allowed kind.
    """

    kind: Kind
    evidence: Evidence
    reasons: tuple[Reason, ...]
    image: OpenImage | None = None
    seen: Examination = field(default_factory=Examination)
    plan: Plan | None = None


class Memory(Protocol):
    """Remembers who somebody was: the vault."""

    def remember(self, source: Originals, leaving: Originals) -> None:
        """What a file was and what it becomes; Refused where that cannot be kept in mind."""


@dataclass(frozen=True, slots=True)
class Cleaner:
    """Cleans one file at a time by a policy; load it once per process.

    `shipped` names what it was loaded with: version, rules, tables, network, reader.  `memory` is told of every file
    that is released, before it is.  `threads` frames of one file are worked at together.
    """

    policy: Policy
    key: ProjectKey
    kinds: Kinds
    examiner: Examiner
    heading: Heading
    shipped: str
    memory: Memory | None = None
    threads: int = 1

    @classmethod
    def load(cls, policy: Policy, key: ProjectKey, threads: int = 1) -> Self:
        """A cleaner with the shipped rules and network; ConfigurationError where one of them cannot be used.

        `threads` frames of one file are worked at together; the result does not depend on it.
        """
        kinds, rules = Kinds.load(resources.rules("kinds.toml")), load_rules(resources.rules("devices"))
        finder = Finder.load(policy.pixel, threads)
        spares = policy.pixel.remove is Removal.IDENTIFYING_TEXT
        reads = spares or policy.pixel.second_look is SecondLook.SCALE_AND_OCR
        reader = load_reader(policy.pixel, threads) if reads else None
        grammars = Grammars.load(resources.rules("reading"))
        sparing = Sparing(reader, grammars) if spares and reader is not None else None
        tables = (*(_digest_of_files(resources.rules(room)) for room in ("header", "pixels")), grammars.digest)
        version = reader.version if reader is not None else "none"
        shipped = _digest(__version__, kinds.digest, rules.digest, finder.network.digest, version, *tables)
        examiner = _examiner(Detection(rules, finder, policy.pixel, reader, sparing), policy)
        return cls(policy, key, kinds, examiner, Deidentified(key, policy), shipped, threads=threads)

    @property
    def digest(self) -> str:
        """Names everything beside policy and key that results depend on.

        The task is part of it: what one task released is not done for another.
        """
        return _digest(self.shipped, type(self.heading).__name__, self.heading.digest, self.examiner.task)

    def clean(self, source: Source, spool: Path, siblings: frozenset[Trace] = frozenset()) -> Result:
        """The result of one file; if it is released, the proven output lies in `spool` under `result.output`.

        `siblings` is what the index of the study knows that identifies: the file is searched for it as for its own.
        A spool that is not there is made, for its owner only; the folder around it must be there.
        """
        started = time.monotonic()
        path = spool / f"{source.digest}.dcm"
        try:
            spool.mkdir(mode=0o700, exist_ok=True)
            with quiet():  # pydicom's warnings quote values
                result = self._cleaned(source, path, siblings)
        except Refused as refused:
            result = held(source.digest, (Reason(refused.code, refused.detail),))
        except MemoryError:
            result = held(source.digest, (Reason(ReasonCode.OUT_OF_MEMORY),))
        except OSError as error:  # the disk, not the file: a later run tries again
            result = held(source.digest, (Reason(ReasonCode.NOT_DELIVERED, errorcode.get(error.errno or 0, "")),))
        except Exception as error:  # whatever it is, the file waits: nothing that went wrong is released
            result = held(source.digest, (Reason(ReasonCode.INTERNAL_ERROR, place_of(error)),))
        if not isinstance(result.outcome, Released):
            _remove(path, _preview_of(path))
        return replace(
            result,
            instance=_instance(source, self.key),
            policy=self.policy.digest,
            key=self.key.fingerprint,
            seconds=time.monotonic() - started,
        )

    def inspect(self, source: Source) -> Inspection:
        """What `clean` would see before it changes anything, and what it would then doubt; raises Refused."""
        with quiet():
            return self._inspected(source, frozenset())

    def _inspected(self, source: Source, siblings: frozenset[Trace]) -> Inspection:
        facts = facts_of(source.dataset, self.kinds.keywords | self.examiner.keywords)
        kind = self._judged(facts)
        if kind.reason is not None:
            evidence = Evidence(noted=(kind.reason,))
            return Inspection(kind, evidence, doubts(evidence, self.policy))
        if not has_pixels(source.dataset):
            evidence = Evidence(noted=self.heading.notes(source), expects_pixels=kind.pixels)
            return Inspection(kind, evidence, doubts(evidence, self.policy))
        image = self._open(source, kind, facts)
        known = partial(self.heading.identifiers, source, siblings)
        seen = self.examiner.spared(image, self.examiner.examine(image), known)
        plan = make_plan(seen.regions, image.frames.format)
        evidence = Evidence(
            noted=(*self.heading.notes(source), *seen.notes),
            expects_pixels=kind.pixels,
            has_pixels=True,
            says_burned_in=image.says_burned_in,
            certain=seen.certain,
            doubtful=seen.faint_beside(plan),
            document=seen.document,
            masked_share=_masked_share(plan),
        )
        return Inspection(kind, evidence, doubts(evidence, self.policy), image, seen, plan)

    def _judged(self, facts: Facts) -> Kind:
        """The kind of object; one that only embeds what is replaced is held for nothing."""
        kind = self.kinds.judge(facts)
        if kind.standing is Standing.EMBEDDED and self.policy.header.embedded is Embedded.REPLACE:
            return replace(kind, reason=None)
        return kind

    def _cleaned(self, source: Source, path: Path, siblings: frozenset[Trace]) -> Result:
        first = self._inspected(source, siblings)
        if first.kind.reason is not None:
            return held(source.digest, (first.kind.reason,))
        identifiers, limits = self.heading.identifiers(source, siblings), self.policy.limits
        drafter = Drafter(source, identifiers, path, limits, self.quality, self.threads)
        overlays = self._overlays(drafter, first)
        noted = (*first.evidence.noted, *overlays.notes)
        if first.image is None:
            dataset = self.heading.dataset(source, drafter.identifiers, first.kind)
            draft = drafter.without_pixels(overlays.put_into(dataset))
            evidence = replace(first.evidence, noted=noted, proof=draft.proof)
            return self._decided(source, first.kind, draft, evidence, plan=None)
        plan, draft, readable = self._drafted(drafter, first.image, first.seen, overlays)
        evidence = replace(
            first.evidence,
            noted=(*noted, *_draft_notes(draft), *_video_notes(first.image, draft)),
            doubtful=first.seen.faint_beside(plan),
            masked_share=_masked_share(plan),
            readable=readable,
            proof=draft.proof,
        )
        result = self._decided(source, first.kind, draft, evidence, plan)
        return self._with_preview(result, draft, first.image) if result.output else result

    @property
    def quality(self) -> VideoQuality:
        """How near the source a video must be that is encoded anew."""
        return VideoQuality(self.policy.pixel.video_psnr, self.policy.pixel.video_residue)

    def _open(self, source: Source, kind: Kind, facts: Facts) -> OpenImage:
        image = OpenImage.of(source.dataset, source.transfer_syntax, self.policy.limits, kind, facts)
        require_no_plane_in_the_image(source.dataset, image.frames.format)
        return image

    def _overlays(self, drafter: Drafter, first: Inspection) -> Overlays:
        """What becomes of overlay planes: they are looked at once, however many drafts there are."""
        source = drafter.source
        if not overlay_groups(source.dataset):
            return Overlays()
        if not self.heading.cleans:
            return uncovered_overlays(source.dataset, first.plan) if first.plan else Overlays(unmasked=True)
        dataset = self.heading.dataset(source, drafter.identifiers, first.kind)
        return self.examiner.overlays(dataset, drafter.identifiers)

    def _drafted(
        self, drafter: Drafter, image: OpenImage, seen: Examination, overlays: Overlays
    ) -> tuple[Plan, Draft, int]:
        """Draft, look again, mask what was still seen, and draft again, until the second look is content.

        The last draft carries in its proof what the second look still sees; the number counts words that identify.
        """
        regions, fresh = seen.regions, tuple[Region, ...]()
        for _ in range(_ROUNDS):
            plan = make_plan(regions, image.frames.format)
            dataset = self.heading.dataset(drafter.source, drafter.identifiers, image.kind)
            draft = drafter.of_image(overlays.put_into(dataset), image.frames, plan)
            assert draft.frames is not None
            cleaned = image.showing(draft.frames)
            left = self.examiner.examine_again(cleaned, plan, drafter.identifiers, fresh)
            if not left:
                return plan, draft, 0
            regions, fresh = revised(regions, left)
        proof = replace(draft.proof, text_left=len(left))
        return plan, replace(draft, proof=proof), sum(region.origin is Origin.IDENTIFIER for region in left)

    def _decided(self, source: Source, kind: Kind, draft: Draft, evidence: Evidence, plan: Plan | None) -> Result:
        source.require_unchanged()
        outcome = decide(evidence, self.policy)
        place = _place(source, self.heading.patient(source), self.key)
        output = Output(draft.path.name, draft.digest, place) if isinstance(outcome, Released) else None
        if output is not None and self.memory is not None:
            self.memory.remember(originals_of(source.dataset), originals_of(draft.dataset))
        return Result(source.digest, outcome, output, plan, draft.proof, _image(kind, plan))

    def _with_preview(self, result: Result, draft: Draft, image: OpenImage) -> Result:
        """The released frame as a small picture beside the output; only the report shows it."""
        assert draft.frames is not None and result.output is not None
        picture = next(one_by_one(draft.frames.frame(0), draft.frames.format, image.display))
        preview = _preview_of(draft.path)
        preview.write_bytes(png(picture, _PREVIEW_SIDE))
        return replace(result, output=replace(result.output, preview=preview.name))


def _examiner(detection: Detection, policy: Policy) -> Examiner:
    """Pixels are changed only where the policy has the Clean Pixel Data Option."""
    return detection if Option.CLEAN_PIXEL_DATA in policy.header.options else LookingOnly(detection)


def place_of(error: Exception) -> str:
    """Kind and place of an error, without its message: messages of libraries quote values."""
    frames = [frame for frame in extract_tb(error.__traceback__) if "pixelclean" in frame.filename]
    where = f" at {Path(frames[-1].filename).stem}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + where


def _masked_share(plan: Plan) -> float:
    """The largest share of a frame that is masked, 0 to 1."""
    return max(float(plan.mask(frame).mean()) for frame in plan.distinct_frames)


def _draft_notes(draft: Draft) -> Iterator[Reason]:
    if draft.hidden:
        yield Reason(ReasonCode.HIDDEN_BITS_CLEARED)
    if draft.proof.syntax_in != draft.proof.syntax_out:
        yield Reason(ReasonCode.TRANSFER_SYNTAX_CHANGED, f"{draft.proof.syntax_in} to {draft.proof.syntax_out}")


def _video_notes(image: OpenImage, draft: Draft) -> Iterator[Reason]:
    frames, written = image.frames, draft.frames
    if not isinstance(frames, VideoFrames) or not isinstance(written, VideoFrames):
        return
    yield Reason(ReasonCode.VIDEO_ENCODED_ANEW)
    before, after = level_name(frames.stream), level_name(written.stream)
    if before != after:
        yield Reason(ReasonCode.VIDEO_LEVEL_CHANGED, f"{before} to {after}")
    if dropped := frames.stream.audio + frames.stream.others:
        yield Reason(ReasonCode.SOUND_REMOVED, f"{dropped} streams beside the video")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _preview_of(path: Path) -> Path:
    return path.with_suffix(".png")


def _remove(*paths: Path) -> None:
    """What a held file leaves behind; where the disk refuses, the sweep of the spool follows."""
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _digest_of_files(folder: Path) -> str:
    """SHA-256 over the content of every file of a folder of tables, at any depth."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return _digest(*(hashlib.sha256(path.read_bytes()).hexdigest() for path in files))


def _text(source: Source, keyword: str) -> str:
    return str(source.dataset.get(keyword) or "").strip()


def _instance(source: Source, key: ProjectKey) -> str:
    """The pseudonym of the instance; a UID that cannot be read, in a file that is held for it, gives none."""
    try:
        with quiet():
            uid = _text(source, "SOPInstanceUID")
        return key.pseudonym("instance", uid) if uid else ""
    except Exception:
        return ""


def _place(source: Source, patient: str, key: ProjectKey) -> PurePosixPath:
    """Patient, study, series and instance below OUT, each a keyed pseudonym.

    The instance's includes the digest of the file: different files that share a SOP Instance UID keep apart.
    """
    study = _text(source, "StudyInstanceUID")
    series = _text(source, "SeriesInstanceUID")
    folders = [
        key.pseudonym("folder-patient", patient),
        key.pseudonym("folder-study", f"{patient}\0{study}"),
        key.pseudonym("folder-series", f"{patient}\0{study}\0{series}"),
    ]
    name = key.pseudonym("file-instance", f"{_text(source, 'SOPInstanceUID')}\0{source.digest}", length=24)
    return PurePosixPath(*folders, f"{name}.dcm")


def _image(kind: Kind, plan: Plan | None) -> Image:
    """Kind and size for the report."""
    rows, columns, frames = (plan.rows, plan.columns, plan.frames) if plan else (0, 0, 0)
    return Image(kind.modality, kind.sop_class, rows, columns, frames)
