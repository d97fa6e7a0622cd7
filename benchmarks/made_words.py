"""What invented screens, films and sheets say: nobody's names, no place's institutions, in several scripts.

No word stands in what the network is trained on (models/training/strings.py; tests/test_made_split.py), but for units, digits
and single letters, which cannot differ.  Training draws two letters at random as well, which may be any abbreviation.
"""

from collections.abc import Callable

import numpy as np

SCRIPTS = ("latin", "cyrillic", "greek", "cjk", "arabic", "hebrew")
"""Every script that `words` can write."""

_FAMILY = (
    "QUILLFEATHER", "Marrowby", "TUMBLEWICK", "Ostrovnik", "Vandersmoot", "PELLINGHAST", "Grubnoy", "Åkerskägg",
    "Żółwiński", "Øvregård-Tvilde", "Çimenoğluk", "Ñandúez", "Škrabalová", "Bêtisson", "Großmäusler", "ÎLETTEAU",
    "Łopuchów", "Hrůzička", "O'Wobbleton", "McThistle", "de las Nadas y Pico", "VAN DER NIEMAND", "Fjøsnisse", "Xylander",
)  # fmt: skip
_GIVEN = (
    "Ottoline", "BARNABAS", "Wilhelmine", "Žofie", "JÖRG-UWE", "Émeline", "Çağlayan", "Sölvi", "Ignatius", "Perpetua",
    "Zdzisława", "HUMPHREY", "Eulàlia", "Ángela", "Mstislav", "Tryggve", "Quentin", "Lætitia", "Ursule", "Fritzi",
)  # fmt: skip
_PLACES = (
    "St. Nemo Infirmary", "Krankenhaus Nirgendwo", "HÔPITAL DE NULLE PART", "Ospedale Inventato", "Nowhereshire NHS Trust",
    "Szpital Zmyślony", "Hospital Imaginario Austral", "Sjukhuset Ingenstans", "MOONBASE IMAGING LLC",
    "Policlínica Fantasia", "Kuvitteellinen Sairaala", "Yok Hastanesi", "Dept. of Unreal Radiology",
)  # fmt: skip
_NOTES = (
    "PRONE", "bedside film", "LT RENAL CYST SAG", "cystic duct", "dist. femur", "post contrast", "Arm raised", "RUQ",
    "slice 4/9", "Ao root", "neonatal hip", "parotid lobe", "SSN view", "Axial mid", "4-Kammerblick", "ohne KM",
    "vue de face", "decúbito", "rechte Leiste", "Zvětšeno", "REPEAT", "inspiration", "w/ weights", "Fundus", "MCA dist",
)  # fmt: skip
_MEASURES = (
    "OFD", "HC", "FL", "AC", "EF", "LVIDd", "Vpeak", "PI", "S/D", "Dist", "Area", "Vol", "SUVpeak", "ROI 2 Mean", "MIx",
    "TIB", "TIS", "Gn", "DynB", "kVp", "mAs", "SL", "TE", "TR", "FoV", "CTDIvol", "DAP", "IVSd", "E/A", "PG mean",
)  # fmt: skip
_UNITS = (
    "cm",
    "mm",
    "cm/s",
    "%",
    "mmHg",
    "ml",
    "dB",
    "MHz",
    "Hz",
    "mGy",
    "HU",
    "bpm",
    "°",
    "ms",
    "kg",
    "mGy·cm²",
    "cm²",
)
_MONTHS = ("stycz.", "FÉVR", "März", "avr.", "maio", "Juin", "lug", "AOÛT", "wrzes.", "ott.", "MARRAS", "grudzień")

_CYRILLIC = (
    "КОСОЛАПОВ", "Невидимкина", "Щукорыбов", "Аглая", "Пётр Ёлкин", "больница № 0", "Отделение УЗИ", "Печень", "ЛЕВАЯ ПОЧКА",
    "Дата рожд.", "Жабоїдко", "Ґудзикова", "область", "Исследование", "Възрастна", "ЉУБИЧИЦА", "Врач:", "пол: ж", "снимок", "Год 1911",
)  # fmt: skip
_GREEK = (
    "ΑΓΝΩΣΤΟΠΟΥΛΟΣ", "Φανταστικίδης", "Ευρυδίκη", "Νοσοκομείο Πουθενά", "ΗΠΑΡ", "δεξιός νεφρός", "Ημ/νία", "Ιατρός",
    "Θυρεοειδής", "ΟΝΟΜΑ:", "Ξανθίππη", "Ύψος", "ψηλάφηση", "ΑΚΤΙΝΟΓΡΑΦΙΑ", "Κοιλία", "έτη 77",
)  # fmt: skip
_CJK = (
    "空想太郎", "虚构医院", "無名花子", "超音波検査室", "左腎", "肝臓右葉", "出生日期", "検査日", "不存在的人", "腹部平片",
    "甲狀腺", "ナナシノゴンベエ", "テスト カルテ", "ひみつ", "홍길순", "가상병원", "검사일자", "간 우엽", "住院号", "女 八十一歳",
    "放射科", "胸部正面", "主治医師", "病歴番号", "상복부", "造影前", "診察券",
)  # fmt: skip
_ARABIC = (
    "مجهول الهوية", "مستشفى الخيال", "تاريخ الميلاد", "الكلية اليسرى", "خيالي بن عدم", "الكبد", "قسم الأشعة", "صورة الصدر",
    "الاسم", "طبيب", "فاطمة السراب", "بیمارستان خیالی", "نام بیمار", "شماره پرونده", "غير موجود", "المرارة",
)  # fmt: skip
_HEBREW = (
    "פלוני אלמוני", "בית חולים דמיוני", "תאריך לידה", "כליה שמאל", "שם המטופל", "ישראלה בדיונית", "כבד", "מחלקת הדמיה",
    "רופא מפנה", "צילום חזה", "אין כזה איש", "בלוטת התריס", "גיל", "מין", "לב",
)  # fmt: skip
_LETTERS = {
    "latin": "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789abdefghkmnqrsty", "cyrillic": "БГДЖЗИЛПФЦЧШЩЪЭЮЯ", "greek": "ΓΔΘΛΞΠΣΦΨΩαβγδλμπφω",
    "cjk": "左右上下前後男女頭足あアゐ한글", "arabic": "بجدسصطعفقكهوي", "hebrew": "אבגדהזחטכלמנסעפצקרשת",
}  # fmt: skip


def words(rng: np.random.Generator, script: str) -> str:
    """One line of a script, as a screen or a film may say it."""
    return str(_LINES[script](rng))


def letter(rng: np.random.Generator, script: str) -> str:
    """One character that stands alone, such as a marker of a side or a lead."""
    return _pick(rng, _LETTERS[script])


def number(rng: np.random.Generator) -> str:
    """Digits that stand alone, such as those of a scale."""
    return str(rng.integers(0, 400)) if rng.random() < 0.7 else f"{rng.uniform(-9, 30):.1f}"


def sentences(rng: np.random.Generator, count: int) -> list[str]:
    """The lines of a sheet, such as a report of dose."""
    return [
        f"{_pick(rng, _MEASURES)} {_pick(rng, _NOTES)}  {rng.uniform(0, 900):.2f} {_pick(rng, _UNITS)}"
        for _ in range(count)
    ]


def _pick(rng: np.random.Generator, among: tuple[str, ...] | str) -> str:
    return str(among[int(rng.integers(len(among)))])


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(digit) for digit in rng.integers(0, 10, count))


def _name(rng: np.random.Generator) -> str:
    form = _pick(rng, ("{f}, {g}", "{g} {f}", "{f}^{g}", "{f} {g} ({a})", "{F} {G}", "{f}"))
    family, given = _pick(rng, _FAMILY), _pick(rng, _GIVEN)
    return form.format(f=family, g=given, a=int(rng.integers(1, 104)), F=family.upper(), G=given.upper())


def _date(rng: np.random.Generator) -> str:
    day, month, year = int(rng.integers(1, 29)), int(rng.integers(1, 13)), int(rng.integers(1899, 2061))
    forms = (
        f"{day:02d}.{month:02d}.{year}", f"{year}-{month:02d}-{day:02d}", f"{month}/{day}/{year % 100:02d}",
        f"{day} {_MONTHS[month - 1]} {year}", f"{year}{month:02d}{day:02d}", f"geb. {day:02d}/{month:02d}/{year}",
        f"{day:02d}-{_MONTHS[month - 1]}-{year}",
    )  # fmt: skip
    clock = f" {rng.integers(0, 24):02d}:{rng.integers(0, 60):02d}:{rng.integers(0, 60):02d}"
    return forms[int(rng.integers(len(forms)))] + (clock if rng.random() < 0.4 else "")


def _identifier(rng: np.random.Generator) -> str:
    form = _pick(
        rng, ("Ident:{d}", "UHN {d}", "{l}{d}-{e}", "Order# {d}", "{d}/{e}", "Pat.-Nr. {d}", "№ {d}", "{l}{l}{e}{d}")
    )
    return form.format(d=_digits(rng, int(rng.integers(4, 10))), e=_digits(rng, 2), l=_pick(rng, "QXWKZTV"))


def _measure(rng: np.random.Generator) -> str:
    sign = _pick(rng, (" ", ": ", "=", "  "))
    return f"{_pick(rng, _MEASURES)}{sign}{rng.uniform(0, 320):.{int(rng.integers(0, 3))}f} {_pick(rng, _UNITS)}"


def _latin(rng: np.random.Generator) -> str:
    kinds: tuple[tuple[Callable[[np.random.Generator], str], float], ...] = (
        (_name, 0.24), (_date, 0.18), (_identifier, 0.16), (_measure, 0.2),
        (lambda rng: _pick(rng, _PLACES), 0.1), (lambda rng: _pick(rng, _NOTES), 0.12),
    )  # fmt: skip
    return kinds[int(rng.choice(len(kinds), p=[share for _, share in kinds]))][0](rng)


def _of(lexicon: tuple[str, ...], most: int) -> Callable[[np.random.Generator], str]:
    return lambda rng: " ".join(_pick(rng, lexicon) for _ in range(int(rng.integers(1, most + 1))))


def _arabic(rng: np.random.Generator) -> str:
    if rng.random() < 0.15:  # digits run from left to right, so they stand in lines of their own
        return "".join("٠١٢٣٤٥٦٧٨٩"[digit] for digit in rng.integers(0, 10, int(rng.integers(3, 9))))
    return _of(_ARABIC, 2)(rng)


_LINES: dict[str, Callable[[np.random.Generator], str]] = {
    "latin": _latin, "cyrillic": _of(_CYRILLIC, 3), "greek": _of(_GREEK, 3), "cjk": _of(_CJK, 2), "arabic": _arabic,
    "hebrew": _of(_HEBREW, 2),
}  # fmt: skip
