"""More than one picture at a time: a batch of photographs, or a clip."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from stylenets import images
from stylenets.app.deadline import check_time, deadline
from stylenets.app.kept import keep_picture, new_file
from stylenets.app.requests import Easel, Look
from stylenets.app.settings import Limits
from stylenets.app.uploads import check_pixels, told_by_name
from stylenets.errors import UserError
from stylenets.inference.clips import steady_painter
from stylenets.inference.settings import Controls
from stylenets.video import CODECS
from stylenets.video.clip import Clip, Frame
from stylenets.video.reading import frames, look_into
from stylenets.video.steady import PaintedFrame, with_motion
from stylenets.video.writing import ClipWriter


def paint_batch(easel: Easel, photos: Sequence[str], look: Look) -> tuple[list[str], str, str]:
    """Paint several uploads -> their files, an archive of these, and a line on each failure.

    Raises:
        UserError: There are none or too many, or not one of them could be painted.
    """
    most = easel.limits.files
    if not 0 < len(photos) <= most:
        raise UserError(f"give up to {most} photographs, not {len(photos)}")
    files: list[str] = []
    failures = []
    with deadline(easel.limits.seconds):
        for number, photo in enumerate(photos, 1):
            try:
                _, painted = easel.paint(photo, look)
            except UserError as error:
                failures.append(str(error))
                continue
            # numbered, as two of them may have one name
            name = f"{number:02d}_{Path(photo).stem}_{look.title}.png"
            files.append(keep_picture(painted, name))
    if not files:
        raise UserError(failures[0])
    return files, zipped(files), "\n\n".join(failures)


def zipped(files: Sequence[str]) -> str:
    """An archive of these files, which it does not compress: they are PNG."""
    archive = new_file("painted.zip")
    with zipfile.ZipFile(archive, "w") as opened:
        for file in files:
            opened.write(file, Path(file).name)
    return str(archive)


def paint_upload_of_clip(easel: Easel, upload: str | None, look: Look) -> str:
    """Paint an uploaded clip, with its sound -> its file.

    Raises:
        UserError: There is none, it is no clip, or it is too long.
    """
    if not upload:
        raise UserError("give a clip first")
    path = Path(upload)
    if path.suffix.lower() not in CODECS:
        raise UserError(f"{path.name}: must be one of {', '.join(CODECS)}")
    out = new_file(f"{path.stem}_{look.title}{path.suffix.lower()}")
    with told_by_name(path), deadline(easel.limits.seconds):
        clip = look_into(path)
        check_length(clip.count, easel.limits)
        painter = easel.painter(look)
        weights = painter.weights(look.mix)
        paint = steady_painter(painter, weights, ("after",), Controls(**look.controls))
        with ClipWriter(out, clip) as writer:
            for frame, motion in with_motion(allowed_frames(clip, look.shortest, easel.limits)):
                check_time()
                writer.write(PaintedFrame(paint(frame, motion), frame.time))
            writer.finish()
    return str(out)


def allowed_frames(clip: Clip, size: int | None, limits: Limits) -> Iterator[Frame]:
    """The frames as large as they are painted. Raises UserError for too many or too large ones."""
    for number, frame in enumerate(frames(clip), 1):
        check_length(number, limits)
        yield replace(frame, picture=fitting(frame.picture, size, limits))


def fitting(picture: Tensor, size: int | None, limits: Limits) -> Tensor:
    """A frame as large as it is painted. Raises UserError where that is too large."""
    height, width = picture.shape[1:]
    scale = 1.0 if size is None else size / min(height, width)
    sides = round(height * scale), round(width * scale)
    check_pixels("a frame would be painted at", *sides, limits.painted)
    return picture if size is None else images.resize(picture, size)


def check_length(frames: int, limits: Limits) -> None:
    """Raises UserError for a clip of more frames than allowed."""
    if frames > limits.frames:
        raise UserError(f"the clip has {frames} frames or more, and {limits.frames} are the most")
