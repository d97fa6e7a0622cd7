"""What a person can do about each reason that holds a file, in one sentence."""

from pixelclean.reasons import End, ReasonCode

_ADVICE = {
    ReasonCode.UNREADABLE: "Check that the file can be opened by the user who runs pixelclean, then run again.",
    ReasonCode.EMPTY_FILE: "Export the file again from its source, or leave it out.",
    ReasonCode.NOT_DICOM: "Leave it out; if it should be DICOM, export it again.",
    ReasonCode.DICOMDIR: "Nothing: the files that it lists are cleaned one by one.",
    ReasonCode.OVER_SIZE_LIMIT: "If files of this size are expected, raise the limits in the policy and run again.",
    ReasonCode.TRUNCATED: "Export the file again: a part of it was lost on the way.",
    ReasonCode.MALFORMED: "Export the file again, from another system if there is one.",
    ReasonCode.UNKNOWN_CHARACTER_SET: "Have the source corrected: (0008,0005) must hold defined terms (PS3.3 C.12.1.1.2).",
    ReasonCode.NESTED_TOO_DEEP: "Export the file again; raise limits.depth in the policy only if the source is trusted.",
    ReasonCode.MISSING_TRANSFER_SYNTAX: "Export the file again as a DICOM Part 10 file.",
    ReasonCode.UNSUPPORTED_TRANSFER_SYNTAX: "Install what the results name, or have the archive export it in another transfer syntax.",
    ReasonCode.SOP_CLASS_REFUSED: "Leave it out, or export the content as another kind of object.",
    ReasonCode.SOP_CLASS_NOT_ALLOWED: "An operator looks at it: reject it, or keep it inside the house.",
    ReasonCode.SOP_CLASS_MISSING: "An operator looks at it; better, export it again.",
    ReasonCode.EMBEDDED_CONTENT: "Leave it out, or let the policy replace such content by an empty one (embedded).",
    ReasonCode.HEADER_NOT_CLEANED: "Export the file again; report the tag named in the results if it happens again.",
    ReasonCode.NOT_ENCRYPTED_HERE: "Look for the same object cleaned with --recipient, or ask whoever cleaned it.",
    ReasonCode.CANNOT_DECRYPT: "Use the private key of a recipient for whom the file was encrypted.",
    ReasonCode.CANNOT_RESTORE: "Ask whoever encrypted the file to do it again; take nothing out of it.",
    ReasonCode.PATIENT_NOT_MAPPED: "Add the patient to the mapping, or leave the file out; then run again.",
    ReasonCode.ASSIGNED_ID_IDENTIFIES: "Give the patient another new ID or name in the mapping, then run again.",
    ReasonCode.DATES_NOT_ACCOUNTED_FOR: "Clean its original with the project's key, in one stage or from the first one on.",
    ReasonCode.TOO_MANY_IDENTIFIERS: "Look whether many patients share the Study Instance UID; clean each with its own OUT.",
    ReasonCode.UNDECODABLE: "Check whether a viewer can show it; have the archive export it uncompressed.",
    ReasonCode.INCONSISTENT_PIXEL_DATA: "Export the file again from its source.",
    ReasonCode.NOT_ENCODED: "Have the archive export it uncompressed, then run again.",
    ReasonCode.NO_PIXEL_DATA: "An operator looks at it, or the policy lets such objects pass.",
    ReasonCode.NO_PIXEL_VERDICT: "An operator looks at every frame and draws the boxes.",
    ReasonCode.FAINT_TEXT: "An operator looks at the place shown: text or not?",
    ReasonCode.MASK_TOO_LARGE: "An operator decides whether what remains of the image is of use.",
    ReasonCode.LOOKS_LIKE_DOCUMENT: "An operator rejects it: pages are seldom of use for research.",
    ReasonCode.MAY_SHOW_FACE: "An operator looks at the places told: a face is rejected, or masked with a box.",
    ReasonCode.BURNED_IN_YES_NOTHING_FOUND: "An operator looks at every frame and draws the boxes, if any.",
    ReasonCode.NOTHING_MASKED: "An operator draws the boxes; better, a rule for this device and size, or boxes that fit it.",
    ReasonCode.TEXT_NOT_CLEANED: "Run again with the Clean Pixel Data Option, in another OUT.",
    ReasonCode.SLIDE_LABEL: "An operator looks at it: the label of a slide names the patient in most laboratories.",
    ReasonCode.SLIDE_LABEL_NOT_RELEASED: "Nothing, if slide_labels of the policy is meant so; its siblings are released.",
    ReasonCode.PIXELS_ELSEWHERE: "Report it, with the tags named in the results: a copy of the pixels was left in them.",
    ReasonCode.TEXT_LEFT: "An operator draws boxes over the text that is left, and approves.",
    ReasonCode.IDENTIFIER_SURVIVES: "An operator looks at the tags named in the results; report them if they are free text.",
    ReasonCode.IDENTIFIER_READABLE: "An operator draws boxes over the text that is left, and approves.",
    ReasonCode.CHANGED_OUTSIDE_MASK: "Report it: pixels that should be untouched were not. Nothing left the house.",
    ReasonCode.NOT_FILLED: "Report it: a mask was not filled. Nothing left the house.",
    ReasonCode.PROOF_FAILED: "Run again; report it if it happens again. Nothing left the house.",
    ReasonCode.TIMED_OUT: "Raise limits.seconds in the policy for very long series, and run again.",
    ReasonCode.OUT_OF_MEMORY: "Run with fewer jobs, or raise limits.memory_bytes in the policy.",
    ReasonCode.CRASHED: "Run again; if it happens again, have the archive export it uncompressed, and report it.",
    ReasonCode.NOT_DELIVERED: "See that the disk has room and OUT is writable and holds only our files; run again.",
    ReasonCode.INTERNAL_ERROR: "Report it to the authors, with the code and the version shown above.",
}


def advice_for(code: ReasonCode) -> str:
    """What to do; for a note, that nothing is to be done."""
    if code.end is End.NOTE:
        return "Nothing: it is only worth knowing."
    return _ADVICE.get(code, "An operator looks at it.")
