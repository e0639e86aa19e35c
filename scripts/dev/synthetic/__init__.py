"""Parts of synthetic_study.py and bench_sync.py: a finished study made from a seed. Nothing here was ever measured."""
