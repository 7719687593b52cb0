"""Bytes of hostile and odd files, made here: nothing is downloaded, and each is small."""

from __future__ import annotations

import functools
import io
import math
import random
import struct
import zipfile
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np

MS = Fraction(1, 1000)
_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"edts", b"udta")


def video(
    container: str = "mp4",
    codec: str = "libx264",
    *,
    size: tuple[int, int] = (64, 48),
    pts_ms: tuple[int, ...] = tuple(range(0, 1000, 100)),
    pix_fmt: str = "yuv420p",
    tracks: int = 1,
    **muxer: str,
) -> bytes:
    """A short video without sound; `tracks` pictures beside each other."""
    target = io.BytesIO()
    with av.open(target, "w", format=container, options=muxer) as out:
        streams = [out.add_stream(codec, rate=10) for _ in range(tracks)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
            stream.codec_context.time_base = MS if "mpeg" not in codec else Fraction(1, 10)
        for at in pts_ms:
            frame = av.VideoFrame(*size, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([at % 200]) * plane.buffer_size)
            frame.pts, frame.time_base = (at, MS) if "mpeg" not in codec else (at // 100, Fraction(1, 10))
            for stream in streams:
                out.mux(stream.encode(frame))
        for stream in streams:
            out.mux(stream.encode(None))
    return target.getvalue()


@functools.cache
def plain() -> bytes:
    """A harmless MP4 whose index comes last."""
    return video()


def sound_only(container: str = "ipod") -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format=container) as out:
        stream = out.add_stream("aac", rate=48_000)
        for at in range(0, 48_000, 1024):
            frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = 48_000, at
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return target.getvalue()


def sound_without_end(packets: int = 20, packet_s: int = 400) -> bytes:
    """A few kB of sound at one sample a second whose clock stands still: hours and hours once resampled."""
    target = io.BytesIO()
    with av.open(target, "w", format="matroska") as out:
        picture = out.add_stream("libx264", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound = out.add_stream("pcm_u8", rate=8_000, layout="mono")
        for at in range(5):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts, frame.time_base = at, Fraction(1, 10)
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        for _ in range(packets):
            packet = av.Packet(bytes([128]) * packet_s)
            packet.stream, packet.pts, packet.dts, packet.time_base = sound, 0, 0, MS
            out.mux(packet)
    content = bytearray(target.getvalue())
    rate = content.find(b"\xb5\x88" + struct.pack(">d", 8_000.0))
    assert rate > 0
    content[rate + 2 : rate + 10] = struct.pack(">d", 1.0)
    return bytes(content)


def with_attachment_and_text() -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format="matroska") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        out.add_attachment("evil.sh", "application/x-sh", b"#!/bin/sh\ntouch /tmp/pwned\n")
        for at in range(10):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts, frame.time_base = at, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return target.getvalue()


def boxes(content: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, bytes]]:
    """(start, end, kind) of each MP4 box, those inside others as well, outer first."""
    at, end = start, len(content) if end is None else end
    while at + 8 <= end:
        length, kind = struct.unpack_from(">I4s", content, at)
        if length < 8:
            return
        yield at, at + length, kind
        if kind in _CONTAINERS:
            yield from boxes(content, at + 8, at + length)
        at += length


def with_box(content: bytes, kind: bytes, made: bytes) -> bytes:
    """The MP4, its index last, with its first box of `kind` replaced and every box around it made to fit."""
    first, last, _ = next(box for box in boxes(content) if box[2] == kind)
    changed = bytearray(content[:first] + made + content[last:])
    for start, end, _ in boxes(content):
        if start < first and end >= last:
            struct.pack_into(">I", changed, start, end - start + len(made) - (last - first))
    return bytes(changed)


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def pointing_elsewhere(path: str) -> bytes:
    """An MP4 that says, as old QuickTime files may, that its pictures lie in another file."""
    name = path.encode() + b"\0" * (len(path) % 2)
    alias = (
        bytes(10)
        + b"\4disk".ljust(28, b"\0")
        + bytes(12)
        + bytes([len(path)])
        + path.encode().ljust(63, b"\0")
        + bytes(16)
    )
    alias += struct.pack(">HH", 1, 1) + bytes(16) + struct.pack(">HH", 2, len(name)) + name
    alias += struct.pack(">HH", 18, 2) + b"/\0" + struct.pack(">HH", 0xFFFF, 0)
    entry = box(b"alis", bytes(4) + alias)
    return with_box(plain(), b"dref", box(b"dref", struct.pack(">II", 0, 1) + entry))


def patched(kind: bytes, offset: int, value: bytes, content: bytes | None = None) -> bytes:
    """An MP4 with other bytes at `offset` of its first box of `kind`."""
    content = content or plain()
    start = next(box for box in boxes(content) if box[2] == kind)[0] + 8 + offset
    return content[:start] + value + content[start + len(value) :]


def turned(degrees: int) -> bytes:
    """An MP4 to be shown turned clockwise by so much."""
    cos, sin = (round(65536 * part(math.radians(degrees))) for part in (math.cos, math.sin))
    return patched(b"tkhd", 40, struct.pack(">9i", cos, sin, 0, -sin, cos, 0, 0, 0, 1 << 30))


def fuzzed(seed: int, container: str = "mp4") -> bytes:
    """A video with forty bytes of its header turned to noise."""
    made = bytearray(plain() if container == "mp4" else video(container))
    noise = random.Random(seed)
    header = next(b for b in boxes(bytes(made)) if b[2] == b"moov")[0] + 8 if container == "mp4" else 40
    for _ in range(40):
        made[noise.randrange(header, min(len(made), header + 700))] = noise.randrange(256)
    return bytes(made)


def matroska_length(seconds: float) -> bytes:
    """An MKV that says it is so long."""
    content = bytearray(video("matroska"))
    at = content.find(b"\x44\x89\x88")
    assert at > 0
    content[at + 3 : at + 11] = struct.pack(">d", seconds * 1000)
    return bytes(content)


def with_a_huge_index() -> bytes:
    start, end, _ = next(found for found in boxes(plain()) if found[2] == b"mvhd")
    return with_box(plain(), b"mvhd", plain()[start:end] + box(b"free", bytes(20_000_000)))


def thousand_tracks() -> bytes:
    """An MP4 with its one track a thousand times in its index."""
    start, end, _ = next(found for found in boxes(plain()) if found[2] == b"trak")
    return with_box(plain(), b"trak", plain()[start:end] * 1000)


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("../../evil.sh", "touch /tmp/pwned")
    return target.getvalue()


def huge_jpeg() -> bytes:
    """A MOV of JPEG pictures whose headers say 16000 x 16000."""
    content = bytearray(video("mov", "mjpeg", pix_fmt="yuvj420p"))
    at = 0
    while (at := content.find(b"\xff\xc0\x00\x11\x08", at)) > 0:
        struct.pack_into(">HH", content, at + 5, 16_000, 16_000)
        at += 5
    return bytes(content)


def noise(head: bytes) -> bytes:
    return head + random.Random(1).randbytes(20_000)


def many_pictures(count: int = 648_001) -> bytes:
    """A MOV of one JPEG of 16 x 16 that its index names again and again; each lasts a tick, so it says a minute."""
    content = video("mov", "mjpeg", size=(16, 16), pts_ms=(0,), pix_fmt="yuvj420p").replace(b"edts", b"free")
    length = struct.unpack_from(">I", content, next(b for b in boxes(content) if b[2] == b"stsz")[0] + 12)[0]
    offset = struct.unpack_from(">I", content, next(b for b in boxes(content) if b[2] == b"stco")[0] + 16)[0]
    content = with_box(content, b"stts", box(b"stts", struct.pack(">IIII", 0, 1, count, 1)))
    content = with_box(content, b"stsz", box(b"stsz", struct.pack(">III", 0, length, count)))
    content = with_box(content, b"stsc", box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1)))
    return with_box(content, b"stco", box(b"stco", struct.pack(">II", 0, count) + struct.pack(">I", offset) * count))
