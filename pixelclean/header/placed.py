"""What policy, mapping and pixelclean itself write into an output: no value of the source, even where it equals one.

An assigned ID 1001 is no Study ID, and the sponsor whom a policy names is nobody's hospital.
"""

from collections.abc import Iterator

from pixelclean.assignments import Assigned
from pixelclean.errors import Refused
from pixelclean.header.annex_e.orders import orders_of
from pixelclean.header.identity.identifiers import Identifiers
from pixelclean.header.patient import name_of
from pixelclean.overrides import Means
from pixelclean.policy import HeaderPolicy
from pixelclean.reasons import ReasonCode

_PATIENT_NAME, _PATIENT_ID, _OTHER_PATIENT_IDS, _SUBJECT_ID = 0x00100010, 0x00100020, 0x00101000, 0x00120040
_METHOD = 0x00120063
_OF_THE_PATIENT = frozenset((_PATIENT_NAME, _PATIENT_ID, _SUBJECT_ID))


def placed_by(policy: HeaderPolicy, assigned: Assigned | None, method: tuple[str, ...]) -> frozenset[tuple[int, str]]:
    """Tags with the values that stand there because they are ordered, assigned, or say what was done (`method`)."""
    orders = ((tag, order.value) for tag, order in orders_of(policy).items() if order.means is Means.VALUE)
    return frozenset((*orders, *(_assigned(assigned) if assigned else ()), *((_METHOD, text) for text in method)))


def require_nothing_told(assigned: Assigned, identifiers: Identifiers) -> None:
    """Raise `Refused` where the ID, subject ID or name that a mapping assigns tells whose it is.

    A short number may be the same as another one of the file by chance; a name, a date or a longer ID is not.
    """
    for tag, value in _assigned(assigned):
        if tag in _OF_THE_PATIENT and identifiers.are_told_by(value):
            raise Refused(ReasonCode.ASSIGNED_ID_IDENTIFIES, f"{tag:08X}")


def _assigned(assigned: Assigned) -> Iterator[tuple[int, str]]:
    yield _PATIENT_NAME, name_of(assigned)
    yield from ((tag, assigned.patient_id) for tag in (_PATIENT_ID, _OTHER_PATIENT_IDS, _SUBJECT_ID))
    yield from assigned.attributes
