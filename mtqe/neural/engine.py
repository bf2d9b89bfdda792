"""Runs a model over inputs: each distinct one once, in batches of like lengths, kept on disk, on one device or several.

A model that scores twenty systems sees each source and reference once; a system that is added later costs its own
texts alone.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import signal
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from mtqe.errors import DataWarning, MtqeError, UnavailableError
from mtqe.neural.cache import Vector, VectorCache, key_of
from mtqe.neural.encoder import batch_sizes
from mtqe.neural.session import ShardDone, current

#: Tokens of a batch, padding included.
TOKEN_BUDGET = {"cpu": 4096, "cuda": 32768, "mps": 8192}
#: Results are written to disk this often, so that an interrupted run loses no more.
FLUSH_SECONDS = 60.0

#: What a model reads at once: a text, or several that it reads together.
Item = tuple[str, ...]
R = TypeVar("R")
T = TypeVar("T", bound="Tokens")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The token ids of an item; `types` says of each which segment it is of, where a model wants that.

    `marked` is how many of the first tokens get labels, where a model gives labels.
    """

    ids: list[int]
    types: list[int] | None = None
    truncated: bool = False
    marked: int = 0


class Model(Protocol):
    """What turns items into vectors.

    about    everything that decides a vector beside its item: it keys the results on disk.
    prepare  tokenises.
    run      the vectors of a batch, whatever else is in it.
    """

    @property
    def about(self) -> Mapping[str, Any]: ...
    def prepare(self, items: Sequence[Item]) -> Sequence[Tokens]: ...
    def run(self, batch: Sequence[Tokens]) -> Sequence[Vector]: ...


@dataclass(frozen=True, slots=True)
class Result:
    """The vector of an item, and whether the model could not read the item to its end."""

    vector: Vector
    truncated: bool


def compute(
    model: Model, make: Callable[[int], Model], devices: Sequence[str], items: Sequence[Item], what: str
) -> dict[Item, Result]:
    """The results of all items.

    `devices` are the types of the devices of all workers. With one, `model` does the work; with more, `make(i)` loads
    the model in the process of worker i.

    Which texts share a batch moves a vector in its last bits, and depends on all items and on what the store has.
    Raises ShardDone where the session is for a shard, UnavailableError where there is not enough memory for one item or
    where the session has to find every result in the store and does not.
    """
    settings = current()
    store = VectorCache(settings.directory, model.about)
    keys = {item: key_of(item) for item in dict.fromkeys(items)}
    wanted = [item for item in keys if settings.shard or store.get(keys[item]) is None]
    if wanted and settings.merged:
        raise UnavailableError(
            f"{settings.directory} lacks {len(wanted)} of {len(keys)} results of {what}; run the shards that are "
            "missing, or all of them where the texts or the model have changed"
        )
    prepared = sorted(zip(wanted, model.prepare(wanted), strict=True), key=lambda pair: (-len(pair[1].ids), pair[0]))
    batches = list(_batches(prepared, TOKEN_BUDGET.get(devices[0], TOKEN_BUDGET["cpu"])))
    if settings.shard:
        own, of = settings.shard
        batches = batches[own - 1 :: of]
        batches = [batch for batch in batches if any(store.get(keys[item]) is None for item, _ in batch)]
    try:
        _run(model, make, len(devices), batches, store, keys, what)
    finally:
        _keep(store.close)
    if settings.shard:
        raise ShardDone(f"shard {own} of {of} of {what} is in {settings.directory}")
    found = {}
    for item, key in keys.items():
        vector = store.get(key)
        assert vector is not None
        found[item] = Result(vector[1:], bool(vector[0]))
    return found


def _keep(write: Callable[[], None]) -> None:
    """Scores are not lost with results that cannot be written; a shard has nothing else."""
    try:
        write()
    except OSError as error:
        text = f"{error.filename or current().directory} cannot be written: {error.strerror}"
        if current().shard:
            raise UnavailableError(text) from None
        warnings.warn(f"results are not kept for the next time: {text}", DataWarning, stacklevel=2)


_Batch = Sequence[tuple[Item, Tokens]]


def _batches(prepared: _Batch, budget: int) -> Iterator[_Batch]:
    start = 0
    for size in batch_sizes([len(tokens.ids) for _, tokens in prepared], budget):
        yield prepared[start : start + size]
        start += size


def _run(
    model: Model,
    make: Callable[[int], Model],
    workers: int,
    batches: Sequence[_Batch],
    store: VectorCache,
    keys: Mapping[Item, str],
    what: str,
) -> None:
    from tqdm import tqdm

    work = [[tokens for _, tokens in batch] for batch in batches]
    run = _here(model, work) if workers == 1 else _elsewhere(make, min(workers, len(work)), work)
    flushed = time.monotonic()
    with tqdm(total=sum(map(len, batches)), desc=what, unit="text", delay=1, disable=None) as bar:
        for number, vectors in run:
            for (item, tokens), vector in zip(batches[number], vectors, strict=True):
                store.put(keys[item], np.concatenate([np.array([tokens.truncated], np.float32), vector]))
            bar.update(len(batches[number]))
            if time.monotonic() - flushed > FLUSH_SECONDS:
                _keep(store.flush)
                flushed = time.monotonic()


def _here(model: Model, work: Sequence[Sequence[Tokens]]) -> Iterator[tuple[int, Sequence[Vector]]]:
    for number, batch in enumerate(work):
        yield number, halving(model.run, batch)


def halving(run: Callable[[Sequence[T]], Sequence[R]], batch: Sequence[T]) -> Sequence[R]:
    """Runs a batch, in halves where it does not fit into memory.

    Raises UnavailableError where one text alone does not.
    """
    try:
        return run(batch)
    except (MemoryError, RuntimeError) as error:
        if not _out_of_memory(error):
            raise
        reason = str(error).partition("\n")[0]
    if len(batch) == 1:
        raise UnavailableError(
            f"not enough memory for a text of {len(batch[0].ids)} tokens ({reason}); "
            "take a smaller model, dtype=bf16, or spread it over devices (--device cuda:0+1)"
        )
    middle = len(batch) // 2
    return [*halving(run, batch[:middle]), *halving(run, batch[middle:])]


def _out_of_memory(error: BaseException) -> bool:
    import torch

    if isinstance(error, torch.OutOfMemoryError):
        torch.cuda.empty_cache()
        return True
    return isinstance(error, MemoryError) or "can't allocate memory" in str(error)


def _elsewhere(
    make: Callable[[int], Model], workers: int, work: Sequence[Sequence[Tokens]]
) -> Iterator[tuple[int, Sequence[Vector]]]:
    """Batches by processes of their own, each with a model: whichever is free takes the next one."""
    context = multiprocessing.get_context("spawn")
    inbox: Any = context.Queue()
    outbox: Any = context.Queue()
    for number, batch in enumerate(work):
        inbox.put((number, batch))
    for _ in range(workers):
        inbox.put(None)
    processes = [
        context.Process(target=_serve, args=(make, i, workers, inbox, outbox), daemon=True) for i in range(workers)
    ]
    for process in processes:
        process.start()
    try:
        for _ in work:
            while True:
                try:
                    number, vectors, error = outbox.get(timeout=1)
                    break
                except queue.Empty:
                    dead = [process.exitcode for process in processes if process.exitcode]
                    if dead:
                        raise UnavailableError(f"a worker died (exit code {dead[0]}), perhaps out of memory") from None
            if error is not None:
                raise error
            yield number, vectors
    finally:
        inbox.cancel_join_thread()  # nobody takes the rest of the work when it ends early
        for process in processes:
            process.terminate()
        for process in processes:  # what is scored next needs their memory
            process.join()


def _serve(make: Callable[[int], Model], worker: int, workers: int, inbox: Any, outbox: Any) -> None:
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process is interrupted with it, and ends it
    warnings.simplefilter("ignore")  # the main process has said it
    torch.set_num_threads(max(1, torch.get_num_threads() // workers))
    try:
        model = make(worker)
        for number, batch in _handed_out(inbox):
            outbox.put((number, halving(model.run, batch), None))
    except MtqeError as error:
        outbox.put((-1, [], error))
    except Exception as error:  # the main process has to know, and not every error can be sent
        outbox.put((-1, [], MtqeError(f"a worker failed: {type(error).__name__}: {error}")))


def _handed_out(inbox: Any) -> Iterator[tuple[int, Sequence[Tokens]]]:
    """Batches until there are no more, or the main process is gone."""
    main = multiprocessing.parent_process()
    while main is not None and main.is_alive():
        with contextlib.suppress(queue.Empty):
            work = inbox.get(timeout=5)
            if work is None:
                return
            yield work
