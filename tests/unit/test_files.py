"""What an uploaded file really is: pictures drawn anew, PDF without anything that acts, and names that are safe."""

import io
import random
import struct
import zlib
from contextlib import suppress

import pytest
from PIL import Image

from app import files
from app.errors import DomainError
from app.files import MAX_FILE, MAX_NAME, MAX_PIXELS, MAX_SIDE, checked, cleaned_name

GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112  # tags of EXIF
SECRET = b"Made-Up-Camera-of-Nobody"
KINDS = ["jpeg", "png", "webp"]
FLATE = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"  # what a dictionary says of compressed objects


def exif(orientation: int = 1) -> Image.Exif:
    """As a telephone writes it: a maker, a place, and how it was held."""
    data = Image.Exif()
    data[MAKE], data[ORIENTATION] = SECRET.decode(), orientation
    data.get_ifd(GPS).update({1: "N", 2: (27.0, 59.0, 1.0), 3: "E", 4: (120.0, 41.0, 1.0)})
    return data


def picture(kind: str, size: tuple[int, int] = (64, 40), mode: str = "RGB", **options: object) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG with its checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int) -> bytes:
    """A PNG that promises a size and holds hardly a line."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")


def pdf(body: bytes = b"", end: bytes = b"%%EOF\n") -> bytes:
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" + body + b"\n" + end


def objects(text: bytes, dictionary: bytes = FLATE, pack: bool = True) -> bytes:
    """An object stream of a PDF."""
    data = zlib.compress(text) if pack else text
    return b"9 0 obj\n<< %s /Length %d >>\nstream\r\n%s\nendstream\nendobj\n" % (dictionary, len(data), data)


def refusal(content: bytes, name: str = "a.jpg") -> str:
    with pytest.raises(DomainError) as refused:
        checked(name, content)
    return str(refused.value)


# ---- what a file is


@pytest.mark.parametrize("kind", KINDS)
def test_picture_is_what_its_content_says(kind):
    stored = checked("现场照片.exe", picture(kind))
    assert (stored.name, stored.kind) == ("现场照片" + files.ENDINGS[kind], kind)
    assert stored.media_type == f"image/{kind}"
    image = opened(stored.content)
    assert (image.format, image.size, image.mode) == (kind.upper(), (64, 40), "RGB")
    left, right = image.getpixel((5, 20)), image.getpixel((60, 20))
    assert left[0] > 200 > 60 > left[2]
    assert right[2] > 200 > 60 > right[0]


def test_pdf_is_stored_as_it_came():
    assert checked("判决书.jpg", pdf()) == files.Checked("判决书.pdf", "pdf", pdf())
    assert checked("a", pdf()).media_type == "application/pdf"


STRANGERS = {
    "HTML": b"<!DOCTYPE html><script>alert(1)</script>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "text": "她说的话。".encode(),
    "a ZIP, as Word and Excel are": b"PK\x03\x04" + bytes(100),
    "HEIC": b"\x00\x00\x00\x18ftypheic" + bytes(100),
    "a sound in RIFF": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(100),
    "a PDF behind HTML": b"<script></script>" + pdf(),
}


@pytest.mark.parametrize("content", STRANGERS.values(), ids=STRANGERS)
@pytest.mark.parametrize("name", ["a.jpg", "a.pdf"])
def test_what_is_neither_picture_nor_pdf_is_refused_whatever_its_name(content, name):
    assert refusal(content, name) == files.NOT_ALLOWED


def test_empty_and_too_big_files_are_refused():
    assert refusal(b"") == "文件是空的。"
    assert refusal(pdf(b"%" + bytes(MAX_FILE))) == "文件超过 10 MB，请压缩后再上传。"
    room = MAX_FILE - len(pdf())
    assert len(checked("a", pdf(b"x" * room)).content) == MAX_FILE


# ---- pictures: nothing hides in them


@pytest.mark.parametrize("kind", KINDS)
def test_place_and_camera_are_gone(kind):
    content = picture(kind, exif=exif())
    assert opened(content).getexif().get_ifd(GPS)
    assert SECRET in content
    stored = checked("a", content).content
    assert not opened(stored).getexif()
    assert SECRET not in stored
    assert b"Exif" not in stored


HIDING = {
    "a comment": picture("jpeg", comment=SECRET),
    "XMP in a JPEG": picture("jpeg", xmp=SECRET),
    "a colour profile of a JPEG": picture("jpeg", icc_profile=SECRET * 9),
    "a colour profile of a WebP": picture("webp", icc_profile=SECRET * 9),
    "a text of a PNG": picture("png")[:33] + chunk(b"tEXt", b"Comment\0" + SECRET) + picture("png")[33:],
    "behind a PNG": picture("png") + SECRET,
    "HTML and a ZIP behind a JPEG": picture("jpeg") + b"<script></script>PK\x03\x04" + SECRET,
    "a PDF behind a JPEG": picture("jpeg") + pdf(SECRET),
}


@pytest.mark.parametrize("content", HIDING.values(), ids=HIDING)
def test_what_hides_in_a_picture_is_gone(content):
    assert SECRET in content
    stored = checked("a", content).content
    assert SECRET not in stored
    assert opened(stored).size == (64, 40)
    assert not {"icc_profile", "exif", "xmp", "comment"} & set(opened(stored).info)


@pytest.mark.parametrize("kind", ["png", "webp", "mpo"])  # MPO: a telephone with two lenses writes two JPEG
def test_more_frames_than_the_first_are_gone(kind):
    red, *others = [Image.new("RGB", (64, 40), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    red.save(out, kind, save_all=True, append_images=others)
    assert opened(out.getvalue()).n_frames == 3
    image = opened(checked("a", out.getvalue()).content)
    assert getattr(image, "n_frames", 1) == 1
    assert image.getpixel((9, 9))[0] > 200 > 60 > image.getpixel((9, 9))[2]
    assert image.format in ("PNG", "WEBP", "JPEG")


# How the telephone was held: the size upright, and where the red and the blue half lie then.
HELD = {1: ((64, 40), (3, 20), (60, 20)), 2: ((64, 40), (60, 20), (3, 20)), 3: ((64, 40), (60, 20), (3, 20))}
HELD |= {6: ((40, 64), (20, 3), (20, 60)), 8: ((40, 64), (20, 60), (20, 3))}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", HELD)
def test_picture_stands_upright(kind, orientation):
    size, red, blue = HELD[orientation]
    image = opened(checked("a", picture(kind, exif=exif(orientation))).content)
    assert image.size == size
    assert image.getpixel(red)[0] > 200 > 60 > image.getpixel(red)[2]
    assert image.getpixel(blue)[2] > 200 > 60 > image.getpixel(blue)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_strange_metadata_is_no_reason_to_refuse(kind):
    broken = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x09\x00\xff\xff\xff\x7f\xff\xff\xff\xff" * 3
    assert opened(checked("a", picture(kind, exif=broken)).content).size == (64, 40)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(4800, 1200), (1000, 3000), (2400, 1), (1, 1)])
def test_no_side_is_longer_than_2400(kind, size):
    scale = min(1, 2400 / max(size))
    assert opened(checked("a", picture(kind, size)).content).size == tuple(round(side * scale) for side in size)


MODES = [("jpeg", "L", "L"), ("jpeg", "CMYK", "RGB"), ("png", "1", "L"), ("png", "L", "L"), ("png", "LA", "LA")]
MODES += [("png", "P", "RGB"), ("png", "RGBA", "RGBA"), ("webp", "RGBA", "RGB")]


@pytest.mark.parametrize(("kind", "mode", "stored"), MODES)
@pytest.mark.parametrize("size", [(64, 40), (3000, 30)])
def test_every_mode_is_read(kind, mode, stored, size):
    image = opened(checked("a", picture(kind, size, mode)).content)
    assert (image.mode, image.width) == (stored, min(size[0], MAX_SIDE))


def test_all_shades_of_16_bits_are_read():
    out = io.BytesIO()
    Image.frombytes("I;16", (3, 1), struct.pack("<HHH", 0, 0x8000, 0xFFFF)).save(out, "PNG")
    image = opened(checked("a", out.getvalue()).content)
    assert (image.mode, list(image.tobytes())) == ("L", [0, 128, 255])


def test_transparency_of_a_palette_stays():
    image = Image.new("P", (64, 40), 1)
    image.paste(0, (0, 0, 32, 40))
    out = io.BytesIO()
    image.save(out, "PNG", transparency=0)
    stored = opened(checked("a", out.getvalue()).content)
    assert (stored.getpixel((5, 5))[3], stored.getpixel((60, 5))[3]) == (0, 255)


# ---- pictures: broken and hostile


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.8, 0.95])
def test_truncated_picture_is_refused(kind, part):
    noise = Image.frombytes("RGB", (99, 99), random.Random(20261124).randbytes(99 * 99 * 3))
    out = io.BytesIO()
    noise.save(out, kind)
    assert opened(checked("a", out.getvalue()).content).size == (99, 99)
    assert refusal(out.getvalue()[: int(len(out.getvalue()) * part)]) == files.BAD_PICTURE


def test_a_wrong_checksum_is_noticed():
    content = picture("png")
    at = content.index(b"IDAT") + 4
    end = at + int.from_bytes(content[at - 8 : at - 4])
    assert refusal(content[:end] + bytes(4) + content[end + 4 :]) == files.BAD_PICTURE


BOMBS = {
    "a PNG just over the limit": png_of(MAX_PIXELS // 1024 + 1, 1024),
    "a PNG as large as the header can say": png_of(2**31 - 1, 2**31 - 1),
}


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_bomb_is_refused_before_it_is_decoded(content, monkeypatch):
    monkeypatch.setattr(files, "_shrunk", lambda image: pytest.fail("decoded"))
    assert len(content) < 200
    assert refusal(content) == "图片超过 5000 万像素，请缩小后再上传。"


def test_bombs_of_other_kinds_are_refused():
    jpeg = bytearray(picture("jpeg"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", 60_000, 60_000)
    webp = bytearray(picture("webp", mode="RGBA", exif=exif()))
    assert webp[12:16] == b"VP8X"
    webp[24:30] = (15_999).to_bytes(3, "little") * 2
    assert refusal(bytes(jpeg)) == files.TOO_MANY_PIXELS
    assert refusal(bytes(webp)) == files.TOO_MANY_PIXELS


def test_a_text_that_unfolds_without_end_is_refused():
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000)))
    assert len(text) < 60_000
    assert refusal(picture("png")[:33] + text + picture("png")[33:]) == files.BAD_PICTURE


def test_a_picture_that_is_drawn_over_and_over_is_refused():
    """A progressive JPEG whose last scan comes a thousand times: small, and a walk over all pixels for each."""
    jpeg = picture("jpeg", progressive=True)
    scan = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    assert opened(checked("a", jpeg[:-2] + scan * 9 + jpeg[-2:]).content).size == (64, 40)
    assert refusal(jpeg[:-2] + scan * 1000 + jpeg[-2:]) == files.BAD_PICTURE


@pytest.mark.parametrize("kind", KINDS)
def test_no_change_of_bytes_leads_to_anything_but_a_sentence(kind):
    dice = random.Random(20261124)
    content = picture(kind, exif=exif(6))
    for _ in range(400):
        changed = bytearray(content)
        for _ in range(dice.randrange(1, 5)):
            changed[dice.randrange(16, len(changed))] = dice.randrange(256)
        with suppress(DomainError):  # any other error fails
            assert max(opened(checked("a", bytes(changed)).content).size) <= MAX_SIDE


# ---- PDF


QUIET = {
    "nothing special": pdf(),
    "blanks behind the end": pdf(end=b"%%EOF\r\n" + b" " * 900),
    "words that only begin like it": pdf(b"<< /JSomething 1 /Launcher 2 /JavaScripts 3 /EmbeddedFilesX 4 >>"),
    "the letters /JS in a picture": pdf(b"stream\n\x80/JS\x81\x82\x83endstream"),
    "objects that are compressed": pdf(objects(b"1 0 << /Type /Page /Contents 3 0 R >>")),
    "objects that are not compressed": pdf(objects(b"1 0 << >>", b"/Type /ObjStm /N 1 /First 4", pack=False)),
    "an old stream that is compressed": pdf(objects(b"/JavaScript in a page's text", b"/Filter /FlateDecode")),
}


@pytest.mark.parametrize("content", QUIET.values(), ids=QUIET)
def test_quiet_pdf_is_stored(content):
    assert checked("a.pdf", content).content == content


ACTIVE = {
    "a script": b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>",
    "scripts of the document": b"<< /Names << /JavaScript 5 0 R >> >>",
    "a script in a string": b"<< /S /Rendition /JS(app) >>",
    "a script in hexadecimal": b"<< /S /Rendition /JS <6170> >>",
    "a script elsewhere": b"<< /S /Rendition /JS\r\n 7 0 R >>",
    "a script behind a comment": b"<< /S /Rendition /JS%x\n(app) >>",
    "a program": b"<< /S /Launch /F (cmd.exe) >>",
    "a file inside": b"<< /Type /EmbeddedFile >>",
    "files inside": b"<< /Names << /EmbeddedFiles 5 0 R >> >>",
    "a name all in escapes": b"<< /S /#4A#61#76#61#53#63#72#69#70#74 >>",
    "an escape in EmbeddedFile": b"<< /Type/Embedded#46ile/Length 0>>",
    "behind a comment that looks like a stream": b"% stream\n<< /S /JavaScript >>\n% endstream",
    "in compressed objects": objects(b"1 0 << /S /JavaScript /JS (app) >>"),
    "in compressed objects with an escaped name": objects(b"1 0 << /S /Launch >>", FLATE.replace(b"S", b"#53")),
    "in the second of the compressed objects": objects(b"1 0 << >>") + objects(b"1 0 << /S /Launch >>"),
    "in objects that are not compressed": objects(b"1 0 << /S /Launch >>", b"/Type /ObjStm", pack=False),
}


@pytest.mark.parametrize("body", ACTIVE.values(), ids=ACTIVE)
def test_pdf_that_acts_is_refused(body):
    assert refusal(pdf(body)) == files.ACTIVE_PDF


OPAQUE = {
    "another filter": objects(b"xxx", b"/Type /ObjStm /Filter /LZWDecode", pack=False),
    "two filters": objects(
        zlib.compress(b"x").hex().encode(), b"/Type/ObjStm/Filter[/ASCIIHexDecode/FlateDecode]", pack=False
    ),
    "a predictor": objects(b"1 0 << >>", FLATE + b" /DecodeParms << /Predictor 12 >>"),
    "cut short": objects(zlib.compress(b"1 0 << >>")[:-6], FLATE, pack=False),
    "no end": objects(b"1 0 << >>").replace(b"endstream", b""),
    "unfolds without end": objects(bytes(files.MAX_OBJECTS)),
    "several that unfold without end": objects(bytes(files.MAX_OBJECTS // 3)) * 4,
}


@pytest.mark.parametrize("body", OPAQUE.values(), ids=OPAQUE)
def test_pdf_that_cannot_be_looked_into_is_refused(body):
    assert refusal(pdf(body)) == files.OPAQUE_PDF


@pytest.mark.parametrize("content", [b"%PDF-", pdf(end=b""), pdf()[:40], pdf() + b"PK\x03\x04" + bytes(2000)])
def test_pdf_without_its_end_is_refused(content):
    assert refusal(content) == files.BAD_PDF


def test_a_scan_is_not_refused_by_chance():
    noise = random.Random(20261124).randbytes(MAX_FILE - 200)
    scan = pdf(b"3 0 obj\n<< /Filter /DCTDecode >>\nstream\n" + noise + b"endstream")
    assert checked("扫描件.pdf", scan).content == scan


# ---- names


NAMES = {
    "照片.jpg": "照片.png",
    "照片.JPEG": "照片.png",
    "扫描件 2026.11.24": "扫描件 2026.11.24.png",
    "a.php.png": "a.php.png",
    "../../etc/passwd": "passwd.png",
    "C:\\Users\\王\\桌面\\照片.jpg": "照片.png",
    "": "附件.png",
    ".jpg": "附件.png",
    ".htaccess": "htaccess.png",
    " \u3000.png ": "附件.png",
    "照\0片\r\nX: 1.jpg": "照片X: 1.png",
    "照\u2028片\u202egpj.exe": "照片gpj.png",
    "\ufeff照\u200b片\u2066\u2069.jpg": "照片.png",
    "\ud800照片.jpg": "照片.png",
    "𠮷野家 👍 Ünï.webp": "𠮷野家 👍 Ünï.png",
    "x" * 300 + ".jpg": "x" * 96 + ".png",
    "照" * 300: "照" * 96 + ".png",
}


@pytest.mark.parametrize(("name", "cleaned"), NAMES.items(), ids=[ascii(name)[:40] for name in NAMES])
def test_name_is_cleaned(name, cleaned):
    assert checked(name, picture("png")).name == cleaned
    assert cleaned_name(cleaned, "png") == cleaned
    assert len(cleaned) <= MAX_NAME


def test_any_name_becomes_a_name():
    dice = random.Random(20261124)
    for _ in range(3000):
        name = cleaned_name("".join(dice.choices("a照./\\ \0\n\u202e\ud800👍%;\"'<", k=dice.randrange(150))), "jpeg")
        assert 5 <= len(name) <= MAX_NAME
        assert name.endswith(".jpg")
        assert not set(name) & set("/\\\0\n\u202e\ud800")
        assert name.encode()
