"""COMET models that read every text by itself: regression and referenceless (Rei et al., 2020 and 2022)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mtqe.errors import UnavailableError
from mtqe.neural.cache import Vector
from mtqe.neural.comet.parts import CometModel, Mixing, Prediction, Segment
from mtqe.neural.engine import Item, Result, Tokens
from mtqe.neural.hidden import padded

#: Segments that the regression head sees at once.
_HEAD_ROWS = 1024


class SentenceModel(CometModel):
    """The result of a text is its embedding, float32 (dimensions,)."""

    def items(self, segment: Segment) -> list[Item]:
        return [(getattr(segment, part),) for part in self.checkpoint.segments]

    def prepare(self, items: Sequence[Item]) -> list[Tokens]:
        encoded = self.tokenizer.encode([text for (text,) in items])
        return [Tokens(encoding.ids, truncated=encoding.truncated) for encoding in encoded]

    def run(self, batch: Sequence[Tokens]) -> list[Vector]:
        import torch

        ids, mask = padded([tokens.ids for tokens in batch], self.padding)
        pool = self.checkpoint.get("pool")
        first = pool in ("cls", "default")
        with torch.inference_mode():
            mixing = Mixing(self.mix, mask.to(self.device), first)
            self.layers.run(ids, mask, None, mixing.add)
            states = mixing.result()
            if first:
                vectors = states[:, 0]
            else:
                # A text may hold the padding token itself, which then counts as a token that says nothing.
                blank = (ids == self.padding).to(self.device)[:, :, None]
                if pool == "max":
                    vectors = states.masked_fill(blank, float("-inf")).amax(1)
                elif pool == "avg":
                    count = mask.sum(1, keepdim=True).to(self.device).float()
                    vectors = states.masked_fill(blank, 0.0).sum(1) / count
                else:
                    raise UnavailableError(f"{self.checkpoint.name}: unknown pooling {pool!r}")
            return list(vectors.cpu().numpy())

    def predict(self, segments: Sequence[Segment], results: Mapping[Item, Result]) -> list[Prediction]:
        import torch

        predictions = []
        for start in range(0, len(segments), _HEAD_ROWS):
            part = segments[start : start + _HEAD_ROWS]
            vectors = {
                name: torch.from_numpy(np.stack([results[(getattr(segment, name),)].vector for segment in part])).to(
                    self.head_device
                )
                for name in self.checkpoint.segments
            }
            mt, src = vectors["mt"], vectors["src"]
            features = [mt, src] if "ref" not in vectors else [mt, vectors["ref"]]
            for other in features[1:] if "ref" not in vectors else (vectors["ref"], src):
                features += [mt * other, (mt - other).abs()]
            with torch.inference_mode():
                scores = self.head(torch.cat(features, dim=1)).cpu().double().tolist()
            for segment, score in zip(part, scores, strict=True):
                truncated = any(results[item].truncated for item in self.items(segment))
                predictions.append(Prediction(score, truncated=truncated))
        return predictions
