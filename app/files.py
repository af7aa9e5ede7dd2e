"""What an uploaded file really is, told by its content; pictures are drawn anew, so that nothing hides in them."""

import io
import re
import struct
import threading
import unicodedata
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from PIL import Image, ImageOps

from app.errors import DomainError

MAX_FILE = 10 * 1024 * 1024  # bytes
MAX_PIXELS = 50 * 1024 * 1024  # a telephone's "50 megapixels" are 8192 × 6144
MAX_SIDE = 2400  # pixels
QUALITY = 90  # of 100, for JPEG and WebP
MAX_SCANS = 200  # of a JPEG; honest ones have a dozen, each costs a walk over the whole picture
MAX_NAME = 100  # characters
MAX_OBJECTS = 20 * 1024 * 1024  # bytes that the compressed objects of one PDF may unfold to
ENDING_WITHIN = 1024  # bytes before the end of a PDF in which its end mark stands

EMPTY = "文件是空的。"
TOO_BIG = f"文件超过 {MAX_FILE // 1024 // 1024} MB，请压缩后再上传。"
NOT_ALLOWED = "只能上传 JPG、PNG、WebP 图片或 PDF 文件；看的是文件内容，不是扩展名。"
BAD_PICTURE = "图片已损坏或不完整，无法打开，请重新拍照或截图后上传。"
TOO_MANY_PIXELS = f"图片超过 {MAX_PIXELS // 1024 // 1024 * 100} 万像素，请缩小后再上传。"
BAD_PDF = "PDF 文件不完整，请重新生成后上传。"
ACTIVE_PDF = "PDF 文件含有脚本、启动程序的动作或内嵌文件，不能上传；请用「打印为 PDF」重新生成后上传。"
OPAQUE_PDF = "PDF 文件的内容无法检查，不能上传；请用「打印为 PDF」重新生成后上传。"

ENDINGS = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "pdf": ".pdf"}
MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "pdf": "application/pdf"}
# What Pillow raises for broken files; MemoryError is its word for sizes that cannot be.
_BROKEN = (OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, MemoryError, struct.error, zlib.error)
# One picture at a time: 50 megapixels take 200 MB, and Python's warning filters are one per process.
_DECODING = threading.Lock()


@dataclass(frozen=True)
class Checked:
    """A file that may be stored: its cleaned name, its kind (jpeg, png, webp, pdf) and its safe content."""

    name: str
    kind: str
    content: bytes

    @property
    def media_type(self) -> str:
        """What it is served as (RFC 6838)."""
        return MEDIA_TYPES[self.kind]


def checked(name: str, content: bytes) -> Checked:
    """The file as it may be stored, pictures without metadata. Raises DomainError with a Chinese sentence."""
    if not content:
        raise DomainError(EMPTY)
    if len(content) > MAX_FILE:
        raise DomainError(TOO_BIG)
    kind = kind_of(content)
    if kind is None:
        raise DomainError(NOT_ALLOWED)
    if kind == "pdf":
        _check_pdf(content)
    else:
        content = _redrawn(kind, content)
    return Checked(cleaned_name(name, kind), kind, content)


def kind_of(content: bytes) -> str | None:
    """What the first bytes say; None for what may not be uploaded."""
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    return "pdf" if content.startswith(b"%PDF-") else None


def cleaned_name(name: str, kind: str) -> str:
    """The last part of a path, without invisible characters, its ending that of `kind`; at most MAX_NAME characters."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    stem = re.sub(r"\.[A-Za-z][A-Za-z0-9]{0,4}\Z", "", visible.strip()).strip(" .\u3000")
    ending = ENDINGS[kind]
    return (stem[: MAX_NAME - len(ending)].rstrip() or "附件") + ending


# ---- pictures


def _redrawn(kind: str, content: bytes) -> bytes:
    """The first frame of a picture, upright, no side longer than MAX_SIDE, and nothing of the file it came in."""
    if kind == "jpeg" and content.count(b"\xff\xda") > MAX_SCANS:
        raise DomainError(BAD_PICTURE)
    try:
        with _DECODING, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of strange metadata, which is dropped, and of bombs, which are refused
            _open(kind, content).verify()  # checksums; a picture cannot be used afterwards
            return _saved(kind, _upright(_shrunk(_open(kind, content))))
    except Image.DecompressionBombError as error:
        raise DomainError(TOO_MANY_PIXELS) from error
    except _BROKEN as error:
        raise DomainError(BAD_PICTURE) from error


def _open(kind: str, content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=[kind])
    if image.width * image.height > MAX_PIXELS:
        raise Image.DecompressionBombError
    return image


def _shrunk(image: Image.Image) -> Image.Image:
    """In a mode that scales well and all three formats know. A JPEG is decoded at a fraction of its size already."""
    if image.mode == "I;16":  # convert() would cut everything over 255 off
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    elif "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    image.load()
    return image


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN:  # an orientation that cannot be read is no reason to refuse a good picture
        return image


def _saved(kind: str, image: Image.Image) -> bytes:
    image.info = {}  # Pillow writes comments and colour profiles from here
    out = io.BytesIO()
    image.save(out, kind, quality=QUALITY)  # PNG has none
    return out.getvalue()


# ---- PDF (ISO 32000-1)

_SPACE = rb"[\x00\t\n\f\r ]"


def _named(name: str, behind: bytes) -> bytes:
    """A pattern of /name with any of its characters written as #xx (7.3.5), before what may stand behind it."""
    return b"/" + b"".join(b"(?:%c|#(?i:%02x))" % (ord(c), ord(c)) for c in name) + behind


_END = rb"(?=[\x00\t\n\f\r ()<>\[\]{}/%]|\Z)"
# /JS is so short that a scan of 10 MB would hold it by chance; what belongs to it is a string or a reference.
_VALUE = rb"(?=" + _SPACE + rb"*(?:[(<%]|" + _SPACE + rb"[0-9]))"
_ACTIVE = re.compile(
    b"|".join(_named(n, _END) for n in ("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles"))
    + b"|"
    + _named("JS", _VALUE)
)
_OBJECTS = re.compile(_named("ObjStm", _END))
_FILTER = re.compile(_named("Filter", _END))
_PREDICTOR = re.compile(_named("Predictor", _END))
_STREAM = re.compile(rb"(?<!end)stream[ \t]*(?:\r\n?|\n)")


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-ENDING_WITHIN:]:
        raise DomainError(BAD_PDF)
    if any(_ACTIVE.search(text) for text in chain([content], _compressed_objects(content))):
        raise DomainError(ACTIVE_PDF)


def _compressed_objects(content: bytes) -> Iterator[bytes]:
    """The object streams (7.5.7), unfolded: since PDF 1.5, dictionaries may stand in there."""
    behind, left = 0, MAX_OBJECTS
    for stream in _STREAM.finditer(content):
        dictionary, behind = content[behind : stream.start()], stream.end()
        if not _OBJECTS.search(dictionary) or not _FILTER.search(dictionary):
            continue
        end = content.find(b"endstream", behind)
        unfolding = zlib.decompressobj()
        try:
            text = unfolding.decompress(content[behind : max(end, behind)], left)
        except zlib.error as error:  # another filter, or encrypted
            raise DomainError(OPAQUE_PDF) from error
        left -= len(text)
        if left <= 0 or not unfolding.eof or _PREDICTOR.search(dictionary):
            raise DomainError(OPAQUE_PDF)
        yield text
