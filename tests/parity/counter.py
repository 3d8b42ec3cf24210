"""The numbers that cases are made of: a counter-based generator that tests/parity/numbers.cpp computes alike."""
import numpy as np

MASK = (1 << 64) - 1


def seed_of(text):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def bits(seed, count):
    """splitmix64 of seed + i."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(text, shape, low, high):
    """Numbers in [low, high), each of them an f32."""
    count = int(np.prod(shape, dtype=np.int64))
    unit = (bits(seed_of(text), count) >> np.uint64(40)).astype(np.float64) * 2.0**-24
    return (low + (high - low) * unit).astype(np.float32).astype(np.float64).reshape(shape)


def integers(text, shape, low, high):
    """Integers in [low, high)."""
    count = int(np.prod(shape, dtype=np.int64))
    return (bits(seed_of(text), count) >> np.uint64(33)).astype(np.int64).reshape(shape) % (high - low) + low
