"""Proof: what was established about one encoded output."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of looking at the written bytes again.

    `planned_pixels`    pixels that the plan fills, summed over frames
    `changed_outside`   pixels outside the mask that differ from the source, summed over frames
    `not_filled_inside` pixels inside the mask that are not black, summed over frames
    `text_left`         places where the second look still sees text
    `identifiers_left`  tags of the output whose value still holds an identifier or an original UID
    `pixels_unchanged`  the encoded pixel bytes are the source's, byte for byte
    `syntax_in`, `syntax_out`, `decoder`   transfer syntax UIDs, and the decoder that read the output
    """

    planned_pixels: int
    changed_outside: int
    not_filled_inside: int
    text_left: int
    identifiers_left: tuple[str, ...]
    pixels_unchanged: bool
    syntax_in: str
    syntax_out: str
    decoder: str

    @property
    def holds(self) -> bool:
        """The whole promise: nothing changed outside, everything filled inside, nothing readable left."""
        return not (self.changed_outside or self.not_filled_inside or self.text_left or self.identifiers_left)
