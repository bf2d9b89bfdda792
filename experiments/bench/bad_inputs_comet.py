"""unbabel-comet's own command on hyp.txt, ref.txt and src.txt of directories, as JSON: for bad_inputs.py.

Run by the Python of an environment that has unbabel-comet. Reading, pairing and printing are COMET's; in the place of
the model, a checksum of translation and reference is the score of a segment; white space is one as another.
"""

import contextlib
import io
import json
import os
import re
import signal
import sys
import traceback
import zlib
from typing import ClassVar

_SECONDS = 30


class _Stopped(BaseException):
    pass


def _stop(*_: object) -> None:
    raise _Stopped


def pair_of(hypothesis: str, reference: str) -> str:
    """A checksum of two texts, for which any white space is one space."""
    text = "\0".join(" ".join(text.split()) for text in (hypothesis, reference))
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"


def _stub() -> type:
    from comet.models.utils import Prediction

    class Stub:
        pairs: ClassVar[list[str]] = []

        def __getattr__(self, name: str) -> object:
            return lambda *_, **__: True

        def predict(self, samples: list, **_: object) -> Prediction:
            Stub.pairs = [pair_of(sample["mt"], sample["ref"]) for sample in samples]
            scores = [int(pair, 16) / 2**32 for pair in Stub.pairs]
            return Prediction(scores=scores, system_score=sum(scores) / len(scores))

    return Stub


def _score(directory: str, stub: type) -> dict:
    from comet.cli import score

    os.chdir(directory)
    stub.pairs = []
    sys.argv = ["comet-score", "-s", "src.txt", "-t", "hyp.txt", "-r", "ref.txt", "--gpus", "0", "--quiet"]
    out, err, code = io.StringIO(), io.StringIO(), 0
    signal.alarm(_SECONDS)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            score.score_command()
    except SystemExit as stop:
        code = int(stop.code or 0)
    except _Stopped:
        code = None
    except Exception:
        code = 1
        err.write(traceback.format_exc())
    finally:
        signal.alarm(0)
    segments = re.findall(r"Segment \d+\tscore: (\S+)", out.getvalue())
    said = "\n".join(line for line in err.getvalue().splitlines() if "eed set to" not in line)
    return {"code": code, "scores": str(segments), "said": said, "pairs": stub.pairs}


def main() -> None:
    import comet.cli.score as score

    stub = _stub()
    score.download_model = lambda *_, **__: ""
    score.load_from_checkpoint = lambda _: stub()
    signal.signal(signal.SIGALRM, _stop)
    print(json.dumps([_score(directory, stub) for directory in sys.argv[1:]]))


if __name__ == "__main__":
    main()
