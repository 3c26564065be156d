"""Takes of a song: real WAV files, 48 kHz and 24 bit, with a tone that differs from take to take."""

import io
import math
import tarfile
import wave

RATE = 48_000  # frames a second
BYTES = 3  # a sample: 24 bit
PEAK = 0.5 * (2**23 - 1)  # -6 dBFS


def tone(hertz: int, seconds: float) -> bytes:
    """The bytes of a mono WAV file with a sine of `hertz`, which must divide the rate."""
    if RATE % hertz:
        raise ValueError(f"{hertz} Hz does not divide {RATE} Hz")
    period = RATE // hertz
    samples = (round(PEAK * math.sin(2 * math.pi * index / period)) for index in range(period))
    table = b"".join(sample.to_bytes(BYTES, "little", signed=True) for sample in samples)
    frames = int(RATE * seconds)
    data = (table * (frames // period + 1))[: frames * BYTES]
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(BYTES)
        file.setframerate(RATE)
        file.writeframes(data)
    return target.getvalue()


def session(song: str, tones: dict[str, int], seconds: float) -> dict[str, bytes]:
    """A session folder as a recording program leaves it: path -> content."""
    files = {f"{song}/Audio Files/{name}.wav": tone(hertz, seconds) for name, hertz in tones.items()}
    files[f"{song}/Notizen für den Mix.txt"] = b"Gesang: die zweite Strophe noch einmal.\n"
    return files


def archive(files: dict[str, bytes]) -> bytes:
    """The files as a tar archive, to bring them to a machine in one go."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size, member.mtime = len(content), 1_790_000_000
            tar.addfile(member, io.BytesIO(content))
    return target.getvalue()
