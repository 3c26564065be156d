"""Measurements of studio-backup beside the least that anybody could do by hand; prints ratios, asserts no times."""
