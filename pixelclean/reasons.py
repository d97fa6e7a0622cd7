"""Why a file was not released: the closed list of reason codes, each with the end it leads to.

A code is the only thing about a failure that reaches a log, a report or a terminal together with the tags that
caused it.  Messages of libraries never do: they may quote a value of the data set.
"""

from enum import StrEnum


class End(StrEnum):
    """What a reason does to a file: hold it for a person, hold it for good, or merely say something about it."""

    QUEUE = "queue"
    QUARANTINE = "quarantine"
    NOTE = "note"


class ReasonCode(StrEnum):
    """Every reason pixelclean can give; the value is the spelling used in results.jsonl."""

    # the bytes
    UNREADABLE = "unreadable"
    EMPTY_FILE = "empty-file"
    NOT_DICOM = "not-dicom"
    DICOMDIR = "dicomdir"
    OVER_SIZE_LIMIT = "over-size-limit"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    UNKNOWN_CHARACTER_SET = "unknown-character-set"
    NESTED_TOO_DEEP = "nested-too-deep"
    MISSING_TRANSFER_SYNTAX = "missing-transfer-syntax"
    UNSUPPORTED_TRANSFER_SYNTAX = "unsupported-transfer-syntax"
    # the header
    SOP_CLASS_REFUSED = "sop-class-refused"
    SOP_CLASS_NOT_ALLOWED = "sop-class-not-allowed"
    SOP_CLASS_MISSING = "sop-class-missing"
    EMBEDDED_CONTENT = "embedded-content"
    HEADER_NOT_CLEANED = "header-not-cleaned"
    PATIENT_NOT_MAPPED = "patient-not-mapped"
    ASSIGNED_ID_IDENTIFIES = "assigned-id-identifies"
    DATES_NOT_ACCOUNTED_FOR = "dates-not-accounted-for"
    NOT_ENCRYPTED_HERE = "not-encrypted-here"
    CANNOT_DECRYPT = "cannot-decrypt"
    CANNOT_RESTORE = "cannot-restore"
    # the pixels
    UNDECODABLE = "undecodable"
    INCONSISTENT_PIXEL_DATA = "inconsistent-pixel-data"
    NOT_ENCODED = "not-encoded"
    NO_PIXEL_DATA = "no-pixel-data"
    NO_PIXEL_VERDICT = "no-pixel-verdict"
    FAINT_TEXT = "faint-text"
    MASK_TOO_LARGE = "mask-too-large"
    LOOKS_LIKE_DOCUMENT = "looks-like-document"
    MAY_SHOW_FACE = "may-show-face"
    BURNED_IN_YES_NOTHING_FOUND = "burned-in-yes-nothing-found"
    NOTHING_MASKED = "nothing-masked"
    TEXT_NOT_CLEANED = "text-not-cleaned"
    TOO_MANY_IDENTIFIERS = "too-many-identifiers"
    SLIDE_LABEL = "slide-label"
    SLIDE_LABEL_NOT_RELEASED = "slide-label-not-released"
    # the proof
    TEXT_LEFT = "text-left"
    IDENTIFIER_SURVIVES = "identifier-survives"
    IDENTIFIER_READABLE = "identifier-readable"
    CHANGED_OUTSIDE_MASK = "changed-outside-mask"
    NOT_FILLED = "not-filled"
    PIXELS_ELSEWHERE = "pixels-elsewhere"
    PROOF_FAILED = "proof-failed"
    # the run
    TIMED_OUT = "timed-out"
    OUT_OF_MEMORY = "out-of-memory"
    CRASHED = "crashed"
    NOT_DELIVERED = "not-delivered"
    INTERNAL_ERROR = "internal-error"
    # said about a file, without holding it
    SHARED_SOP_INSTANCE_UID = "shared-sop-instance-uid"
    SAME_FILE_AGAIN = "same-file-again"
    TRANSFER_SYNTAX_CHANGED = "transfer-syntax-changed"
    SIZE_NOT_IN_RULE = "size-not-in-rule"
    CLEANED_BEFORE = "cleaned-before"
    SAYS_DEIDENTIFIED = "says-deidentified"
    OVERLAY_REMOVED = "overlay-removed"
    TEXT_KEPT = "text-kept"
    HIDDEN_BITS_CLEARED = "hidden-bits-cleared"
    PIXEL_COPIES_REMOVED = "pixel-copies-removed"
    SOUND_REMOVED = "sound-removed"
    VIDEO_ENCODED_ANEW = "video-encoded-anew"
    VIDEO_LEVEL_CHANGED = "video-level-changed"

    @property
    def end(self) -> End:
        """The end this reason leads to when it stands alone."""
        return _ENDS.get(self, End.QUARANTINE)

    @property
    def words(self) -> str:
        """One sentence for people."""
        return _WORDS[self]


# Everything that is not named here is quarantined: a new code fails closed.
_ENDS = {
    ReasonCode.SOP_CLASS_NOT_ALLOWED: End.QUEUE,
    ReasonCode.SOP_CLASS_MISSING: End.QUEUE,
    ReasonCode.PATIENT_NOT_MAPPED: End.QUEUE,
    ReasonCode.ASSIGNED_ID_IDENTIFIES: End.QUEUE,
    ReasonCode.DATES_NOT_ACCOUNTED_FOR: End.QUEUE,
    ReasonCode.EMBEDDED_CONTENT: End.QUEUE,
    ReasonCode.NO_PIXEL_DATA: End.QUEUE,
    ReasonCode.NO_PIXEL_VERDICT: End.QUEUE,
    ReasonCode.FAINT_TEXT: End.QUEUE,
    ReasonCode.MASK_TOO_LARGE: End.QUEUE,
    ReasonCode.LOOKS_LIKE_DOCUMENT: End.QUEUE,
    ReasonCode.MAY_SHOW_FACE: End.QUEUE,
    ReasonCode.BURNED_IN_YES_NOTHING_FOUND: End.QUEUE,
    ReasonCode.NOTHING_MASKED: End.QUEUE,
    ReasonCode.TEXT_NOT_CLEANED: End.QUEUE,
    ReasonCode.TOO_MANY_IDENTIFIERS: End.QUEUE,
    ReasonCode.SLIDE_LABEL: End.QUEUE,
    ReasonCode.TEXT_LEFT: End.QUEUE,
    ReasonCode.IDENTIFIER_SURVIVES: End.QUEUE,
    ReasonCode.IDENTIFIER_READABLE: End.QUEUE,
    ReasonCode.SHARED_SOP_INSTANCE_UID: End.NOTE,
    ReasonCode.SAME_FILE_AGAIN: End.NOTE,
    ReasonCode.TRANSFER_SYNTAX_CHANGED: End.NOTE,
    ReasonCode.SIZE_NOT_IN_RULE: End.NOTE,
    ReasonCode.CLEANED_BEFORE: End.NOTE,
    ReasonCode.SAYS_DEIDENTIFIED: End.NOTE,
    ReasonCode.OVERLAY_REMOVED: End.NOTE,
    ReasonCode.TEXT_KEPT: End.NOTE,
    ReasonCode.HIDDEN_BITS_CLEARED: End.NOTE,
    ReasonCode.PIXEL_COPIES_REMOVED: End.NOTE,
    ReasonCode.SOUND_REMOVED: End.NOTE,
    ReasonCode.VIDEO_ENCODED_ANEW: End.NOTE,
    ReasonCode.VIDEO_LEVEL_CHANGED: End.NOTE,
}

_WORDS = {
    ReasonCode.UNREADABLE: "The file could not be opened or read.",
    ReasonCode.EMPTY_FILE: "The file holds no bytes.",
    ReasonCode.NOT_DICOM: "The file is not DICOM.",
    ReasonCode.DICOMDIR: "A DICOMDIR is an index of identified files; it is never copied.",
    ReasonCode.OVER_SIZE_LIMIT: "The file, or the pixels it claims, is larger than the policy's limit.",
    ReasonCode.TRUNCATED: "The file ends before its contents do.",
    ReasonCode.MALFORMED: "Lengths or structure of the data set contradict themselves.",
    ReasonCode.UNKNOWN_CHARACTER_SET: "Specific Character Set names none that the standard defines, so nobody knows what the "
    "texts say.",
    ReasonCode.NESTED_TOO_DEEP: "Sequences are nested deeper than the policy's limit.",
    ReasonCode.MISSING_TRANSFER_SYNTAX: "The file does not say how it is encoded.",
    ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX: "No installed codec reads this transfer syntax.",
    ReasonCode.SOP_CLASS_REFUSED: "This kind of object is refused by name: it cannot be cleaned.",
    ReasonCode.SOP_CLASS_NOT_ALLOWED: "This kind of object is not on the list of kinds that are known to clean well.",
    ReasonCode.SOP_CLASS_MISSING: "The object does not say what kind it is.",
    ReasonCode.EMBEDDED_CONTENT: "The object embeds a document, a model, a voice or raw data; the policy holds such objects.",
    ReasonCode.HEADER_NOT_CLEANED: "An attribute could not be read, so the header could not be cleaned.",
    ReasonCode.NOT_ENCRYPTED_HERE: "The file holds no encrypted attributes that it could be re-identified with.",
    ReasonCode.CANNOT_DECRYPT: "The encrypted attributes could not be decrypted with this private key.",
    ReasonCode.CANNOT_RESTORE: "The decrypted attributes are not what a de-identifier may encrypt.",
    ReasonCode.PATIENT_NOT_MAPPED: "The mapping does not say which ID this patient gets.",
    ReasonCode.ASSIGNED_ID_IDENTIFIES: "What the mapping assigns tells a name, an ID or a date of this file.",
    ReasonCode.DATES_NOT_ACCOUNTED_FOR: "The patient was pseudonymized before, the instance was not: nobody knows whether "
    "its dates were moved.",
    ReasonCode.UNDECODABLE: "The pixels could not be decoded.",
    ReasonCode.INCONSISTENT_PIXEL_DATA: "The pixel data do not agree with the attributes that describe them.",
    ReasonCode.NOT_ENCODED: "The cleaned pixels could not be encoded.",
    ReasonCode.NO_PIXEL_DATA: "An image object without pixels; the policy holds such objects back.",
    ReasonCode.NO_PIXEL_VERDICT: "The pixels could not be judged.",
    ReasonCode.FAINT_TEXT: "Something that may be text is too faint to be sure of.",
    ReasonCode.MASK_TOO_LARGE: "The text found covers more of the image than the policy masks without asking.",
    ReasonCode.LOOKS_LIKE_DOCUMENT: "The image looks like a page of text; such an image is better not released.",
    ReasonCode.MAY_SHOW_FACE: "The image is a photograph, or was captured, and may show a face.",
    ReasonCode.BURNED_IN_YES_NOTHING_FOUND: "Burned In Annotation says YES, yet nothing was found that is text for sure.",
    ReasonCode.NOTHING_MASKED: "No given box and no given rule masks anything in this image.",
    ReasonCode.TOO_MANY_IDENTIFIERS: "The files of this study name more people and numbers than can be looked for in each.",
    ReasonCode.SLIDE_LABEL: "The image may show the label of a slide: handwriting and barcodes, which no detector reads.",
    ReasonCode.SLIDE_LABEL_NOT_RELEASED: "The image may show the label of a slide; the policy releases no such image.",
    ReasonCode.TEXT_NOT_CLEANED: "The image shows text, and the policy does not clean pixels.",
    ReasonCode.TEXT_LEFT: "The second look found text in the cleaned image.",
    ReasonCode.IDENTIFIER_SURVIVES: "A value that identifies the patient, or an original UID, is still in the output.",
    ReasonCode.IDENTIFIER_READABLE: "A value that identifies the patient can still be read in the cleaned image.",
    ReasonCode.CHANGED_OUTSIDE_MASK: "Pixels outside the mask are not what they were.",
    ReasonCode.NOT_FILLED: "Pixels inside the mask are not black.",
    ReasonCode.PIXELS_ELSEWHERE: "The output shows pixels in another place than its pixel data.",
    ReasonCode.PROOF_FAILED: "The output could not be proven.",
    ReasonCode.TIMED_OUT: "The file took longer than the policy allows.",
    ReasonCode.OUT_OF_MEMORY: "The file needed more memory than the policy allows.",
    ReasonCode.CRASHED: "The process that worked on the file died.",
    ReasonCode.NOT_DELIVERED: "The output could not be written.",
    ReasonCode.INTERNAL_ERROR: "An error in pixelclean itself; please report it.",
    ReasonCode.SHARED_SOP_INSTANCE_UID: "Another, different file of this run has the same SOP Instance UID.",
    ReasonCode.SAME_FILE_AGAIN: "The same bytes were met before in this run; both inputs share one output.",
    ReasonCode.TRANSFER_SYNTAX_CHANGED: "Cleaned pixels were written in another, lossless transfer syntax.",
    ReasonCode.SIZE_NOT_IN_RULE: "A device rule matches this device, but was never seen at this image size.",
    ReasonCode.CLEANED_BEFORE: "The file was cleaned with this key before; what the key made stays as it is.",
    ReasonCode.SAYS_DEIDENTIFIED: "The file says that it was de-identified before; it was cleaned all the same.",
    ReasonCode.OVERLAY_REMOVED: "An overlay plane was removed: it showed nothing but text, or could not be searched for it.",
    ReasonCode.TEXT_KEPT: "Text was kept that reads as harmless: settings, units, sides, parts of the body, rulers.",
    ReasonCode.HIDDEN_BITS_CLEARED: "Bits of the pixel words beyond Bits Stored were cleared; no stored value differs.",
    ReasonCode.PIXEL_COPIES_REMOVED: "The header was kept, but for icons and other copies of the image.",
    ReasonCode.SOUND_REMOVED: "Sound and other streams beside the video were removed.",
    ReasonCode.VIDEO_ENCODED_ANEW: "The video was encoded anew, near the source but not equal to it; the proof says how near.",
    ReasonCode.VIDEO_LEVEL_CHANGED: "The video states another level than the source, which stated none that its frames, its transfer "
    "syntax and the policy's quality allow.",
}
