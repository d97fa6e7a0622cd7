"""The conformance statement of a policy (PS3.15 E.1.3, PS3.2 N.8.4.4), made from the very rules that the code runs.

Every line about an attribute is what `header.rules_of(policy)` decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.datadict import dictionary_VR, keyword_for_tag

from pixelclean.header import (
    DESCRIPTOR_CLEANING,
    Action,
    Row,
    Type,
    left_of_dates,
    listed_private,
    method_of,
    reviewed,
    rules_of,
    table_rows,
    tells_the_oldest,
)
from pixelclean.options import CODES, Option
from pixelclean.overrides import Means, Override
from pixelclean.policy import DateShift, Policy, Removal
from pixelclean.version import __version__

_PATIENT_NAME, _PATIENT_AGE = 0x00100010, 0x00101010
_TIMEZONE_OFFSET_FROM_UTC = 0x00080201
_TYPES = (Type.ONE, Type.TWO, Type.THREE, Type.UNDEFINED)
_IN_WORDS = {
    Action.REMOVE: "removed",
    Action.EMPTY: "emptied",
    Action.DUMMY: "dummy",
    Action.NEW_UID: "new UID",
    Action.KEEP: "kept",
    Action.CLEAN: "cleaned",
    Action.SHIFT: "shifted",
    Action.PSEUDONYM: "pseudonym",
    Action.KEEP_UID: "kept",
    Action.KEEP_DATE: "kept if a date",
    Action.KEEP_AGE: "kept, oldest grouped",
    Action.KEEP_IF_WELL_FORMED: "kept if well formed",
    Action.CODE: "kept if published",
    Action.ORDER: "by order",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One attribute of Table E.1-1: the profile's code, the code in force, and what is done for Types 1, 2, 3, and
    where the IOD does not define it."""

    tag: str
    name: str
    profile: str
    in_force: str
    done: tuple[str, str, str, str]

    @property
    def short(self) -> str:
        """One word where the Type makes no difference."""
        return self.done[0] if len(set(self.done)) == 1 else " / ".join(self.done)


def lines(policy: Policy) -> tuple[Line, ...]:
    """Every row of Table E.1-1 with what the policy does to it, in the order of the table."""
    return tuple(_line(row, policy) for row in table_rows())


def claims(policy: Policy) -> tuple[str, ...]:
    """The codes of CID 7050 that outputs bear, in ascending order; that of pixels only where they were proven."""
    pixels = Option.CLEAN_PIXEL_DATA in policy.header.options
    codes = (*method_of(policy).codes, *([f"{CODES[Option.CLEAN_PIXEL_DATA]} (proven pixels)"] if pixels else []))
    return tuple(sorted(codes))


def moves_dates(policy: Policy) -> bool:
    """Whether options or orders move dates; they are then shifted as the policy says."""
    return left_of_dates(policy.header) == "MODIFIED"


def statement(policy: Policy) -> str:
    """The statement in Markdown."""
    return "\n".join(_sections(policy)) + "\n"


def _line(row: Row, policy: Policy) -> Line:
    rules = rules_of(policy.header)
    in_force = row.code(policy.header.options)
    if "x" in row.id or row.id == "private":
        tag = row.id if row.id == "private" else f"{row.id[:4]},{row.id[4:]}"
        return Line(tag, row.name, row.basic, in_force, _of_a_group(row, policy))
    number = int(row.id, 16)
    decided = [_in_words(rules.for_type(number, kind).action, number, policy) for kind in _TYPES]
    if number in rules.orders:
        in_force = f"order: {rules.orders[number].means}"
    elif number == _PATIENT_NAME:
        decided = [f"pseudonym, in items {word}" for word in decided]
    return Line(
        f"{row.id[:4]},{row.id[4:]}", row.name, row.basic, in_force, (decided[0], decided[1], decided[2], decided[3])
    )


def _in_words(action: Action, tag: int, policy: Policy) -> str:
    """What is done; a shift by whole days leaves times of day, and any shift leaves the zone."""
    stays = dictionary_VR(tag) == "TM" and policy.header.shift is DateShift.DAYS
    if action is Action.SHIFT and (stays or tag == _TIMEZONE_OFFSET_FROM_UTC):
        return "kept if a time"
    return _IN_WORDS[action]


def _of_a_group(row: Row, policy: Policy) -> tuple[str, str, str, str]:
    """Private attributes, overlays and curves: the Type says nothing about them."""
    options = policy.header.options
    done = "removed"
    if row.id == "private" and Option.RETAIN_SAFE_PRIVATE in options:
        done = "kept if known to be safe"
    elif row.id == "60xx3000" and Option.CLEAN_GRAPHICS in options:
        done = "cleaned: text in the plane is taken out"
    elif row.id == "60xx4000" and Option.CLEAN_GRAPHICS in options:
        done = "cleaned"
    return (done, done, done, done)


def _sections(policy: Policy) -> Iterator[str]:
    yield f"# De-identification conformance statement: policy {policy.name} {policy.version}"
    yield ""
    yield f"pixelclean {__version__} as a de-identifier by DICOM PS3.15 2026d Annex E, and as a re-identifier (E.1.2)."
    yield f"Policy digest (SHA-256): `{policy.digest}`. Author: {policy.author}. Approved by: {policy.approver}."
    for section in (_profile, _integrity, _inserted, _manners, _attributes, _others, _private, _encryption, _limits):
        yield ""
        yield from section(policy)


def _profile(policy: Policy) -> Iterator[str]:
    codes = method_of(policy).codes
    yield "## Profile and options"
    yield ""
    if "113100" in codes:
        yield "Claims the Basic Application Level Confidentiality Profile (113100) with these options:"
    else:
        yield "Leaves more than the Basic Profile does: 113100 is **not** claimed. Options in force:"
    yield ""
    for option in policy.header.options:
        yield f"- {option.replace('_', ' ')} ({CODES[option]})"
    yield ""
    yield "Not available: Clean Recognizable Visual Features (113102). Rules for options that meet on one attribute: what is"
    yield "ordered for the attribute by the policy comes first; cleaning (C) wins over keeping (K); an option wins over the"
    yield "profile (E.1.1). Codes of pixel options appear only in files with pixels that were proven."


def _integrity(policy: Policy) -> Iterator[str]:
    yield "## Referential integrity"
    yield ""
    if Option.RETAIN_UIDS in policy.header.options:
        yield "UIDs stay; a file waits where one of them tells an ID, or a date that does not stay. Patient ID and name, IDs,"
        yield "local codes and date shifts come from one secret key by HMAC-SHA-256: the same in every study, run and machine"
        yield "that uses the key, and nothing in common under another key. A UID that is missing is 2.25.N (PS3.5 B.2)."
    else:
        yield "UIDs, Patient ID and name, IDs, local codes and date shifts come from one secret key by HMAC-SHA-256: the same in"
        yield "every study, run and machine that uses the key, and nothing in common under another key. UIDs are 2.25.N (PS3.5"
        yield "B.2). References in any depth are mapped alike. A file that bears UIDs of this key keeps them."
    yield "Stages may follow each other. An instance without Patient ID is placed by name and birth date, without those by"
    yield "study. A mapping puts the site's own IDs and names in the place of pseudonyms."


def _inserted(policy: Policy) -> Iterator[str]:
    yield "## Inserted attributes"
    yield ""
    yield "- Patient Identity Removed (0012,0062): YES"
    yield "- De-identification Method (0012,0063), after the values of earlier steps: " + "; ".join(
        method_of(policy).texts
    )
    yield f"- De-identification Method Code Sequence (0012,0064): {', '.join(claims(policy)) or 'none'}"
    yield "- Longitudinal Temporal Information Modified (0028,0303): " + _temporal(policy)
    yield "- Burned In Annotation (0028,0301): NO where Clean Pixel Data was done and proven; Recognizable Visual Features"
    yield "  (0028,0302) by kind of object"
    yield "- Contributing Equipment Sequence (0018,A001): pixelclean, purpose (109104, DCM, De-identifying Equipment)"
    yield from (f"- Patient's Age (0010,1010): {why}" for why in _ages(policy))
    yield "- Clinical trial attributes, where a mapping or an order gives some: theirs, and what their modules demand"
    yield "- Lossy Image Compression, Ratio and Method where pixels of a lossy image were written anew; Derivation Description"
    yield "  where pixels were masked"
    yield "- File meta information and preamble: new; nothing of the source's is carried over"


def _ages(policy: Policy) -> Iterator[str]:
    rules = rules_of(policy.header)
    order = rules.orders.get(_PATIENT_AGE)
    if order is not None and order.means in (Means.BIN, Means.DERIVE):
        yield "worked out from birth and study date where the source has none"
    elif tells_the_oldest(rules):
        yield f"{policy.header.oldest_age + 1:03d}Y in place of a birth date that would tell more; that becomes empty"


def _temporal(policy: Policy) -> str:
    left = left_of_dates(policy.header)
    return f"{left}, unless an earlier stage with the same key left less" if left == "UNMODIFIED" else left


def _manners(policy: Policy) -> Iterator[str]:
    header = policy.header
    yield "## How values are made"
    yield ""
    yield "- Dummies are the same for everyone: texts REMOVED, names REMOVED^, dates 19000101, times 000000, ages 000Y, numbers 0,"
    yield "  URIs about:blank; sequences have one item with the least that is valid (rules/header/dummies.toml)."
    if Option.CLEAN_PIXEL_DATA in header.options:
        yield "- Pixels: what a device rule names or the detector finds is overwritten with black in the stored values, and the"
        yield "  written file is looked at again, by other means. Of kinds that rarely burn in text only what is text for sure"
        yield "  is overwritten; a person is asked about what may be (rules/kinds.toml)."
    if Option.CLEAN_GRAPHICS in header.options:
        yield "- Graphics: in overlay planes every place that may be text is cleared; a plane that cannot be searched is removed,"
        yield "  curves always; text objects are cleaned as descriptors are; drawn lines stay as they are."
    if Option.CLEAN_STRUCTURED_CONTENT not in header.options:
        yield "- Structured content is replaced by one dummy item; content items elsewhere are judged by Table E.3.4-1."
    else:
        yield "- Structured content: content items at every depth by Table E.3.4-1, retired codes and other Value Types of its"
        yield "  concepts included; X/D is a dummy; an image that coordinates are selected from is referred to under its new UID;"
        yield "  items of other concepts by Value Type, as the attributes that hold their values."
    if Option.CLEAN_DESCRIPTORS in header.options:
        yield f"- Descriptors: {DESCRIPTOR_CLEANING}"
    if moves_dates(policy):
        unit = "whole days; times of day stay" if header.shift is DateShift.DAYS else "days and seconds"
        yield f"- Dates and times: moved back by 1 to {header.longest_shift_days} days, {unit}, one shift a patient from the"
        yield "  key, so that intervals and order within a patient stay. What is no date is treated by the profile."
    if Option.RETAIN_PATIENT_CHARACTERISTICS in header.options:
        yield f"- Patient characteristics: ages over {header.oldest_age} years are written as {header.oldest_age + 1:03d}Y;"
        yield "  texts among them are cleaned as descriptors are."
    yield "- Texts, numbers and codes that stay are searched for the names, IDs, dates and places that the study's headers know;"
    yield "  one that holds any becomes a dummy, or empty."
    yield "- Waveforms stay where they are physiological signals for sure; voices and sounds become silence."
    yield "- AE titles that a device option cleans become keyed pseudonyms. Codes of published schemes stay, local ones become"
    yield "  keyed pseudonyms without a meaning."
    for order in header.attributes:
        yield f"- {order.attribute}: {order_in_words(order)}"


def order_in_words(order: Override) -> str:
    """What is ordered for an attribute, such as "bin of 10 from 40 to 120"."""
    bounds = [
        f"of {order.width:g}" if order.width else "",
        f"from {order.lowest:g}" if order.lowest is not None else "",
        f"to {order.highest:g}" if order.highest is not None else "",
    ]
    details = {
        "value": f'"{order.value}"',
        "bin": " ".join(filter(None, bounds)),
        "only": ", ".join(order.only),
    }
    return f"{order.means} {details.get(order.means, '')}".strip()


def _attributes(policy: Policy) -> Iterator[str]:
    yield "## Attributes of Table E.1-1"
    yield ""
    yield "Done at every depth. Four words: for Type 1, Type 2, Type 3 and where the IOD does not define the attribute; 1C"
    yield "counts as 1, 2C as 2. X on an attribute that the IOD demands becomes empty or a dummy."
    yield ""
    yield "| tag | attribute | profile | in force | done |"
    yield "|---|---|---|---|---|"
    for line in lines(policy):
        yield f"| {line.tag} | {line.name} | {line.profile} | {line.in_force} | {line.short} |"


def _others(policy: Policy) -> Iterator[str]:
    rules = rules_of(policy.header)
    yield "## Attributes that the table does not name"
    yield ""
    yield "Unknown elements of even groups are removed. Known ones by their value representation: numbers and coded values are"
    yield "kept where they are what they should be, UIDs are replaced, names, texts, dates and AE titles become dummies, or are"
    yield "cleaned or kept where an option does so for their likes; URIs and bytes are removed, as are: "
    yield ", ".join(keyword_for_tag(tag) for tag in sorted(reviewed().removed)) + "."
    yield "Codes and meanings pass where the scheme is published: " + ", ".join(sorted(reviewed().schemes)) + "."
    yield "These texts and tables pass after review:"
    yield ""
    for tag in sorted(reviewed().text | reviewed().binary):
        yield f"- ({tag >> 16:04X},{tag & 0xFFFF:04X}) {keyword_for_tag(tag)}, VR {dictionary_VR(tag)}"
    outside = [tag for tag in sorted(rules.orders) if f"{tag:08X}" not in {row.id for row in table_rows()}]
    for tag in outside:
        yield f"- ({tag >> 16:04X},{tag & 0xFFFF:04X}) {keyword_for_tag(tag)}: order {rules.orders[tag].means}"


def _private(policy: Policy) -> Iterator[str]:
    yield "## Private attributes"
    yield ""
    if Option.RETAIN_SAFE_PRIVATE not in policy.header.options:
        yield "All are removed, their creators too."
        return
    yield "Kept where known to be safe, with their creators, blocks numbered anew. UIDs and dates among them follow their"
    yield "options, of texts only codes and known words stay, bytes only where they are no text. Known to be safe are these, and"
    yield "small numbers and coded words that an instance itself declares in (0008,0300), under a creator that is known or reads"
    yield "like the name of a product:"
    yield ""
    for private in listed_private():
        yield f"- ({private.group:04X},xx{private.element:02X}) {private.creator}: {private.meaning or 'no meaning published'} [{private.source}]"


def _encryption(policy: Policy) -> Iterator[str]:
    yield "## Encrypted Attributes Sequence"
    yield ""
    yield "With recipients' certificates given to a run: every top-level element that was removed or replaced, private ones"
    yield "included, pixel data, overlays, curves and waveforms not, in one item of Modified Attributes Sequence, Explicit VR"
    yield "Little Endian; CMS enveloped data (RFC 5652) for all recipients; RSA key transport (PKCS #1 v1.5), RSA keys of"
    yield "2048 bits or more; AES-256, or AES-128 or AES-192 where a run asks for it, in CBC mode; recipients named by subject key"
    yield "identifier, never by the issuer's name. An Encrypted Attributes Sequence of the source is removed. Words of Big"
    yield "Endian files keep their order. Nothing is signed: who holds a certificate can make an envelope, so what comes back"
    yield "proves nothing about its author. Re-identification reads AES-128, -192, -256 and Triple-DES."


def _limits(policy: Policy) -> Iterator[str]:
    limits = policy.limits
    yield "## Limits"
    yield ""
    yield f"Files up to {limits.file_bytes >> 20} MiB, frames up to {limits.frame_bytes >> 20} MiB, {limits.depth} nested sequences, {limits.elements:,} elements. What cannot"
    yield "be read is never passed on: it waits in the queue or in quarantine with a reason code. Objects that embed documents,"
    yield f"models, voices or raw data: {policy.header.embedded}. Attributes that later editions add are unknown and removed."
    yield f"Labels and overviews of slides: {policy.pixel.slide_labels}. Icons and other copies of the pixels are removed. Videos are"
    yield f"encoded anew without sound and user data, with {policy.pixel.video_psnr:g} dB or more in every frame further than 16 pixels from"
    yield f"the mask, within {policy.pixel.video_residue:g} of 256 steps from black inside; their level stays where it carries that, and is named where not."
    if policy.pixel.remove is Removal.IDENTIFYING_TEXT:
        yield f"Burned-in text stays (E.3.1) where {policy.pixel.reader} reads all of it twice alike as settings, units, sides, parts of the body"
        yield "or digits of a ruler, in every frame, on even ground with nothing beside it, and as nothing that identifies."
