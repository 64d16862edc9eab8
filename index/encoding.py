"""Bytes to text: encodings found, newlines made one, what no text holds replaced."""

import codecs
import re

__all__ = ["UnreadableError", "decode", "normalised"]

REPLACEMENT = "\ufffd"
_NOT_TEXT_REASON = "it is binary, not text"

# Longest mark first: the mark of UTF-32-LE begins with that of UTF-16-LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_STARTS = (
    b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"\x7fELF", b"Rar!",
    b"7z\xbc\xaf", b"\xd0\xcf\x11\xe0", b"SQLite format 3\x00", b"BZh9", b"\xfd7zXZ", b"OggS", b"ID3",
)  # fmt: skip
_SAMPLE = 65_536  # bytes; enough to tell an encoding, and guessing on more costs seconds
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_NEWLINES = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\ufeff\u00ad]")
_BLANK_LINES = re.compile(r"\n{3,}")
# Signs that stand in words only when another encoding's letters were read as Western European ones.
_CENTRAL_EUROPE = ("cs", "sk", "pl", "hu", "ro", "sl", "hr", "bs", "sr", "sq", "lt", "lv", "et", "tr")
_MISREAD = re.compile(
    r"[^\W\d_][\xb1-\xb3\xb6\xb8\xb9\xbc-\xbf\xa1\xa5\xa6\xac\xaf]|[\xb1-\xb3\xb6\xb8\xb9\xbc-\xbe][^\W\d_]"
)


class UnreadableError(ValueError):
    """Bytes that give no article; the message says why, for a person, and is completed by the file's name."""


def decode(data: bytes, *, declared: str = "") -> str:
    """Turn bytes into text, whatever their encoding.

    Tried in this order: a byte-order mark, UTF-8, the declared encoding, UTF-16 without a mark, UTF-8 with
    a few broken bytes, Windows-1252 where its letters are plausible, and what charset-normalizer finds.
    Bytes that fit nowhere become U+FFFD.

    Args:
        data: The whole file.
        declared: The encoding the file names for itself, if it does; unknown names are passed over.

    Raises:
        UnreadableError: When the bytes are a picture, an archive or another binary format.

    Example:
        >>> decode("Le caf\u00e9 \u2014 ferm\u00e9".encode("cp1252"))
        'Le caf\u00e9 \u2014 ferm\u00e9'
    """
    if data.startswith(_BINARY_STARTS):
        raise UnreadableError(_NOT_TEXT_REASON)
    text = _decode(data, declared)
    sample = text[:_SAMPLE]
    strange = len(_CONTROLS.findall(sample)) + sample.count(REPLACEMENT)
    # A stray NUL is mended; of real texts none had over 1 % of such characters, of pictures none under 10 %.
    if strange > 8 and strange > 0.05 * len(sample):
        raise UnreadableError(_NOT_TEXT_REASON)
    return text


def _decode(data: bytes, declared: str) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    return _declared(data, declared) or _wide(data) or _nearly_utf8(data) or _legacy(data)


def _declared(data: bytes, name: str) -> str:
    """The text by the encoding a page names; browsers read `iso-8859-1` as Windows-1252, and so do we."""
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    codec = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}.get(codec, codec)
    if codec in {"utf-8", "utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}:
        return ""
    try:
        return data.decode(codec)
    except (LookupError, ValueError):  # LookupError: a codec that is no text encoding, such as "zlib"
        return ""


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: every other byte of a mostly Western text is NUL."""
    sample = data[: _SAMPLE // 16]
    half = max(1, len(sample) // 2)
    for name, zeros in (("utf-16-le", sample[1::2].count(0)), ("utf-16-be", sample[::2].count(0))):
        if zeros > 0.4 * half and sample.count(0) < 0.6 * len(sample):
            return data.decode(name, errors="replace")
    return ""


def _nearly_utf8(data: bytes) -> str:
    """UTF-8 that was cut or damaged: few of its characters beyond ASCII are broken."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count(REPLACEMENT)
    whole = sum(character > "\x7f" for character in text) - broken
    return text if broken * 4 <= whole else ""


def _legacy(data: bytes) -> str:
    """One byte a character, or an Asian encoding."""
    western = data.decode("cp1252", errors="replace")
    letters = [character for character in western[:_SAMPLE] if character.isalpha()]
    foreign = sum(letter > "\x7f" for letter in letters)
    if foreign <= 0.08 * len(letters) and not _MISREAD.search(western, 0, _SAMPLE) and REPLACEMENT not in western:
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    guess = data.decode(best.encoding, errors="replace") if best else western
    return western if _is_rather_western(guess) else guess


def _is_rather_western(guess: str) -> bool:
    """Whether a Latin text is in no language of Central Europe; charset-normalizer 3.5 reads "£" as "Ł" there."""
    from index.languages import language

    letters = [character for character in guess[:_SAMPLE] if character.isalpha()]
    latin = sum(letter < "\u0250" for letter in letters)
    return latin > 0.9 * len(letters) and language(guess) not in _CENTRAL_EUROPE


def normalised(text: str) -> str:
    r"""Make a text canonical: what is stored, hashed and quoted.

    Line ends become `\n`, at most one blank line stands between paragraphs, spaces at line ends go; NUL and
    other control characters and lone surrogates become U+FFFD; soft hyphens and byte-order marks inside go.

    Example:
        >>> normalised("Tea\r\n\r\n\r\ncame by \x00 sea. ")
        'Tea\n\ncame by \ufffd sea.'
    """
    text = _NEWLINES.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    text = _NOT_TEXT.sub(REPLACEMENT, text)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip()
