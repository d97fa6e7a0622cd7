"""Names in every script, declared rightly, wrongly or not at all: no policy passes any of them on, under any spelling."""

from collections.abc import Iterator

import pytest
from bad_files import (
    CT,
    REPORT,
    Output,
    a_policy,
    element,
    everything,
    instance,
    item,
    outputs,
    sequence,
    shipped,
    treated,
)
from pydicom.charset import convert_encodings, encode_string

from pixelclean.errors import Refused
from pixelclean.options import Option
from pixelclean.reasons import ReasonCode

MATERIALS = {
    "japanese": ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田太郎"),
    "katakana": ("ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう", "ﾔﾏﾀﾞﾀﾛｳ"),
    "korean": ("Hong^Gildong=洪^吉洞=홍^길동", "홍길동"),
    "chinese": ("Zhang^XiaoDong=张^小东", "张小东"),
    "russian": ("Люкceмбypг^Владимир", "Владимир"),
    "greek": ("Διονυσιος^Παπαδοπουλος", "Παπαδοπουλος"),
    "arabic": ("قباني^لنزار", "قباني"),
    "hebrew": ("שרון^דבורה", "דבורה"),
    "thai": ("สมชาย^ใจดี", "สมชาย"),
    "french": ("Sentinel^Jérôme", "Jérôme"),
    "german": ("Äneassen^Rüdiger", "Rüdiger"),
    "turkish": ("Çavuşoğlu^Nuri", "Çavuşoğlu"),
}
"""A name, and how it stands in a text."""

DECLARED = [
    ("japanese", r"\ISO 2022 IR 87"),
    ("japanese", "ISO 2022 IR 87"),
    ("japanese", r"\ISO 2022 IR 87\ISO 2022 IR 159"),
    ("japanese", "ISO_IR 192"),
    ("japanese", "GB18030"),
    ("katakana", r"ISO 2022 IR 13\ISO 2022 IR 87"),
    ("korean", r"\ISO 2022 IR 149"),
    ("korean", "ISO_IR 192"),
    ("chinese", r"\ISO 2022 IR 58"),
    ("chinese", "GB18030"),
    ("chinese", "GBK"),
    ("russian", "ISO_IR 144"),
    ("russian", r"ISO 2022 IR 100\ISO 2022 IR 144"),
    ("greek", "ISO_IR 126"),
    ("arabic", "ISO_IR 127"),
    ("hebrew", "ISO_IR 138"),
    ("thai", "ISO_IR 166"),
    ("french", "ISO_IR 100"),
    ("german", "ISO_IR 192"),
    ("turkish", "ISO_IR 148"),
]
ENCODED = {
    "japanese": ("shift_jis", "euc_jp", "utf-8", "iso2022_jp"),
    "korean": ("euc_kr", "utf-8"),
    "chinese": ("gb18030", "utf-8"),
    "russian": ("cp1251", "iso8859_5", "koi8_r", "utf-8"),
    "greek": ("iso8859_7", "utf-8"),
    "arabic": ("iso8859_6", "cp1256", "utf-8"),
    "hebrew": ("iso8859_8", "utf-8"),
    "thai": ("tis_620", "utf-8"),
    "french": ("latin-1", "cp850", "utf-8"),
    "german": ("latin-1", "utf-8"),
    "turkish": ("iso8859_9", "utf-8"),
}
WRONGLY = [
    "",
    "ISO_IR 6",
    "ISO_IR 100",
    "ISO_IR 192",
    "ISO_IR 13",
    "ISO_IR 127",
    "ISO_IR 138",
    "ISO_IR 144",
    "ISO_IR 166",
    r"\ISO 2022 IR 87",
    r"ISO 2022 IR 6\ISO 2022 IR 149",
    r"ISO 2022 IR 13\ISO 2022 IR 58",
]
SEVEN_BIT = "ISO 2022 IR 87"  # alone, with the backslash in front forgotten
MULTI_BYTE = ["GB18030", "GBK"]


def spelled(text: str, terms: str) -> bytes:
    """The text by the character sets that are declared, each part of a name with the escapes that it needs."""
    encodings = convert_encodings((f"\\{terms}" if terms == SEVEN_BIT else terms).split("\\"))
    return b"=".join(
        b"^".join(_escaped(encode_string(part, encodings), terms) for part in group.split("^"))
        for group in text.split("=")
    )


def _escaped(part: bytes, terms: str) -> bytes:
    """With the escape of GB 2312, which pydicom reads and does not write."""
    return part if part.isascii() or not terms.endswith("IR 58") else b"\x1b$)A" + part


def named(name: bytes, text: bytes, terms: str, sop_class: str = CT) -> bytes:
    """An object whose patient is called `name`, with `text` wherever people and devices write what they like."""
    declared = [element(0x00080005, "CS", terms)] if terms else []
    return instance(
        *declared,
        element(0x00081010, "SH", text),
        element(0x00081030, "LO", text),
        element(0x0008103E, "LO", b"Head " + text),
        element(0x00080090, "PN", name),
        element(0x00100010, "PN", name),
        element(0x00104000, "LT", b"CT of " + text),
        element(0x00180010, "LO", text),
        element(0x00181000, "LO", text),
        element(0x00181030, "LO", text + b" CT"),
        element(0x00190010, "LO", "GEMS_ACQU_01"),
        element(0x0019109C, "LO", text),
        element(0x0019109E, "LO", b"EFGRE3D " + text),
        element(0x20010010, "LO", "Philips Imaging DD 001"),
        element(0x20011020, "LO", b"FFE " + text),
        sequence(0x00400275, item(element(0x00400007, "LO", b"Head " + text), element(0x00321060, "LO", text))),
        sequence(
            0x0040A730,
            item(element(0x0040A040, "CS", "TEXT"), element(0x0040A160, "UT", b"Head seen by " + text)),
            item(element(0x0040A040, "CS", "PNAME"), element(0x0040A123, "PN", name)),
        ),
        sop_class=sop_class,
    )


def assert_nameless(output: Output, name: str, *encoded: bytes) -> None:
    """Neither any part of the name nor its bytes as they came are in the output."""
    parts = [part for group in name.casefold().split("=") for part in group.split("^")]
    assert not [part for part in parts if part in output.text], output.policy
    pieces = [piece for each in encoded for piece in each.replace(b"=", b"^").split(b"^") if len(piece) > 3]
    assert not [piece for piece in pieces if piece in output.data], output.policy


@pytest.mark.parametrize("script, terms", DECLARED)
def test_a_name_in_its_own_script_is_gone_from_every_text(script: str, terms: str) -> None:
    name, text = MATERIALS[script]
    encoded = spelled(name, terms), spelled(text, terms)
    for output in outputs(named(*encoded, terms, REPORT)):
        assert_nameless(output, name, *encoded)
        if output.policy != "basic":
            assert output.dataset.ProtocolName == "CT"


def wrongly_declared() -> Iterator[tuple[str, str, str]]:
    for script, encodings in ENCODED.items():
        # A byte of another set and the caret after it may be one character of these: the parts of a name run together.
        terms = [*WRONGLY, *(MULTI_BYTE if script in ("japanese", "korean", "chinese") else [])]
        yield from ((script, encoding, term) for encoding in encodings for term in terms)


@pytest.mark.parametrize("script, encoding", sorted({(script, encoding) for script, encoding, _ in wrongly_declared()}))
def test_a_name_that_is_declared_one_way_and_encoded_another_is_gone_too(script: str, encoding: str) -> None:
    """Under the policy that keeps most."""
    name, text = MATERIALS[script]
    encoded = name.encode(encoding, "replace"), text.encode(encoding, "replace")
    for terms in (term for *way, term in wrongly_declared() if way == [script, encoding]):
        output = treated(named(*encoded, terms), everything()[0])
        assert not output.left, terms
        assert_nameless(output, name, *encoded)


@pytest.mark.parametrize(
    "terms",
    [
        r"ISO_IR 192\ISO 2022 IR 87",
        r"GB18030\ISO 2022 IR 149",
        r"ISO_IR 100\ISO 2022 IR 87",
        r"ISO 2022 IR 87\ISO_IR 192",
        r"\ISO_IR 192",
        r"ISO_IR 13\ISO 2022 IR 87",
        r"ISO_IR 166\ISO 2022 IR 87",
        r"ISO 2022 IR 149\ISO 2022 IR 58\ISO 2022 IR 87\ISO 2022 IR 159",
        "\\".join(["ISO_IR 100"] * 50),
    ],
)
def test_character_sets_that_do_not_go_together_hide_no_name(terms: str) -> None:
    name, text = MATERIALS["japanese"]
    for encoding in ("iso2022_jp", "utf-8", "shift_jis", "gb18030"):
        encoded = name.encode(encoding), text.encode(encoding)
        for output in outputs(named(*encoded, terms)):
            assert_nameless(output, name, *encoded)


@pytest.mark.parametrize(
    "terms", ["ISO_IR 999", "SENTINEL", "latin1", "ISO_IR 100 SENTINEL", r"ISO_IR 100\Zoe", "cp1252"]
)
def test_a_term_that_is_not_defined_stops_the_file(terms: str) -> None:
    with pytest.raises(Refused) as caught:
        treated(named(b"Sentinel^Zoe", b"Sentinel", terms), shipped()[0])
    assert (caught.value.code, caught.value.detail) == (ReasonCode.UNKNOWN_CHARACTER_SET, "(0008,0005)")


@pytest.mark.parametrize("terms", ["", "ISO_IR 100", r"\ISO 2022 IR 87", "ISO_IR 192"])
@pytest.mark.parametrize(
    "text",
    [
        b"Sent\x1b(Binel",
        b"Sent\x1b$B\x1b(Binel",
        b"\x1b(JSentinel\x1b(B Head",
        b"\x1b%GSentinel",
        b"\x1b\x1b$BSentinel",
        b"\x1b$BSentinel",
        b"Sent\0inel",
        b"Sent\x07inel",
        b"\x08Sentinel",
        b"Sentinel\x1b",
        b"\x1bSentinel",
    ],
)
def test_escapes_and_control_characters_in_a_name_hide_no_part_of_it(text: bytes, terms: str) -> None:
    for name in (b"Sentinel^Zoe", text + b"^Zoe"):
        for output in outputs(named(name, text, terms)):
            assert "sentinel" not in output.text and "tinel" not in output.text
            assert b"tinel" not in output.data


def test_an_escape_that_is_never_closed_hides_no_name() -> None:
    for output in outputs(named(b"Yamada^Tarou=\x1b$B;3ED^B@O:", b"\x1b$B;3EDB@O:", r"\ISO 2022 IR 87")):
        assert_nameless(output, "Yamada^Tarou=山田^太郎", b"B@O:")
        assert b";3ED" not in output.data


@pytest.mark.parametrize(
    "terms, text",
    [
        ("", "Röntgen".encode()),
        ("ISO_IR 100", "Röntgen".encode()),
        ("ISO_IR 192", "Röntgen".encode("latin-1")),
        ("", "放射線".encode("euc_jp")),
        ("", "放射線".encode("shift_jis")),
        ("ISO_IR 100", b"Ward\x0712"),
        ("", b"\x1b$BJ|<M"),
    ],
)
def test_a_device_text_that_cannot_be_read_is_not_kept(terms: str, text: bytes) -> None:
    policy = a_policy("devices", Option.RETAIN_DEVICE_IDENTITY)
    output = treated(named(b"Sentinel^Zoe", text, terms), policy)
    assert "StationName" not in output.dataset
    assert text not in output.data


@pytest.mark.parametrize(
    "terms, text",
    [
        ("", "CT 64 slices"),
        ("", "Röntgen"),
        ("ISO_IR 100", "Röntgen 2°"),
        ("ISO_IR 192", "放射線（本館）・２"),
        ("ISO_IR 192", "Рентген №2"),
        (r"\ISO 2022 IR 87", "放射線"),
        ("GB18030", "放射科"),
        ("ISO_IR 166", "รังสี"),
        ("ISO_IR 127", "الأشعة"),
    ],
)
def test_a_device_text_that_is_what_it_says_is_kept(terms: str, text: str) -> None:
    policy = a_policy("devices", Option.RETAIN_DEVICE_IDENTITY)
    encoded = spelled(text, terms) if terms else text.encode("latin-1")
    assert treated(named(b"Sentinel^Zoe", encoded, terms), policy).dataset.StationName == text


def test_an_item_is_read_and_written_by_its_own_character_set() -> None:
    inside = item(element(0x00080005, "CS", "ISO_IR 144"), element(0x00081010, "SH", "Рентген".encode("iso8859_5")))
    data = instance(element(0x00080005, "CS", "ISO_IR 192"), sequence(0x52009229, inside))
    output = treated(data, a_policy("devices", Option.RETAIN_DEVICE_IDENTITY))
    assert output.dataset.SharedFunctionalGroupsSequence[0].StationName == "Рентген"


@pytest.mark.parametrize("terms", ["", "ISO_IR 100", "ISO_IR 144"])
def test_a_name_in_undeclared_utf_8_is_looked_for_as_it_is_meant(terms: str) -> None:
    """The station writes the name without its dots, the patient's name was written as UTF-8 and not declared so."""
    name = "Mülleresk^Zoe".encode()
    policy = a_policy("devices", Option.RETAIN_DEVICE_IDENTITY)
    output = treated(named(name, b"MULLERESK 1", terms), policy)
    assert "mulleresk" not in output.text


@pytest.mark.parametrize(
    "terms, encoding, written",
    [
        ("ISO_IR 100", "latin-1", "latin-1"),
        ("ISO_IR 100", "utf-8", "utf-8"),
        ("ISO_IR 192", "utf-8", "latin-1"),
        ("ISO_IR 192", "latin-1", "latin-1"),
        ("ISO_IR 166", "latin-1", "latin-1"),
        ("ISO_IR 192", "utf-8", "utf-16-le"),
    ],
)
def test_a_name_that_is_spelled_in_numbers_goes_or_stops_the_file(terms: str, encoding: str, written: str) -> None:
    """In numbers of an image, and in a table whose bytes nobody reads; in capitals, small letters, or both."""
    for spelled_so in (str, str.upper, str.lower):
        name = spelled_so("Mülleresköning")
        numbers = name.encode(written).ljust(32, b"\0")
        data = instance(
            element(0x00080005, "CS", terms),
            element(0x00100010, "PN", name.encode(encoding)),
            element(0x00189602, "FD", numbers),
            element(0x00281200, "OW", numbers),
        )
        for policy in everything():
            output = treated(data, policy)
            assert name.encode(written) not in output.data or output.left
