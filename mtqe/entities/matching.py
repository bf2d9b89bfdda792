"""What became of each name of a reference in a hypothesis: found, found in another form, wrong, or missing."""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, pairwise

import regex

from mtqe.entities import slavic
from mtqe.entities.forms import american, romanisation_key, same_stem, similarity
from mtqe.entities.index import Index, grouped, joined, sorted_letters
from mtqe.entities.knowledge.given_names import given_names
from mtqe.entities.knowledge.places import country_codes, identities, is_place_elsewhere
from mtqe.entities.knowledge.vocabulary import frequency
from mtqe.entities.mentions import Name, Token
from mtqe.entities.model import Finding, Text
from mtqe.entities.name_words import exclude, is_covid, kinds_of, same_disease
from mtqe.entities.pairing import SIMILAR, Pair, distance, pair_missing
from mtqe.entities.romanisations import wade_giles
from mtqe.entities.source import Source
from mtqe.results import Span

#: So many letters more make another name of one, not a slip of spelling (Kadyrov, Kadyrovites).
_DERIVED = 3
#: Words of so many letters or fewer mostly say little.
_SMALL = 3
#: The letters at least of a name and of what follows it in one word.
_COMPOUND, _SECOND = 6, 3
#: Names from here on have a form in the language (Zelensky); log10 of occurrences in a billion words.
_USED = 2.0


class Matcher:
    """Matches the names of one reference with the words of one hypothesis."""

    def __init__(self, ref: Text, hyp: Text, language: str, source: Source) -> None:
        self.ref, self.hyp, self.language, self.source = ref, hyp, language, source
        self.source_language = source.language
        self.found: dict[int, tuple[int, ...]] = {}  # token of the reference: its counterparts
        self.rules: dict[int, str] = {}  # how each was found
        self.explained: set[int] = set()  # tokens of the hypothesis that answer something
        self._rivals: dict[Name, tuple[int, int]] = {}
        self.index = Index(hyp.tokens, source.language)

    @cached_property
    def _anchors(self) -> list[int]:
        """Words of the reference that have one counterpart, and are long enough to have it for a reason."""
        return [i for i, to in sorted(self.found.items()) if len(to) == 1 and len(self.ref.tokens[i].form) > _SMALL]

    @cached_property
    def _wade_giles(self) -> dict[int, list[int]]:
        """Words of the reference that are pinyin on one side and Wade-Giles, often with hyphens, on the other."""
        ref, found = self.ref.tokens, dict[int, list[int]]()
        capitals = [i for i, token in enumerate(ref) if token.capital]
        spelled = [(i, forms) for i in capitals if (forms := wade_giles(ref[i].form))]
        for i, forms in spelled:
            for form in forms & self.index.joined.keys():
                found[i] = self.index.joined[form]
        if self.index.by_wade_giles:
            for form, tokens in joined(ref, capitals).items():
                if form in self.index.by_wade_giles:
                    found |= dict.fromkeys(tokens, self.index.by_wade_giles[form])
        return found

    def match(self) -> tuple[list[Finding], list[tuple[Name, bool]]]:
        """One finding a name of the reference, and what `_extra` finds."""
        for i, token in enumerate(self.ref.tokens):
            if exact := self.index.exact(token.form, token.acronym):
                self._set(i, exact, "exact")
            else:
                self._find_same(i)
        self._find_countries()
        self._find_initials()
        for name in self.ref.names:
            if any(i not in self.found for i in self._core(name)):
                self._find_phrase(name)
            self._find_synonyms(name)
        self._find_rivals()
        pairs = pair_missing(self.ref.tokens, self.hyp.tokens, self._missing(), self.explained, self.index)
        self.explained.update(pair.hyp for pair in pairs.values())
        findings = [self._judge(name, pairs) for name in self.ref.names]
        return findings, list(self._extra())

    def _extra(self) -> Iterator[tuple[Name, bool]]:
        """Names of the hypothesis, or those of their words, that answer nothing; whether other words of theirs do."""
        for name in self.hyp.names:
            left = [i for i in name.tokens if i not in self.explained and self.hyp.tokens[i].role == "proper"]
            left = [i for i in left if self.hyp.tokens[i].form not in self._joined and not self._is_romanised(i)]
            if left:
                start, end = self.hyp.tokens[left[0]].start, self.hyp.tokens[left[-1]].end
                yield Name(start, end, tuple(left), name.type), len(left) < len(name.tokens)

    def _is_romanised(self, j: int) -> bool:
        """Whether a word of the hypothesis is one of the reference's romanised otherwise, which it may have too."""
        return romanisation_key(self.hyp.tokens[j].form, self.source_language) in self._keys

    @cached_property
    def _keys(self) -> set[str]:
        """Romanisation keys of the names' words that are there."""
        tokens = self.ref.tokens
        return {
            romanisation_key(tokens[i].form, self.source_language) for i in self.found if tokens[i].role == "proper"
        }

    @cached_property
    def _joined(self) -> set[str]:
        """Forms of two words of the reference that stand together."""
        return {a.form + b.form for a, b in pairwise(self.ref.tokens)}

    def _core(self, name: Name) -> list[int]:
        """The tokens that must be there: the proper ones, or all of a name of which those only say a country."""
        proper = [i for i in name.tokens if self.ref.tokens[i].role == "proper"]
        if len(proper) == len(name.tokens):
            return proper
        country_found = all(i in self.found for i in proper) and self._only_country(proper)
        return list(name.tokens) if country_found else proper

    def _only_country(self, tokens: Iterable[int]) -> bool:
        return all(country_codes(self.ref.tokens[i].form) for i in tokens)

    def _set(self, i: int, hyp: Iterable[int], rule: str) -> None:
        self.found[i] = to = tuple(hyp)
        self.rules[i] = rule
        self.explained.update(to)

    def _find_same(self, i: int) -> None:
        """The same word in the hypothesis in another form: inflected, joined or split, or romanised otherwise."""
        token = self.ref.tokens[i]
        if is_covid(token.form):
            by_form = self.index.by_form
            names = [form for form in by_form if same_disease(form, token.form)]
            if names:
                return self._set(i, sorted(j for form in names for j in by_form[form]), "the same disease")
        spaced = self._find_spaced_code(token) if token.code else []
        if spaced:
            return self._set(i, spaced, "spacing")
        together = self._find_joined(i) if token.role != "word" else []
        if together:
            return self._set(i, together, "spacing")
        if token.code or len(token.form) < 3:
            return None
        near = self.index.by_start.get(token.form[:3], ())
        stem = self.index.of_forms([form for form in near if same_stem(token.form, form, self.language)])
        if stem:
            return self._set(i, stem, "inflection")
        longer = self.index.of_forms(_compounds(token.form, near)) if token.role != "word" else []
        if longer:
            return self._set(i, longer, "compound")
        if self.language == "en" and near:
            same = self.index.of_forms([form for form in near if american(token.form) == american(form)])
            if same:
                return self._set(i, same, "British or American")
        if token.role == "word":
            return None
        romanised = self.index.by_key.get(romanisation_key(token.form, self.source_language))
        if romanised and not (self._is_copied(token) and all(map(self._is_misspelt, romanised))):
            return self._set(i, romanised, "romanisation")
        if i in self._wade_giles:
            return self._set(i, self._wade_giles[i], "romanisation")
        given = {j for name in given_names(token.form) for j in self.index.by_given_name.get(name, ())}
        if given:
            return self._set(i, sorted(given), "given name")
        places = {j for place in identities(token.form, 0) for j in self.index.by_place.get(place, ())}
        if places:
            return self._set(i, sorted(places), "place name")
        if not slavic.applies(self.source_language) or is_place_elsewhere(token.form):
            return None
        alike = {form for mark in slavic.marks(token.form) for form in self.index.by_mark.get(mark, ())}
        forms = [self.index.capital_forms[form] for form in alike if slavic.compare(token.form, form) == "variant"]
        return self._set(i, sorted(chain(*forms)), "East Slavic form") if forms else None

    def _is_copied(self, token: Token) -> bool:
        """Whether a source in Latin script has a word as it is, which translations copy; of ü and ø are other forms."""
        return token.text.isascii() and token.text in self.source.words and self.source.is_latin

    def _is_misspelt(self, j: int) -> bool:
        """Whether a spelling is neither the source's nor one that is used."""
        text = self.hyp.tokens[j].text
        return text.isascii() and text not in self.source.words and frequency(text.lower(), self.language) < _USED

    def _find_spaced_code(self, token: Token) -> list[int]:
        """The word that begins a designation written with a space: E 04 for E04."""
        spaced = r"[\s\-‑]".join(regex.findall(r"\p{L}+|\p{Nd}+", token.text))
        starts = [match.start() for match in regex.finditer(rf"\b{spaced}\b", self.hyp.text)]
        return [j for j in self.index.capitals if self.hyp.tokens[j].start in starts]

    def _find_joined(self, i: int) -> list[int]:
        """Two tokens of one side that are one of the other."""
        ref, hyp = self.ref.tokens, self.hyp.tokens
        for start in (i - 1, i):
            if 0 <= start < len(ref) - 1:
                both = self.index.by_form.get(ref[start].form + ref[start + 1].form)
                if both:
                    return both
        begin = [form for form in self.index.by_start.get(ref[i].form[:3], ()) if ref[i].form.startswith(form)]
        for j in sorted(j for form in begin for j in self.index.by_form[form]):
            if j + 1 < len(hyp) and hyp[j].form + hyp[j + 1].form == ref[i].form:
                return [j, j + 1]
        return []

    def _find_countries(self) -> None:
        """A country or its people by any of their names: United States, US, American."""
        open_ones = [(t, codes) for t, codes in self.ref.countries if any(i not in self.found for i in t)]
        theirs = self.hyp.countries if open_ones else []
        named = grouped((code, j) for others, codes in theirs for code in codes for j in others)
        for tokens, codes in open_ones:
            same = sorted({j for code in codes for j in named.get(code, ())})
            if same:
                for i in tokens:
                    self._set(i, same, "country name")

    def _find_initials(self) -> None:
        """A given name and its initial, before the same surname: Grigor Dimitrov, G. Dimitrov."""
        for name in self.ref.names:
            for following in name.tokens:
                i = following - 1
                if i < 0 or i in self.found or following not in self.found or not self.ref.tokens[i].capital:
                    continue
                form = self.ref.tokens[i].form
                for j in self.found[following]:
                    before = self.hyp.tokens[j - 1] if j else None
                    if before and before.capital and form[0] == before.form[0] and 1 in (len(form), len(before.form)):
                        self._set(i, [j - 1], "initial")
                        break

    def _find_phrase(self, name: Name) -> None:
        """The whole name under another one: a place's other name, an acronym and what it stands for."""
        form = "".join(self.ref.tokens[i].form for i in name.tokens)
        initials = "".join(self.ref.tokens[i].form[:1] for i in name.tokens)
        found = [
            (self.index.place_phrases[p], "place name") for p in identities(form, 0) if p in self.index.place_phrases
        ]
        if (
            len(name.tokens) == 1
            and self.ref.tokens[name.tokens[0]].acronym
            and sorted_letters(form) in self.index.spelled_out
        ):
            found.append((self.index.spelled_out[sorted_letters(form)], "acronym"))
        if len(initials) > 1 and sorted_letters(initials) in self.index.acronyms:
            found.append((self.index.acronyms[sorted_letters(initials)], "acronym"))
        if found:
            phrase, rule = min(found, key=lambda of: (of[0].start, -of[0].stop, of[1] == "acronym"))
            self._explain(name, phrase, rule)

    def _find_synonyms(self, name: Name) -> None:
        """Common words of a name of which the hypothesis has a near synonym instead."""
        for i in name.tokens:
            if i not in self.found:
                kinds = kinds_of(self.ref.tokens[i].form)
                same = [
                    j
                    for j, token in enumerate(self.hyp.tokens if kinds else ())
                    if j not in self.explained and not kinds.isdisjoint(kinds_of(token.form))
                ]
                if same:
                    self._set(i, [min(same, key=lambda j: self._distance(i, j))], "near synonym")

    def _explain(self, name: Name, hyp: Iterable[int], rule: str) -> None:
        found = tuple(hyp)
        for i in name.tokens:
            self._set(i, found, rule)

    def _missing(self) -> list[int]:
        names = (name for name in self.ref.names if name not in self._rivals)
        return [i for name in names for i in self._core(name) if i not in self.found]

    def _distance(self, i: int, j: int) -> float:
        return distance(self.ref.tokens, self.hyp.tokens, i, j)

    def _judge(self, name: Name, pairs: dict[int, Pair]) -> Finding:
        if name in self._rivals:
            i, j = self._rivals[name]
            return Finding(name, "replaced", "another name", self._hyp_span(name, {i: Pair(j, 0.0, "another name")}))
        core = self._core(name)
        found = [i for i in core if i in self.found]
        wrong = [i for i in core if i in pairs]
        if wrong:
            worst = min(wrong, key=lambda i: (pairs[i].rule != "spelling", pairs[i].similarity))
            j, score, rule = pairs[worst]
            status = "replaced"
            if rule == "spelling":
                a, b = self.ref.tokens[worst].form, self.hyp.tokens[j].form
                derived = abs(len(a) - len(b)) >= _DERIVED and (a.startswith(b) or b.startswith(a))
                status = "mistranslated" if derived else "misspelled"
            slot, partial = self._slot(worst, worst), any(i in self.found for i in name.tokens)
            return Finding(
                name, status, rule, self._hyp_span(name, pairs), score, (worst, j), slot=slot, partial=partial
            )
        if name.type == "person" and self._is_crossed(name):
            return Finding(name, "replaced", "another name", self._hyp_span(name, pairs))
        if self._is_another_place(name):
            return Finding(name, "replaced", "another place", self._hyp_span(name, pairs))
        if len(found) == len(core):
            rules = [self.rules[i] for i in core]
            whole = "exact" if all(i in self.found for i in name.tokens) else "shorter"
            rule = next((rule for rule in rules if rule != "exact"), whole)
            return Finding(name, "match" if rule == "exact" else "variant", rule, self._hyp_span(name, pairs))
        missing = tuple(i for i in name.tokens if i not in self.found)
        slot = self._slot(missing[0], missing[-1])
        if found and all(self.hyp.tokens[j].role == "word" for i in found for j in self.found[i]):
            span = self._hyp_span(name, pairs)
            return Finding(name, "mistranslated", "words of the name", span, missing=missing, slot=slot)
        if found or (len(missing) < len(name.tokens) and self._only_country(missing)):
            status = "undecided" if found and self._only_country(found) else "variant"
            span = self._hyp_span(name, pairs)
            return Finding(name, status, "partial name", span, missing=missing, slot=slot)
        return Finding(name, "omitted", "missing", None, missing=missing, slot=slot)

    def _find_rivals(self) -> None:
        """Names of which one word is another in the hypothesis that makes it another name."""
        for name in self.ref.names:
            rival = self._rival(name)
            if rival:
                self._rivals[name] = rival
                self.explained.add(rival[1])

    def _rival(self, name: Name) -> tuple[int, int] | None:
        """A word of a name that is there, and the other one that its counterpart has instead.

        They exclude one another (United, City), or hang on a hyphen behind what is the same (Jong-un, Jong-il).
        """
        ref, hyp = self.ref.tokens, self.hyp.tokens
        there = {j for i in name.tokens for j in self.found.get(i, ())}
        for i in name.tokens:
            if i in self.found:
                continue
            if ref[i].role == "word":
                rivals = [n.tokens[-1] for n in self.hyp.names if there.issuperset(n.tokens[:-1])]
                rivals = [j for j in rivals if hyp[j].role == "word" and similarity(ref[i].form, hyp[j].form) < SIMILAR]
            else:
                near = {j + step for j in there for step in (-2, -1, 1, 2)}.intersection(self.index.capitals)
                rivals = sorted(j for j in near if exclude(american(ref[i].form), american(hyp[j].form)))
            for j in rivals:
                if j not in self.explained:
                    return i, j
        return None

    def _is_crossed(self, name: Name) -> bool:
        """Whether the words of a person stand in the names of others (Tony Bush and George Blair)."""
        of_others = {
            j for other in self.ref.names if other is not name for i in other.tokens for j in self.found.get(i, ())
        }
        homes = [{n for n in self.hyp.names if any(j in n.tokens for j in self.found.get(i, ()))} for i in name.tokens]
        return (
            len(homes) > 1
            and not homes[0] & homes[-1]
            and all(homes)
            and all(of_others.intersection(n.tokens) for home in homes for n in home)
        )

    def _is_another_place(self, name: Name) -> bool:
        """Whether what is left of a place's name, where words are missing, is the name of another (New York, York)."""
        left = [i for i in name.tokens if i in self.found]
        if len(left) in (0, len(name.tokens)):
            return False
        whole, part = ("".join(self.ref.tokens[i].form for i in tokens) for tokens in (name.tokens, left))
        known, other = identities(whole), identities(part)
        return bool(known and other) and not known & other

    def _slot(self, first: int, last: int) -> tuple[int, ...] | None:
        """The words that answer nothing between the counterparts of what stands before and after these words."""
        before, after = bisect_left(self._anchors, first), bisect(self._anchors, last)
        start = self.found[self._anchors[before - 1]][0] if before else -1
        end = self.found[self._anchors[after]][0] if after < len(self._anchors) else len(self.hyp.tokens)
        if start > end:
            return None
        return tuple(
            j for j in range(start + 1, end) if j not in self.explained and len(self.hyp.tokens[j].form) > _SMALL
        )

    def _hyp_span(self, name: Name, pairs: dict[int, Pair]) -> Span:
        """From the first to the last counterpart of the name's words, of those that stand together."""
        places = {i: self.found.get(i) or (pairs[i].hyp,) for i in name.tokens if i in self.found or i in pairs}
        first = min(places, key=lambda i: (i not in pairs, len(places[i])))
        anchor = min(places[first], key=lambda j: self._distance(first, j))
        near = [min(places[i], key=lambda j: (abs(j - anchor), j)) for i in places]
        near = [j for j in near if abs(j - anchor) <= len(name.tokens) + 2]
        return self.hyp.tokens[min(near)].start, self.hyp.tokens[max(near)].end


def _compounds(form: str, near: Sequence[str]) -> list[str]:
    """Of some forms those that begin with a name and go on with a second word (Corona, coronavirus)."""
    if len(form) < _COMPOUND:
        return []
    return [other for other in near if len(other) >= len(form) + _SECOND and other.startswith(form)]
