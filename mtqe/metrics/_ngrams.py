"""Clipped n-gram matches, what BLEU and chrF count."""

from __future__ import annotations

import numpy as np

from mtqe.metrics._compiled import compiled
from mtqe.metrics._tokens import Int32, Int64, Ragged


def clipped_matches(references: Ragged, groups: Int64, hypotheses: Ragged, group_of: Int64, order: int) -> Int64:
    """For each hypothesis and n the n-grams that it shares with its references, (hypotheses, order).

    An n-gram counts as often as in the reference that has most of it (Papineni et al. 2002).

    groups    references `groups[g]` to `groups[g + 1] - 1` belong together.
    group_of  the group of each hypothesis, ascending: each group is indexed once.
    """
    totals = references.offsets[groups]
    tokens = int(np.diff(totals).max(initial=0))
    return _match(*references, groups, *hypotheses, group_of, order, tokens * order + 1)


def ngrams(lengths: Int64, order: int) -> Int64:
    """How many n-grams texts of these lengths have, for n from 1 to `order`: (texts, order)."""
    counts: Int64 = np.maximum(lengths[:, None] - np.arange(order), 0)
    return counts


# The n-grams of a group are the nodes of a trie, its edges a hash table from (node, next token) to node. Node 0 is the
# empty n-gram; `suffix` is the n-gram without its first token. A hypothesis walks as in Aho and Corasick (1975): one
# node a token, the longest n-gram that ends there and is in the group; its suffixes are all the others.


@compiled
def _slot(keys: Int64, mask: int, node: int, token: int) -> tuple[np.int64, np.int64]:
    """Where the edge is in the table, or the free place where it belongs; and its key."""
    key = (np.int64(node) << np.int64(32)) | np.int64(token)
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    at = np.int64(mixed >> np.uint64(32)) & mask
    while keys[at] != key and keys[at] != -1:
        at = (at + 1) & mask
    return at, key


@compiled
def _match(
    ref: Int32, ref_at: Int64, groups: Int64, hyp: Int32, hyp_at: Int64, group_of: Int64, order: int, nodes: int
) -> Int64:
    matches = np.zeros((len(group_of), order), np.int64)
    size = 4
    while size < 2 * nodes:
        size *= 2
    keys, child = np.empty(size, np.int64), np.empty(size, np.int32)
    suffix, depth = np.zeros(nodes, np.int32), np.zeros(nodes, np.int32)
    most, here, seen_in = np.zeros(nodes, np.int32), np.zeros(nodes, np.int32), np.zeros(nodes, np.int32)
    left = np.zeros(nodes, np.int32)
    ending, longer = np.zeros(order + 1, np.int32), np.zeros(order + 1, np.int32)
    indexed, used, mask = -1, 1, 0
    for h in range(len(group_of)):
        group = group_of[h]
        if group != indexed:
            indexed = group
            first, last = groups[group], groups[group + 1]
            size = 4
            while size < 2 * order * (ref_at[last] - ref_at[first]):
                size *= 2
            mask = size - 1
            for i in range(size):
                keys[i] = -1
            used = 1
            for r in range(first, last):
                known = 0  # n-grams that end at the token before, by n
                for i in range(ref_at[r], ref_at[r + 1]):
                    reach = min(known + 1, order)
                    for n in range(1, reach + 1):
                        at, key = _slot(keys, mask, ending[n - 1], ref[i])
                        if keys[at] == -1:
                            keys[at], child[at] = key, used
                            suffix[used], depth[used] = longer[n - 1], n
                            most[used], seen_in[used] = 0, -1
                            used += 1
                        node = child[at]
                        longer[n] = node
                        here[node] = here[node] + 1 if seen_in[node] == r else 1
                        seen_in[node] = r
                        most[node] = max(most[node], here[node])
                    for n in range(1, reach + 1):
                        ending[n] = longer[n]
                    known = reach
        for i in range(used):
            left[i] = most[i]
        node = 0
        for i in range(hyp_at[h], hyp_at[h + 1]):
            token = hyp[i]
            if token < 0:
                node = 0
                continue
            if depth[node] == order:
                node = suffix[node]
            at, key = _slot(keys, mask, node, token)
            while keys[at] == -1 and node != 0:
                node = suffix[node]
                at, key = _slot(keys, mask, node, token)
            node = child[at] if keys[at] != -1 else 0
            one = node
            while one != 0:
                if left[one] > 0:
                    left[one] -= 1
                    matches[h, depth[one] - 1] += 1
                one = suffix[one]
    return matches
