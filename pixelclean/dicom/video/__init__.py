"""Video: MPEG-2, H.264 and HEVC in DICOM (PS3.5 8.2.5 to 8.2.11), read, cleaned and written by PyAV.

One stream holds all frames.  It is always encoded anew, near the source, masked or not, and `compare_videos` measures how
near: coded pictures may hold more than any decoder shows, whole ones behind an edit list, rows beyond the crop, and
text between their last bit and the next start code.
"""

from pixelclean.dicom.video.compare import VideoComparison, VideoQuality, compare_videos
from pixelclean.dicom.video.frames import VideoFrames, open_video
from pixelclean.dicom.video.kinds import VIDEO_SYNTAXES, Coding, VideoSyntax
from pixelclean.dicom.video.ladder import level_name
from pixelclean.dicom.video.library import REQUIRES, is_available
from pixelclean.dicom.video.reencoding import reencode

__all__ = [
    "REQUIRES",
    "VIDEO_SYNTAXES",
    "Coding",
    "VideoComparison",
    "VideoFrames",
    "VideoQuality",
    "VideoSyntax",
    "compare_videos",
    "is_available",
    "level_name",
    "open_video",
    "reencode",
]
