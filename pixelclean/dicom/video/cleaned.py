"""What an encoder writes beside its coded pictures, taken out: messages about itself, user data, filler."""

from collections.abc import Callable

from pixelclean.dicom.video.kinds import Coding
from pixelclean.dicom.video.parameter_sets import cleaned_record, units_of
from pixelclean.dicom.video.start_codes import cleaned_pictures


def cleaner_of(coding: Coding, record: bytes) -> Callable[[bytes], bytes]:
    """What takes everything out of a coded picture that is none; `record` is what stands beside the stream."""
    return cleaned_pictures if coding is Coding.MPEG_2 else units_of(coding, record).cleaned


def cleaned_beside(coding: Coding, record: bytes) -> bytes | None:
    """The parameter sets beside a stream, cleaned; None for none."""
    cleaned = cleaned_pictures(record) if coding is Coding.MPEG_2 and record else cleaned_record(coding, record)
    return cleaned or None
