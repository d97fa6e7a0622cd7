"""Kinds of objects: the shipped file, and what a site may write."""

import pickle
from pathlib import Path

import pytest

from pixelclean import resources
from pixelclean.devices import Kind, Kinds, Standing
from pixelclean.errors import ConfigurationError
from pixelclean.facts import Facts
from pixelclean.reasons import End, ReasonCode

STORAGE = "1.2.840.10008.5.1.4.1.1."
CT, MR, DX, SC, US = STORAGE + "2", STORAGE + "4", STORAGE + "1.1", STORAGE + "7", STORAGE + "6.1"


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    return Kinds.load(resources.rules("kinds.toml"))


def judge(kinds: Kinds, sop_class: str, **values: str | tuple[str, ...]) -> Kind:
    header = {name: (value,) if isinstance(value, str) else value for name, value in values.items()}
    return kinds.judge(Facts({"SOPClassUID": (sop_class,), **header}))


@pytest.mark.parametrize(
    "number", ["2", "2.1", "4", "6.1", "6", "3.1", "7", "7.4", "66.4", "481.2", "77.1.6", "20", "5"]
)
def test_images_are_allowed_with_pixels(kinds: Kinds, number: str) -> None:
    kind = judge(kinds, STORAGE + number)
    assert (kind.standing, kind.reason, kind.pixels) == (Standing.ALLOWED, None, True)
    assert kind.sop_class


@pytest.mark.parametrize("number", ["481.3", "481.5", "88.33", "88.59", "11.1", "9.1.1", "67", "91.1"])
def test_objects_whose_text_the_tables_cover_are_allowed_without_pixels(kinds: Kinds, number: str) -> None:
    kind = judge(kinds, STORAGE + number)
    assert (kind.standing, kind.pixels, kind.features) == (Standing.ALLOWED, False, None)


@pytest.mark.parametrize("number", ["104.1", "104.2", "104.3", "66", "9.4.1", "9.4.2"])
def test_what_embeds_a_document_a_model_a_voice_or_raw_data_waits(kinds: Kinds, number: str) -> None:
    kind = judge(kinds, STORAGE + number)
    assert kind.standing is Standing.EMBEDDED and not kind.pixels
    assert kind.reason is not None
    assert (kind.reason.code, kind.reason.code.end) == (ReasonCode.EMBEDDED_CONTENT, End.QUEUE)


@pytest.mark.parametrize("number", ["68.1", "501.1", "88.2"])
def test_what_cannot_be_cleaned_is_refused_by_name(kinds: Kinds, number: str) -> None:
    kind = judge(kinds, STORAGE + number)
    assert kind.standing is Standing.REFUSED
    assert kind.reason is not None
    assert kind.reason.code is ReasonCode.SOP_CLASS_REFUSED
    assert kind.sop_class in kind.reason.detail


def test_a_private_sop_class_is_refused_and_its_uid_is_not_told(kinds: Kinds) -> None:
    kind = judge(kinds, "1.3.9999.12.34")
    assert kind.standing is Standing.REFUSED
    assert kind.reason is not None
    assert "9999" not in kind.reason.detail


def test_an_unlisted_sop_class_of_dicom_waits(kinds: Kinds) -> None:
    kind = judge(kinds, "1.2.840.10008.5.1.4.38.1")
    assert kind.standing is Standing.WAITS
    assert kind.reason is not None
    assert kind.reason.code is ReasonCode.SOP_CLASS_NOT_ALLOWED


@pytest.mark.parametrize("values", [{}, {"SOPClassUID": ("",)}])
def test_an_object_that_does_not_say_its_kind_waits(kinds: Kinds, values: dict[str, tuple[str, ...]]) -> None:
    kind = kinds.judge(Facts(values))
    assert kind.standing is Standing.WAITS
    assert kind.reason is not None
    assert kind.reason.code is ReasonCode.SOP_CLASS_MISSING


@pytest.mark.parametrize(
    "sop_class, values",
    [
        (US, {}),
        (SC, {}),
        (CT, {"Modality": "US"}),
        (CT, {"Modality": "CT", "ImageType": ("DERIVED", "SECONDARY", "SCREEN SAVE")}),
        (CT, {"Modality": "CT", "BurnedInAnnotation": "YES"}),
        (DX, {"Modality": "DX", "ConversionType": "WSD"}),
        (CT, {"Modality": "CT", "PhotometricInterpretation": "RGB"}),
        (CT, {"Modality": "CT", "SeriesDescription": "Dose Report"}),
    ],
)
def test_objects_that_burn_in_text_are_marked(kinds: Kinds, sop_class: str, values: dict[str, str]) -> None:
    assert judge(kinds, sop_class, **values).burns_in_text


@pytest.mark.parametrize("said", ["NO", ""])
def test_burned_in_annotation_no_takes_no_mark_away(kinds: Kinds, said: str) -> None:
    assert judge(kinds, US, Modality="US", BurnedInAnnotation=said).burns_in_text


def test_a_plain_slice_is_not_marked(kinds: Kinds) -> None:
    image_type = ("ORIGINAL", "PRIMARY", "AXIAL")
    assert not judge(kinds, CT, Modality="CT", ImageType=image_type, BurnedInAnnotation="NO").burns_in_text


SLIDE = STORAGE + "77.1.6"


@pytest.mark.parametrize(
    "sop_class, values",
    [
        (SLIDE, {"ImageType": ("ORIGINAL", "PRIMARY", "LABEL", "NONE")}),
        (SLIDE, {"ImageType": ("ORIGINAL", "PRIMARY", "OVERVIEW", "NONE"), "SpecimenLabelInImage": "NO"}),
        (SLIDE, {"ImageType": ("DERIVED", "PRIMARY", "label", "RESAMPLED")}),
        (SC, {"Modality": "SM", "ImageType": ("DERIVED", "SECONDARY", "MACRO")}),
        (SLIDE, {"ImageType": ("ORIGINAL", "PRIMARY", "VOLUME", "NONE"), "SpecimenLabelInImage": "YES"}),
        (SC, {"SpecimenLabelInImage": "yes"}),
    ],
)
def test_images_that_may_show_the_label_of_a_slide_are_marked(
    kinds: Kinds, sop_class: str, values: dict[str, str | tuple[str, ...]]
) -> None:
    assert judge(kinds, sop_class, **values).slide_label


@pytest.mark.parametrize(
    "sop_class, values",
    [
        (SLIDE, {"ImageType": ("ORIGINAL", "PRIMARY", "VOLUME", "NONE"), "SpecimenLabelInImage": "NO"}),
        (SLIDE, {"Modality": "SM", "ImageType": ("DERIVED", "PRIMARY", "THUMBNAIL", "RESAMPLED")}),
        (CT, {"Modality": "CT", "ImageType": ("DERIVED", "PRIMARY", "LABEL")}),
        (SLIDE, {}),
    ],
)
def test_tissue_and_images_of_anything_else_show_no_label_of_a_slide(
    kinds: Kinds, sop_class: str, values: dict[str, str | tuple[str, ...]]
) -> None:
    assert not judge(kinds, sop_class, **values).slide_label


@pytest.mark.parametrize(
    "sop_class, values, features",
    [
        (CT, {"Modality": "CT", "BodyPartExamined": "HEAD"}, "YES"),
        (CT, {"Modality": "CT"}, "YES"),
        (MR, {"Modality": "MR", "BodyPartExamined": "brain"}, "YES"),
        (MR, {"Modality": "MR", "BodyPartExamined": "ZZHEADZZ"}, "YES"),
        (CT, {"Modality": "CT", "BodyPartExamined": "ABDOMEN"}, "NO"),
        (CT, {"Modality": "CT", "BodyPartExamined": "ABDOMEN", "ImageType": ("DERIVED", "SECONDARY")}, None),
        (CT, {"Modality": "CT", "BodyPartExamined": "ABDOMEN", "ConversionType": "WSD"}, "YES"),
        (CT, {"Modality": "CT", "BodyPartExamined": "ABDOMEN", "SeriesDescription": "BRAIN 3D"}, "YES"),
        (CT, {"Modality": "CT", "BodyPartExamined": "ABDOMEN", "ProtocolName": "1_Kopf_nativ"}, "YES"),
        (CT, {"Modality": "CT", "BodyPartExamined": "HIP", "StudyDescription": "CT HN staging"}, "YES"),
        (CT, {"Modality": "CT", "BodyPartExamined": "ABDOMEN", "SeriesDescription": "Abdomen year search 3.0"}, "NO"),
        (STORAGE + "2.1", {"Modality": "CT", "BodyPartExamined": "ABDOMEN"}, None),
        (DX, {"Modality": "DX", "BodyPartExamined": "CHEST", "SeriesDescription": "Skull ap"}, None),
        (CT, {"Modality": "CT", "BodyPartExamined": "ZZUNHEARDOF"}, None),
        (DX, {"Modality": "DX", "BodyPartExamined": "CHEST"}, "NO"),
        (DX, {"Modality": "DX"}, None),
        (SC, {"Modality": "CT", "BodyPartExamined": "ABDOMEN"}, "YES"),
        (STORAGE + "77.1.4", {"Modality": "XC"}, "YES"),
        (STORAGE + "77.1.6", {"Modality": "SM"}, "NO"),
        (US, {"Modality": "US"}, None),
    ],
)
def test_features_are_denied_only_where_a_rule_says_so(
    kinds: Kinds, sop_class: str, values: dict[str, str], features: str | None
) -> None:
    assert judge(kinds, sop_class, **values).features == features


@pytest.mark.parametrize(("written", "shown"), [("US", "US"), ("SENTINEL", "other"), ("", "other")])
def test_a_modality_is_repeated_only_where_it_is_a_defined_term(kinds: Kinds, written: str, shown: str) -> None:
    assert judge(kinds, US, Modality=written).modality == shown


def test_kinds_travel_to_a_worker_process(kinds: Kinds) -> None:
    assert pickle.loads(pickle.dumps(kinds)) == kinds


SITE = f"""
modalities = ["CT", "US"]
allowed = [{{ uid = "{CT}", name = "CT Image Storage", pixels = true }}]
embedded = []
refused = [{{ uid = "{SC}", name = "Secondary Capture Image Storage", why = "we say so" }}]

[[burns_in_text]]
id = "us"
why = "it does"
match = {{ attribute = "Modality", equals = "US", case = "exact" }}
example = {{ Modality = "US" }}
counter_example = {{ Modality = "CT" }}

[[slide_labels]]
id = "label"
why = "it shows one"
match = {{ attribute = "ImageType", equals = "LABEL", case = "exact" }}
example = {{ ImageType = "LABEL" }}
counter_example = {{ ImageType = "VOLUME" }}

[[features]]
id = "xc"
value = "YES"
why = "it may"
match = {{ attribute = "Modality", equals = "XC", case = "exact" }}
example = {{ Modality = "XC" }}
counter_example = {{ Modality = "CT" }}
"""


def test_a_site_writes_its_own_file(tmp_path: Path) -> None:
    path = tmp_path / "kinds.toml"
    path.write_text(SITE, encoding="utf-8")
    kinds = Kinds.load(path)
    assert kinds.keywords == {"SOPClassUID", "Modality", "ImageType"}
    assert judge(kinds, CT).standing is Standing.ALLOWED
    assert judge(kinds, SC).standing is Standing.REFUSED
    assert judge(kinds, MR).standing is Standing.WAITS


@pytest.mark.parametrize(
    "found, put, message",
    [
        ("pixels = true", 'pixels = "yes"', "pixels"),
        (f'uid = "{SC}"', f'uid = "{CT}"', "twice"),
        (f'uid = "{SC}"', 'uid = "sc"', "not a UID"),
        ('why = "we say so"', 'because = "we say so"', "missing: why"),
        ('value = "YES"', 'value = "MAYBE"', "features xc: value"),
        ('example = { Modality = "US" }', 'example = { Modality = "MR" }', "burns_in_text us: the example"),
        ('id = "xc"', 'id = "us"', "twice"),
        ("[[features]]", "[[feature]]", "missing: features"),
        ("[[slide_labels]]", "[[slide_label]]", "missing: slide_labels"),
        ('id = "label"', 'id = "us"', "twice"),
        (
            'example = { ImageType = "VOLUME" }',
            'example = { ImageType = "LABEL" }',
            "slide_labels label: the counter example",
        ),
    ],
)
def test_a_wrong_file_stops_the_run_and_is_named(tmp_path: Path, found: str, put: str, message: str) -> None:
    assert found in SITE
    path = tmp_path / "kinds.toml"
    path.write_text(SITE.replace(found, put, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        Kinds.load(path)
    assert "kinds.toml" in str(caught.value)
    assert message in str(caught.value)
