"""Files that somebody might send as a photo, made in code: those that are no photo of ours, and photos that carry more.

Whatever a file hides holds MARK, which must be in nothing that is stored.
"""

import gzip
import random
import struct
import tarfile
import zipfile
import zlib
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

MARK = b"<script>alert('HOSTILE')</script><?php HOSTILE ?>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + MARK + b"</svg>"


def saved(image: Image.Image, kind: str, **options) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    return Image.effect_noise(size, 90).convert(mode)


def film(kind: str, frames: int, **options) -> bytes:
    images = [Image.new("RGB", (8, 8), (number % 256, number // 256, 0)) for number in range(frames)]
    return saved(images[0], kind, save_all=True, append_images=images[1:], **options)


JPEG, PNG, WEBP, GIF = (saved(noise(), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF"))


# --- built byte by byte -------------------------------------------------------------------------------
def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, data: bytes, *, depth: int = 8, before: bytes = b"") -> bytes:
    """A PNG of greys that says to be so large, with this as its compressed pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + before + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    """So many zeros, compressed to a thousandth."""
    packer = zlib.compressobj(9)
    million = bytes(1_000_000)
    parts = [packer.compress(million) for _ in range(count // 1_000_000)]
    return b"".join([*parts, packer.compress(bytes(count % 1_000_000)), packer.flush()])


def gif(width: int, height: int, frames: int) -> bytes:
    """A GIF whose frames have one pixel each."""
    frame = b",\0\0\0\0\1\0\1\0\0\2\2D\1\0"
    table = b"\0\0\0\xff\xff\xff"
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + table + frame * frames + b";"


def webp(kind: bytes, data: bytes) -> bytes:
    body = b"WEBP" + kind + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg_that_says(width: int, height: int) -> bytes:
    at = JPEG.index(b"\xff\xc0")
    return JPEG[: at + 5] + struct.pack(">HH", height, width) + JPEG[at + 9 :]


def jpeg_of_scans(count: int) -> bytes:
    """A progressive JPEG that says the same again and again."""
    whole = saved(noise(), "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * count + b"\xff\xd9"


def segment(number: int, data: bytes) -> bytes:
    return bytes([0xFF, number]) + struct.pack(">H", len(data) + 2) + data


def jpeg_with(*segments: bytes) -> bytes:
    return JPEG[:2] + b"".join(segments) + JPEG[2:]


def an_archive(kind: str) -> bytes:
    buffer = BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a.jpg", JPEG)
    else:
        with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
            tar.addfile(tarfile.TarInfo("../../a.jpg"))
    return buffer.getvalue()


def text_chunks(count: int) -> PngInfo:
    info = PngInfo()
    for number in range(count):
        info.add_text(f"Key{number}", MARK.decode())
    return info


def exif() -> Image.Exif:
    """Where and by whom, lying on its side, with a script as its title."""
    data = Image.Exif()
    data[0x0112], data[0x010E], data[0x013B] = 6, MARK.decode(), "HOSTILE"
    data.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return data


# --- no photo of ours: refused -----------------------------------------------------------------------
REFUSED = {
    "nothing": b"",
    "one byte": b"\xff",
    "random bytes": random.Random(5).randbytes(4000),
    "NULs": bytes(3000),
    "a zip called .jpg": an_archive("zip"),
    "a tar": an_archive("tar"),
    "gzip of a photo": gzip.compress(JPEG),
    "7z": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(200),
    "RAR": b"Rar!\x1a\x07\1\0" + bytes(200),
    "a photo behind a mail's head": b"Content-Type: image/jpeg\r\n\r\n" + JPEG,
    "SVG": SVG,
    "SVG with a declaration": b'<?xml version="1.0"?>\n' + SVG,
    "entities that multiply": b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><svg>&c;</svg>',
    "HTML": b"<!doctype html>" + MARK,
    "PHP": b"<?php system($_GET['c']); ?>",
    "a shell script": b"#!/bin/sh\nrm -rf /\n",
    "PDF": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file\nshowpage\n",
    "EPS by Pillow": saved(noise(), "EPS"),
    "ELF": b"\x7fELF\2\1\1" + bytes(200),
    "EXE": b"MZ\x90\0" + bytes(200),
    "MP4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(200),
    "MP3": b"ID3\3\0\0\0\0\0\x21" + bytes(200),
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200),
    "AVIF": saved(noise(), "AVIF"),
    "TIFF": saved(noise(), "TIFF"),
    "BMP": saved(noise(), "BMP"),
    "ICO": saved(noise(), "ICO"),
    "ICNS": saved(noise(size=(128, 128)), "ICNS"),
    "PSD": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 30_000, 30_000, 8, 3) + bytes(100),
    "JPEG 2000": saved(noise(), "JPEG2000"),
    "DDS": saved(noise(), "DDS"),
    "TGA": saved(noise(), "TGA"),
    "PCX": saved(noise(), "PCX"),
    "PPM": saved(noise(), "PPM"),
    "SGI": saved(noise(), "SGI"),
    "XBM": b"#define a_width 30000\n#define a_height 30000\nstatic char a_bits[] = {0x00};\n",
    "XPM": b'/* XPM */\nstatic char * a[] = {"30000 30000 1 1", "  c red"};\n',
    "QOI": b"qoif" + struct.pack(">II", 30_000, 30_000) + b"\3\0" + bytes(20),
    "WMF": b"\xd7\xcd\xc6\x9a\0\0" + bytes(60),
    "FITS": b"SIMPLE  =                    T".ljust(80) + b"END".ljust(2800),
    "MNG": b"\x8aMNG\r\n\x1a\n" + PNG[8:],
    "the first bytes of a JPEG, then HTML": b"\xff\xd8\xff\xe0" + MARK * 20,
    "the first bytes of a PNG, then HTML": b"\x89PNG\r\n\x1a\n" + MARK,
    "the first bytes of a GIF, then a script": b"GIF89a=1;" + MARK,
    "the first bytes of a WebP, then HTML": b"RIFF\0\0\0\0WEBP" + MARK,
    "another magic on a PNG": b"\x88" + PNG[1:],
    "another magic on a GIF": b"GIF88z" + GIF[6:],
    "half a JPEG": JPEG[: len(JPEG) // 2],
    "half a progressive JPEG": saved(noise(), "JPEG", progressive=True)[:900],
    "half a PNG": PNG[: len(PNG) // 2],
    "half a WebP": WEBP[: len(WEBP) // 2],
    "half a GIF": GIF[: len(GIF) // 2],
    "the head of a JPEG": JPEG[:30],
    "the head of a PNG": PNG[:40],
    "the head of a WebP": WEBP[:20],
    "the head of a GIF": GIF[:20],
    "a GIF without a frame": gif(20, 20, 0),
    "a PNG with a wrong checksum": PNG[:20] + b"\1" + PNG[21:],
    "a PNG with broken pixels": png(20, 20, b"HOSTILE"),
    "a PNG with too few pixels": png(20, 20, zlib.compress(b"\0")),
    "a PNG of nothing": png(0, 0, zlib.compress(b"")),
    "a PNG of 30,000 a side": png(30_000, 30_000, zeros(30_000 * 3751), depth=1),
    "a PNG that says 60,000 a side": png(60_000, 60_000, zeros(100)),
    "a PNG as large as numbers go": png(2**31 - 1, 2**31 - 1, zeros(100)),
    "a PNG with one long side": png(20_000, 5, zeros(100_005)),
    "a PNG with words of 50 MB": png(
        9, 9, zeros(90), before=chunk(b"zTXt", b"Comment\0\0" + zeros(50_000_000))
    ),
    "a PNG with a profile of 50 MB": png(
        9, 9, zeros(90), before=chunk(b"iCCP", b"a\0\0" + zeros(50_000_000))
    ),
    "a PNG with a huge chunk": PNG[:33] + b"\x7f\xff\xff\xfftEXt" + PNG[33:],
    "an APNG of 1,000 frames": PNG[:33] + chunk(b"acTL", struct.pack(">II", 1000, 0)) + PNG[33:],
    "a GIF of 10,000 frames": gif(500, 500, 10_000),
    "a GIF that says 65,535 a side": gif(65_535, 65_535, 1),
    "a GIF of nothing": gif(0, 0, 0),
    "a WebP of 300 frames": film("WEBP", 300, lossless=True),
    "a WebP that says 16 million a side": webp(b"VP8X", b"\2\0\0\0" + b"\xff" * 6),
    "a WebP that says 16,384 a side": webp(b"VP8L", b"\x2f" + struct.pack("<I", 0x3FFF | 0x3FFF << 14)),
    "a JPEG that says 65,535 a side": jpeg_that_says(65_535, 65_535),
    "a JPEG of nothing": jpeg_that_says(0, 0),
    "a JPEG of 5,000 scans": jpeg_of_scans(5000),
    "more bytes than are taken": JPEG + bytes(1_000_000),
}

# --- photos that carry more: made anew ------------------------------------------------------------------
PLAIN = {
    "a JPEG with a zip behind it": JPEG + an_archive("zip") + MARK,
    "a PNG with a page behind it": PNG + MARK,
    "a WebP with a page behind it": WEBP + MARK,
    "a GIF that is a script": GIF[:-1] + b"!\xfe" + bytes([len(MARK)]) + MARK + b"\0;*/=1;" + MARK,
    "a JPEG with a script as its comment": jpeg_with(segment(0xFE, MARK)),
    "a JPEG with a page in each marker": jpeg_with(*(segment(0xE0 + n, MARK) for n in range(2, 16))),
    "a JPEG with XMP": jpeg_with(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + MARK)),
    "a JPEG with IPTC": jpeg_with(segment(0xED, b"Photoshop 3.0\x008BIM\4\4\0\0\0\0\0\4\x1c\2\x05\0" + MARK)),
    "a JPEG with another inside": jpeg_with(segment(0xE1, b"Exif\0\0" + JPEG[:5000])),
    "a JPEG with EXIF that is cut off": jpeg_with(segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\xff\xff")),
    "a JPEG with a profile of nonsense": saved(noise(), "JPEG", icc_profile=MARK * 9000),
    "a PNG with a profile of nonsense": saved(noise(), "PNG", icc_profile=MARK),
    "a PNG with 500 texts": saved(noise(), "PNG", pnginfo=text_chunks(500)),
    "a WebP with XMP and a profile": saved(noise(), "WEBP", xmp=MARK, icc_profile=MARK),
    "a moving GIF": film("GIF", 5),
    "a moving WebP": film("WEBP", 5),
    "a moving PNG": film("PNG", 5),
    "two pictures in one JPEG": saved(noise(), "MPO", save_all=True, append_images=[noise()]),
    "16 bits of grey": saved(Image.new("I;16", (60, 40), 40_000), "PNG"),
    "four colours of ink": saved(noise("CMYK"), "JPEG"),
    "a palette that is see-through": saved(noise("P"), "PNG", transparency=bytes(200)),
    "see-through": saved(noise("RGBA"), "PNG"),
    "see-through WebP": saved(noise("RGBA"), "WEBP", lossless=True),
    "see-through grey": saved(noise("LA"), "PNG"),
    "black and white": saved(noise("1"), "PNG"),
    "a progressive JPEG": saved(noise(), "JPEG", progressive=True),
    "one pixel": saved(noise(size=(1, 1)), "PNG"),
    "a ribbon": saved(noise(size=(5000, 1)), "PNG"),
    "a frame beyond its canvas": gif(1, 1, 3),
}
ON_ITS_SIDE = {
    "a JPEG with place, name and script": saved(noise(), "JPEG", exif=exif()),
    "a PNG with place, name and script": saved(noise(), "PNG", exif=exif()),
    "a WebP with place, name and script": saved(noise(), "WEBP", exif=exif()),
}
NAMES = [
    "../../../etc/passwd.jpg",
    "..\\..\\windows\\a.jpg",
    "/etc/passwd",
    "a.php",
    "a.jpg.exe",
    "a.svg",
    ".htaccess",
    "con.jpg",
    "-rf.jpg",
    "a b;id;$(id)`id`.jpg",
    "<script>alert(1)</script>.jpg",
    "%s%n%00.jpg",
    "\u202egpj.exe",
    "\ud83d\udc4d".encode("utf-16", "surrogatepass").decode("utf-16") + ".jpg",
    "x" * 250 + ".jpg",
    "a\0.jpg",
    "a\r\nX: y.jpg",
    ".",
]
