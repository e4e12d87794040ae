"""ICC profiles of a few color spaces, built from their numbers (ICC.1:2022)."""

import struct

# XYZ of the primaries under D50, as profiles hold them (ICC.1:2022), and the exponent
ADOBE = ([0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457])
P3 = ([0.51512, 0.24120, -0.00105], [0.29198, 0.69225, 0.04189], [0.15710, 0.06657, 0.78407])
OF_SRGB = ([0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.71410])
EXPONENT = 2.19921875


def fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def profile(primaries: tuple[list[float], ...]) -> bytes:
    """An ICC profile of three primaries and one exponent, version 2."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(EXPONENT * 256)) + bytes(2)
    text = b"desc" + bytes(4) + struct.pack(">I", 5) + b"wide\0" + bytes(79)
    white = [0.9642, 1.0, 0.8249]
    parts = {b"desc": text, b"wtpt": b"XYZ " + bytes(4) + b"".join(map(fixed, white))}
    for name, color in zip((b"r", b"g", b"b"), primaries, strict=True):
        parts[name + b"XYZ"] = b"XYZ " + bytes(4) + b"".join(map(fixed, color))
        parts[name + b"TRC"] = curve
    table = struct.pack(">I", len(parts))
    body = b""
    for name, part in parts.items():
        table += struct.pack(">4sII", name, 132 + 12 * len(parts) + len(body), len(part))
        body += part + bytes(-len(part) % 4)
    head = bytes(4) + bytes(4) + struct.pack(">I", 0x02400000) + b"mntrRGB XYZ " + bytes(12)
    head += b"acsp" + bytes(28) + b"".join(map(fixed, white))
    whole = head + bytes(128 - len(head)) + table + body
    return struct.pack(">I", len(whole)) + whole[4:]
