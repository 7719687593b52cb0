"""Bounded faults against real servers, with figures: `make torture`, or `python -m tests.torture T1 T4`.

Each part starts PostgreSQL and Redis of its own, so that it may kill them, and raises AssertionError where something
was lost, done twice or left half done. Times are printed and never asserted.
"""
