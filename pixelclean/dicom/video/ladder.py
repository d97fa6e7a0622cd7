"""Which levels an output may state: its source's, and higher ones only where that does not carry the quality."""

from pixelclean.dicom.video.kinds import levels_of
from pixelclean.dicom.video.levels import Level
from pixelclean.dicom.video.stream import VideoStream


def ladder(stream: VideoStream) -> tuple[Level, ...]:
    """The levels that may be tried for a stream, low to high: its own first, up to the highest of its transfer syntax.

    Its own is none where it states no level, a higher one than its transfer syntax permits, or one that its frames are
    too large or too fast for.  Then the first is the lowest that holds the frames, or the highest that is permitted.
    Where no permitted level holds them, the lowest one of the coding does: the output contradicts its transfer syntax
    as the source did, and tells the truth to decoders.  Empty where no level holds them.
    """
    rank = {level.number: index for index, level in enumerate(levels_of(stream.syntax))}
    holding = [level for level in levels_of(stream.syntax) if holds(level, stream)]
    permitted = [level for level in holding if rank[level.number] <= rank[stream.syntax.highest]] or holding[:1]
    stated = rank.get(stream.level, 0)
    return tuple(level for level in permitted if rank[level.number] >= stated) or tuple(permitted[-1:])


def holds(level: Level, stream: VideoStream) -> bool:
    """Whether a level allows frames of this size, as many in a second, and fields where there are any."""
    rows, columns = (-(-side // level.block) * level.block for side in (stream.rows, stream.columns))
    fits = rows * columns <= level.samples and rows <= level.sides[0] and columns <= level.sides[1]
    slow = rows * columns * _frames_a_second(stream) <= level.pace
    return fits and slow and (level.fields or not stream.interlaced)


def level_name(stream: VideoStream) -> str:
    """How the standards call the level that a stream states."""
    named = (level.name for level in levels_of(stream.syntax) if level.number == stream.level)
    return next(named, "none")


def _frames_a_second(stream: VideoStream) -> float:
    """The stated rate, which is only a clock where frames stay for different times; then as many as are shown.

    Moments are rounded to units of the container's time, so that few frames seem faster than they are.
    """
    last = stream.moments[-1]
    return float(min(stream.rate, (len(stream.times) - 1) / last) if last else stream.rate)
