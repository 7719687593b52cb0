"""Speech: how fast it is listened to, how many words are wrong, and what the rules find of events that were put in.

`python -m tests.bench.speech`. Needs the developers' recordings. The events are those of spoken_events.py.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import jiwer
import numpy as np

from analysis.config import PipelineConfig
from analysis.pipeline import Analysis
from analysis.speech.audio_features import listen
from analysis.speech.audio_process import ONE_THREAD
from analysis.speech.chunking import RATE
from analysis.speech.delivery import syllables
from analysis.speech.disfluency import plain
from analysis.speech.transcribe import recognised
from analysis.types import Stage, Transcript
from tests.analysis.speech.sounds import QUIET, in_pieces, samples
from tests.bench import spoken_events
from tests.bench.spoken_events import MEDIA, SHARED

PICTURE = frozenset({Stage.FACES, Stage.EXPRESSION, Stage.LANDMARKS, Stage.LIVENESS})

_COMMAND = {"b": "bin", "l": "lay", "p": "place", "s": "set"}
_COLOR = {"b": "blue", "g": "green", "r": "red", "w": "white"}
_PREPOSITION = {"a": "at", "b": "by", "i": "in", "w": "with"}
_DIGITS = {
    **{"z": "zero", "1": "one", "2": "two", "3": "three", "4": "four"},
    **{"5": "five", "6": "six", "7": "seven", "8": "eight", "9": "nine"},
}
_ADVERB = {"a": "again", "n": "now", "p": "please", "s": "soon"}


def grid_sentence(code: str) -> str:
    """The words of a GRID clip from its code, as bbaf2n."""
    command, color, preposition, letter, digit, adverb = code
    words = (_COMMAND[command], _COLOR[color], _PREPOSITION[preposition], letter, _DIGITS[digit], _ADVERB[adverb])
    return " ".join(words)


def _plain(text: str) -> str:
    return " ".join(filter(None, (plain(word) for word in text.split())))


def _spoken() -> Iterator[tuple[str, Path, str]]:
    """(set, file, words) of every recording whose words are known."""
    for path in sorted((MEDIA / "speech").glob("*.txt")):
        sound = next(each for each in (path.with_suffix(".wav"), path.with_suffix(".flac")) if each.exists())
        yield "read aloud", sound, path.read_text()
    for path in sorted((MEDIA / "clips").glob("grid_*.mpg")):
        yield "GRID", path, grid_sentence(path.stem.split("_")[-1])


def speed() -> None:
    sound = np.tile(samples(MEDIA / "speech" / "two_cities_16k.wav"), 14)[: 600 * RATE]
    print("\nlistening to ten minutes, without recognition, one thread")
    for pitch in (False, True):
        started_s = time.process_time()
        listen(in_pieces(sound), QUIET, voice=pitch)
        seconds = time.process_time() - started_s
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        what = "with pitch and voices" if pitch else "speech, loudness"
        print(f"  {what:<26}{600 / seconds:>6.0f} x real time on a core, {peak_mib:.0f} MiB at most")


def recognition() -> None:
    """Word error rate, and how far off the first instant of a word is, of each engine that can run here."""
    config = PipelineConfig(model_dir=str(SHARED / "models"))
    heads = f"{'words':>6}{'wrong %':>9}{'off ms, median and p90':>24}{'of real time':>14}"
    print(f"\n{'recognition':<14}{'set':<12}{heads}")
    for name, group in itertools.groupby(_spoken(), key=lambda each: each[0]):
        truths, found, off_ms, seconds, media_s, source = [], [], [], 0.0, 0.0, ""
        for _, path, text in group:
            sound, started_s = samples(path), time.process_time()
            transcript = recognised(in_pieces(sound), config, QUIET, 0)
            seconds, media_s = seconds + time.process_time() - started_s, media_s + len(sound) / RATE
            truths.append(_plain(text))
            found.append(_plain(" ".join(word.text for word in transcript.words)))
            off_ms += _off_ms(path, transcript)
            source = transcript.source
        wrong = 100 * jiwer.wer(truths, found)
        count = sum(len(text.split()) for text in truths)
        off = f"{np.median(off_ms):.0f}, {np.percentile(off_ms, 90):.0f}" if off_ms else "times not known"
        print(f"{source:<14}{name:<12}{count:>6}{wrong:>9.1f}{off:>24}{seconds / media_s:>14.2f}", flush=True)
    print("faster-whisper: no model is here to measure it with")


def beside_the_picture() -> None:
    """What recognition costs an analysis that looks at the picture anyway, on two cores."""
    clip = MEDIA / "clips" / "phone_portrait_speech_20s.mp4"
    print("\nwall seconds of an analysis of 20 s, networks loaded before")
    for number, plan in enumerate((PICTURE, PICTURE, PICTURE | {Stage.SPEECH, Stage.VOICE}, PICTURE | set(Stage))):
        analysis = Analysis(clip, PipelineConfig(plan=frozenset(plan), model_dir=str(SHARED / "models")))
        started_s = time.perf_counter()
        for _ in analysis:
            pass
        what = ", ".join(sorted(set(plan) - PICTURE)) or "the picture alone"
        if number:  # the first loads them
            print(f"  {what:<44}{time.perf_counter() - started_s:>6.1f}")


def syllables_counted() -> None:
    """Against the texts: vowels in a row, without a silent e, count as one."""
    counted = found = 0
    for name, path, text in _spoken():
        if name == "read aloud":
            counted += sum(_syllables(word) for word in text.lower().split())
            found += len(syllables(listen(in_pieces(samples(path)), QUIET, voice=True)))
    print(f"\nsyllables: {found} heard of {counted} in the texts read aloud")


def _syllables(word: str) -> int:
    word = re.sub(r"(?<=[^aeiouydt])ed$|(?<=..[^l])e$", "", re.sub(r"[^a-z]", "", word))
    return max(1, len(re.findall(r"[aeiouy]+", word))) if word else 0


def _off_ms(path: Path, transcript: Transcript) -> list[float]:
    times = path.with_suffix(".json")
    if path.suffix != ".wav" or not times.exists():
        return []
    entries = [entry for entry in json.loads(times.read_text())["w"] if entry["t"][0] != "<"]
    true = [plain(entry["t"].split("(")[0]) for entry in entries]
    heard = [plain(word.text) for word in transcript.words]
    blocks = SequenceMatcher(None, true, heard).get_matching_blocks()
    return [
        abs(transcript.words[block.b + i].span.start_ms - 1000 * entries[block.a + i]["b"])
        for block in blocks
        for i in range(block.size)
    ]


def measure() -> None:
    if not (MEDIA / "speech").is_dir():
        print("\nspeech: the developers' recordings are not here")
        return
    subprocess.run([sys.executable, "-m", "tests.bench.speech", "speed"], env=os.environ | ONE_THREAD, check=True)
    recognition()
    beside_the_picture()
    syllables_counted()
    spoken_events.measure()


if __name__ == "__main__":
    speed() if sys.argv[1:] == ["speed"] else measure()
