"""Runs started and moved by a program of one's own."""
