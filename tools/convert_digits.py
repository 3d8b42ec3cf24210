#!/usr/bin/env python3
"""Writes examples/lenet/data/digits.safetensors from scikit-learn's copy of the UCI optical digits.

    images  u8[1797, 8, 8]  pixels, 0..16
    labels  i64[1797]       0..9

usage: tools/convert_digits.py [WHEEL]      without a wheel, pip downloads it
"""
import csv
import gzip
import io
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "scikit-learn==1.9.1"
MEMBER = "sklearn/datasets/data/digits.csv.gz"
OUTPUT = pathlib.Path(__file__).resolve().parents[1] / "examples/lenet/data/digits.safetensors"
CLASS_COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # as the set's own description has them


def download(folder):
    """Returns the path of the package's wheel."""
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                    "--only-binary", ":all:", "--dest", folder, PACKAGE], check=True)
    return next(pathlib.Path(folder).glob("*.whl"))


def read_rows(wheel):
    """Returns the rows of the table, 64 pixels and a label each."""
    with zipfile.ZipFile(wheel) as archive:
        text = gzip.decompress(archive.read(MEMBER)).decode("ascii")
    return [[int(float(value)) for value in row] for row in csv.reader(io.StringIO(text))]


def check(rows):
    """Ends the program where the rows are not the known set."""
    counts = [sum(row[64] == label for row in rows) for label in range(10)]
    if any(len(row) != 65 for row in rows) or counts != CLASS_COUNTS:
        sys.exit(f"convert_digits: not the known set: {len(rows)} rows, class counts {counts}")
    if any(not 0 <= pixel <= 16 for row in rows for pixel in row[:64]):
        sys.exit("convert_digits: a pixel is outside 0..16")


def safetensors(tensors, metadata):
    """Returns the bytes of a safetensors file of {name: (dtype, shape, bytes)}."""
    header, data = {"__metadata__": metadata}, b""
    for name, (dtype, shape, raw) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def main(arguments):
    with tempfile.TemporaryDirectory() as folder:
        rows = read_rows(arguments[0] if arguments else download(folder))
    check(rows)
    images = bytes(pixel for row in rows for pixel in row[:64])
    labels = struct.pack(f"<{len(rows)}q", *(row[64] for row in rows))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_bytes(safetensors(
        {"images": ("U8", [len(rows), 8, 8], images), "labels": ("I64", [len(rows)], labels)},
        {"source": "Alpaydin & Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, "
                   "1998", "license": "CC-BY-4.0"}))
    print(f"{OUTPUT.name}: {len(rows)} images, {OUTPUT.stat().st_size} bytes")


main(sys.argv[1:])
