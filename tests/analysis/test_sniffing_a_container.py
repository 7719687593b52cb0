from analysis.config import sniff_container


def test_each_kind_of_video_is_known_by_its_first_bytes() -> None:
    assert sniff_container(b"\0\0\0\x18ftypisom" + bytes(1000)) == "mov"
    assert sniff_container(b"\0\0\0\x08wide" + bytes(1000)) == "mov"
    assert sniff_container(b"\x1a\x45\xdf\xa3" + bytes(1000)) == "matroska"
    assert sniff_container(b"RIFF\0\0\0\0AVI LIST") == "avi"
    assert sniff_container(b"\0\0\x01\xba" + bytes(1000)) == "mpeg"
    packet = b"\x47" + bytes(187)
    assert sniff_container(packet * 5) == "mpegts"
    assert sniff_container((bytes(4) + packet) * 5) == "mpegts"


def test_playlists_pictures_and_text_are_no_videos() -> None:
    for head in (
        b"",
        b"ffconcat version 1.0\nfile x.mp4",
        b"#EXTM3U\n",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"\x89PNG\r\n\x1a\n",
    ):
        assert sniff_container(head) is None
