"""Video: MPEG-2, H.264 and HEVC in DICOM (PS3.5 8.2.5 to 8.2.11), read, cleaned and written by PyAV.

One stream holds all frames.  Nothing to mask: `remux` keeps the coded pictures and drops everything else.  Otherwise
`reencode` makes them anew, near the source, and `compare_videos` measures how near.
"""

from pixelclean.dicom.video.compare import VideoComparison, VideoQuality, compare_videos
from pixelclean.dicom.video.encode import reencode
from pixelclean.dicom.video.frames import VideoFrames, open_video
from pixelclean.dicom.video.kinds import VIDEO_SYNTAXES, Coding, VideoSyntax
from pixelclean.dicom.video.library import REQUIRES, is_available
from pixelclean.dicom.video.remux import holds_only_video, remux

__all__ = [
    "REQUIRES",
    "VIDEO_SYNTAXES",
    "Coding",
    "VideoComparison",
    "VideoFrames",
    "VideoQuality",
    "VideoSyntax",
    "compare_videos",
    "holds_only_video",
    "is_available",
    "open_video",
    "reencode",
    "remux",
]
