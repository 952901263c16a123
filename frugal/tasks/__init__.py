"""Tasks: one file each, what is learnt (loss, decoding, scoring) without knowing a network or a file."""
