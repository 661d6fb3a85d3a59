"""Writes the files of this folder by NumPy: `python record.py` here."""

import numpy as np

a = np.arange(24).reshape(2, 3, 4)
np.savez_compressed(
    "compressed.npz",
    rows=a.astype("<i4"),
    columns=np.asfortranarray(a.astype("<f8")),
    big=a.astype(">u2"),
    yes=a % 2 == 1,
    single=np.float32(2.5),
    none=np.zeros((0, 3), np.int8),
)
np.savez("plain.npz", rows=a.astype(">f4"), wide=a.astype("<i8") - (1 << 62))
np.save("objects.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
np.save("records.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i2")]))
np.save("columns.npy", np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3)))
