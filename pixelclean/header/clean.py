"""Profile, options and orders of a policy on a whole data set (PS3.15 E.1.1, E.2, E.3)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pydicom import Dataset
from pydicom.datadict import dictionary_VR, keyword_for_tag

from pixelclean.assignments import Assignments, Patient
from pixelclean.dicom.dictionary import know_additions
from pixelclean.errors import Refused
from pixelclean.header import ages, private
from pixelclean.header.annex_e.actions import Action
from pixelclean.header.annex_e.decide import Rules, rules_of
from pixelclean.header.annex_e.iod import Level, Type, top_level, type_of
from pixelclean.header.annex_e.orders import left_of_dates, orders_of
from pixelclean.header.carry import Carrier
from pixelclean.header.consistency import made_consistent
from pixelclean.header.content.references import renumber
from pixelclean.header.dates import Shift, day_shift, exact_shift
from pixelclean.header.identity.identifiers import Identifiers
from pixelclean.header.ordered import ordered
from pixelclean.header.past import is_own, lacks_its_mapping
from pixelclean.header.patient import name_of, patient_name, patient_of
from pixelclean.header.placed import require_nothing_told
from pixelclean.header.study_days import study_days
from pixelclean.header.trial import complete_trial
from pixelclean.header.values import text_at
from pixelclean.header.walk import Fate, Walk
from pixelclean.key import ProjectKey
from pixelclean.options import Option
from pixelclean.overrides import Means
from pixelclean.policy import DateShift, HeaderPolicy, Unmapped
from pixelclean.reasons import ReasonCode

_CLINICAL_TRIAL = 0x0012
_PATIENT_NAME = 0x00100010
_PATIENT_ID = 0x00100020
_SUBJECT_ID = 0x00120040
_PATIENT_AGE = 0x00101010
_PATIENT_BIRTH_DATE = 0x00100030
_SOP_INSTANCE_UID = 0x00080018
_LONGITUDINAL_TEMPORAL_INFORMATION = 0x00280303
_SHIFTS = {DateShift.DAYS: day_shift, DateShift.DAYS_AND_SECONDS: exact_shift}
_TIMEZONE_OFFSET_FROM_UTC = 0x00080201
_TEMPORAL = ("MODIFIED", "REMOVED")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned data set, and what became of every element of its source, in the order of the data set."""

    dataset: Dataset
    fates: tuple[Fate, ...]


def clean_header(
    dataset: Dataset,
    key: ProjectKey,
    policy: HeaderPolicy,
    instance_fallback: str,
    identifiers: Identifiers,
    assignments: Assignments,
) -> Cleaned:
    """A new data set without what identifies; `dataset` is not touched, its pixel bytes are shared, not copied.

    File meta information and preamble are not carried over: the writer makes its own.  `instance_fallback`, a digest of
    the file, names an instance that has no SOP Instance UID; `identifiers` are what no cleaned text may hold.  Raises
    `Refused` where an element that would stay cannot be read, where an encapsulated document has no empty counterpart,
    where the policy holds patients that the assignments do not name, and where what they assign tells who it is.
    """
    know_additions()
    rules, level = rules_of(policy), top_level(text_at(dataset, "SOPClassUID"))
    patient = patient_of(dataset, key, instance_fallback, assignments, policy.issuers)
    is_unmapped = bool(assignments.entries) or lacks_its_mapping(dataset, key)
    if is_unmapped and patient.assigned is None and policy.unmapped is Unmapped.HOLD:
        raise Refused(ReasonCode.PATIENT_NOT_MAPPED)
    if patient.assigned is not None:
        require_nothing_told(patient.assigned, identifiers)
    carrier = Carrier(
        key, identifiers, assignments, _shift(dataset, patient, key, policy, assignments), policy, dataset
    )
    given = {
        **_given(dataset, key, instance_fallback, policy, assignments),
        **_identity(dataset, level, patient, rules),
    }
    walk = Walk(rules, carrier, private.Declaration.of(dataset))
    cleaned = walk.cleaned(dataset, level, skip=given)
    given |= dict(_ordered_anew(dataset, cleaned, rules))
    dropped = renumber(dataset, cleaned, rules.content_options)
    walk.fates.extend(
        Fate(path, "ReferencedContentItemIdentifier", Action.REMOVE, "its target is gone") for path in dropped
    )
    for tag, (value, why) in given.items():
        cleaned.add_new(tag, dictionary_VR(tag), value)
        walk.fates.append(Fate(f"{tag:08X}", keyword_for_tag(tag), Action.DUMMY, why))
    if any(tag >> 16 == _CLINICAL_TRIAL for tag in (*given, *rules.orders)):
        walk.fates.extend(complete_trial(cleaned, patient.new_id))
    walk.fates.extend(made_consistent(cleaned))
    return Cleaned(cleaned, tuple(sorted(walk.fates, key=lambda fate: fate.path[:8])))


def _shift(
    dataset: Dataset, patient: Patient, key: ProjectKey, policy: HeaderPolicy, assignments: Assignments
) -> Shift:
    """Derived from the pseudonym, which a second stage finds too; dates that a stage before this one moved stay.

    Raises `Refused` where a patient of ours has an instance that is not, with dates that are said to be moved: it was made
    later, or by a stage that kept UIDs, and dates that moved twice, or not at all, would tell by how much.
    """
    if (
        left_of_dates(policy) == "MODIFIED"
        and text_at(dataset, "LongitudinalTemporalInformationModified") == "MODIFIED"
    ):
        if key.made_uid(text_at(dataset, "SOPInstanceUID")):
            return Shift(0, zones=_tells_zones(policy))
        if is_own(dataset, key, assignments):
            raise Refused(ReasonCode.DATES_NOT_ACCOUNTED_FOR)
    shift = _SHIFTS[policy.shift](patient.pseudonym, key, policy.longest_shift_days)
    return replace(shift, zones=_tells_zones(policy))


def _tells_zones(policy: HeaderPolicy) -> bool:
    """Whether moments may say where they were: a policy that takes the attribute for it out means every zone."""
    order = orders_of(policy).get(_TIMEZONE_OFFSET_FROM_UTC)
    return order is None or order.means in (Means.KEEP, Means.CLEAN)


def _given(
    dataset: Dataset, key: ProjectKey, fallback: str, policy: HeaderPolicy, assignments: Assignments
) -> dict[int, tuple[str, str]]:
    """Values that do not follow from one element alone, with their reasons, by tag."""
    given = {
        _LONGITUDINAL_TEMPORAL_INFORMATION: (
            _temporal(dataset, key, policy, assignments),
            "E.2, E.3.6: what was done to the dates",
        )
    }
    if not text_at(dataset, "SOPInstanceUID"):
        given[_SOP_INSTANCE_UID] = (key.uid(fallback), "E.1-1: U, missing in the source")
    return given


def _temporal(dataset: Dataset, key: ProjectKey, policy: HeaderPolicy, assignments: Assignments) -> str:
    """What Longitudinal Temporal Information Modified says: of dates that stay, what an earlier stage said of them."""
    done, before = left_of_dates(policy), text_at(dataset, "LongitudinalTemporalInformationModified").upper()
    if done == "REMOVED" or before not in _TEMPORAL:
        return done
    if done == "MODIFIED" and not is_own(dataset, key, assignments):
        return done  # whoever said so, here they were moved
    if before == "REMOVED" and study_days(dataset):
        return done  # somebody added some since
    return before


def _identity(dataset: Dataset, level: Level, patient: Patient, rules: Rules) -> dict[int, tuple[str, str]]:
    """Patient ID and name, and the attributes of a clinical trial that a mapping assigns."""
    assigned = None if Option.RETAIN_PATIENT_ID_HASH in rules.policy.options else patient.assigned
    identity = assigned.patient_id if assigned else patient.pseudonym
    name = name_of(assigned) if assigned else patient_name(identity)
    why = "assigned by the mapping" if assigned else "keyed pseudonym"
    attributes = patient.assigned.attributes if patient.assigned else ()
    given = {tag: (value, "assigned by the mapping") for tag, value in attributes}
    if _belongs(dataset, level, _PATIENT_ID):
        given[_PATIENT_ID] = (identity, f"E.1-1: Z/D, {why}")
    if _belongs(dataset, level, _PATIENT_NAME):
        given[_PATIENT_NAME] = (name, f"E.1-1: Z, {why}")
    if text_at(dataset, "ClinicalTrialSubjectID") == identity:
        given.setdefault(_SUBJECT_ID, (identity, "the new Patient ID already"))
    return {tag: value for tag, value in given.items() if tag not in rules.orders}


def _ordered_anew(dataset: Dataset, cleaned: Dataset, rules: Rules) -> Iterator[tuple[int, tuple[str, str]]]:
    """What the policy orders to be there although the source has nothing: values, and an age that can be derived."""
    if _lacks_an_age(dataset, cleaned, rules):
        group = ages.group_of_the_oldest(rules.policy.oldest_age)
        yield _PATIENT_AGE, (group, "in place of a birth date, which would tell more")
    for tag, order in rules.orders.items():
        is_age = tag == _PATIENT_AGE and order.means in (Means.DERIVE, Means.BIN)
        if tag in cleaned or not (is_age or order.means is Means.VALUE):
            continue
        if value := ordered(order, dataset, (), rules.policy.oldest_age):
            yield tag, (value, f"policy: {order.means}")


def tells_the_oldest(rules: Rules) -> bool:
    """Whether the age group of the oldest stands in place of birth dates, which would stay if they did not tell more."""
    order = rules.orders.get(_PATIENT_BIRTH_DATE)
    is_hidden = order is not None and order.means in (Means.KEEP, Means.CLEAN)
    return (
        is_hidden and Option.RETAIN_PATIENT_CHARACTERISTICS in rules.policy.options and _PATIENT_AGE not in rules.orders
    )


def _lacks_an_age(dataset: Dataset, cleaned: Dataset, rules: Rules) -> bool:
    """Whether nothing says any more that the patient is one of the oldest, since their birth dates do not stay."""
    if not tells_the_oldest(rules) or text_at(cleaned, "PatientAge"):
        return False
    found = (ages.age_between(text_at(dataset, "PatientBirthDate"), day) for day in study_days(dataset))
    return any(ages.is_of_the_oldest(age, rules.policy.oldest_age) for age in found if age is not None)


def _belongs(dataset: Dataset, level: Level, tag: int) -> bool:
    return tag in dataset or type_of(level, tag) <= Type.TWO
